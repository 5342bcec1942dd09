import type { Delivery, EngagementRow, MessageRow } from "@antedate/schemas";
import type { ChainCandidate } from "./chain-choice.ts";
import type { ChainAttempt, ChainEngagement, ChainFigures } from "./report-figures.ts";

/** Messages with more attempts tell nothing that fewer do not, and are left out. */
export const chainAttemptsMax = 200;
/** Of a message's engagements the earliest are kept, the others counted. */
export const chainEngagementsMax = 500;

const diagnosticCharsMax = 400;
const userAgentCharsMax = 48;

/** What a chain needs of a delivery. Times are epoch ms. */
export type ChainDelivery = Pick<
  Delivery,
  | "message_id"
  | "event_id"
  | "occurred_at"
  | "started_at"
  | "outcome"
  | "stage"
  | "smtp_code"
  | "diagnostic"
  | "mx_host"
>;

/** What a chain needs of a message's row. */
export type ChainMessage = Pick<MessageRow, "message_id" | "recipient_domain" | "first_attempt_at"> & {
  accepted_at: number;
};

/** What a chain needs of an engagement's row. */
export type ChainEngagementRow = Pick<
  EngagementRow,
  | "message_id"
  | "event_id"
  | "accepted_at"
  | "occurred_at"
  | "kind"
  | "class"
  | "exposure"
  | "exposed_attempt"
  | "ip"
  | "user_agent"
>;

interface Entry<Step> {
  eventId: string;
  step: Step;
}

/** The chain of one message while it is collected: its attempts in partition order, its engagement in any order. */
export class Chain implements ChainCandidate {
  readonly messageId: string;
  readonly domain: string;
  readonly waitMs: number;
  before = 0;
  exposed = false;
  readonly #acceptedAt: number;
  readonly #attempts: Entry<ChainAttempt>[] = [];
  #engagements: Entry<ChainEngagement>[] = [];
  #engagementsLeft = 0;

  constructor({
    message_id: messageId,
    recipient_domain: domain,
    accepted_at: at,
    first_attempt_at: first,
  }: ChainMessage) {
    this.messageId = messageId;
    this.domain = domain;
    this.waitMs = at - (first ?? at);
    this.#acceptedAt = at;
  }

  /** Repeats, and what is no attempt or was answered after the acceptance, change nothing. */
  addDelivery(delivery: ChainDelivery): void {
    const { event_id: eventId, outcome, occurred_at: at } = delivery;
    if (outcome === "expired" || at > this.#acceptedAt || this.#attempts.length === chainAttemptsMax) return;
    if (this.#attempts.some((known) => known.eventId === eventId)) return;
    const step: ChainAttempt = {
      what: "attempt",
      at,
      startedAt: delivery.started_at,
      ordinal: 0,
      outcome,
      stage: delivery.stage,
      smtpCode: delivery.smtp_code,
      diagnostic: cut(delivery.diagnostic, diagnosticCharsMax),
      mxHost: delivery.mx_host,
    };
    this.#attempts.push({ eventId, step });
  }

  addEngagement(row: ChainEngagementRow): void {
    if (row.class === "pre_acceptance") {
      this.before++;
      this.exposed ||= row.exposure === "in_transaction" || row.exposure === "after_deferral";
    }
    const step: ChainEngagement = {
      what: "engagement",
      at: row.occurred_at,
      kind: row.kind,
      class: row.class,
      exposure: row.exposure,
      exposedAttempt: row.exposed_attempt,
      ip: row.ip,
      userAgent: cut(row.user_agent, userAgentCharsMax),
    };
    this.#engagements.push({ eventId: row.event_id, step });
    if (this.#engagements.length >= 2 * chainEngagementsMax) this.#keepEarliest();
  }

  /** Engagements that are known of and were not added, later than all that were; so many of them `pre_acceptance`. */
  addLeft(left: { engagements: number; before: number }): void {
    this.#engagementsLeft += left.engagements;
    this.before += left.before;
  }

  figures(): ChainFigures {
    this.#keepEarliest();
    const steps = [...this.#orderedAttempts(), ...this.#engagements.map(({ step }) => step)];
    return {
      messageId: this.messageId,
      domain: this.domain || null,
      acceptedAt: this.#acceptedAt,
      before: this.before,
      steps: steps.sort((left, right) => left.at - right.at),
      engagementsLeft: this.#engagementsLeft,
    };
  }

  #keepEarliest(): void {
    const ordered = this.#engagements.toSorted(
      (left, right) => left.step.at - right.step.at || (left.eventId < right.eventId ? -1 : 1),
    );
    this.#engagements = ordered.slice(0, chainEngagementsMax);
    this.#engagementsLeft += ordered.length - this.#engagements.length;
  }

  /** The acceptance is among them, also where its delivery is not known any more. */
  #orderedAttempts(): ChainAttempt[] {
    const steps = this.#attempts.map(({ step }) => step);
    if (!steps.some(({ outcome, at }) => outcome === "accepted" && at === this.#acceptedAt))
      steps.push({ ...bareAcceptance, at: this.#acceptedAt });
    steps.sort((left, right) => left.at - right.at);
    return steps.map((step, index) => ({ ...step, ordinal: index + 1 }));
  }
}

const bareAcceptance: Omit<ChainAttempt, "at"> = {
  what: "attempt",
  startedAt: null,
  ordinal: 0,
  outcome: "accepted",
  stage: "unknown",
  smtpCode: null,
  diagnostic: null,
  mxHost: null,
};

function cut(text: string | null, charsMax: number): string | null {
  return text === null || text.length <= charsMax ? text : `${text.slice(0, charsMax)}…`;
}
