import type { Engagement, EngagementClass, EngagementKind, Exposure } from "@antedate/schemas/model";
import type { Behaviour, Requester } from "./behaviour.ts";
import type { Expectation } from "./expectation.ts";
import type { Message } from "./message.ts";

/** A line of the truth file. Of a `pending` message no outcome ever comes: it is `unknown` once its window closes. */
export type Truth = EngagementTruth | PendingTruth;

export interface EngagementTruth {
  message_id: string;
  event_id: string;
  kind: EngagementKind;
  actor: "human" | "machine";
  requester: Requester;
  /** What the receiving domain does. */
  behaviour: Behaviour;
  recipient_domain: string;
  /** The engagement happened after the message was accepted in truth, whatever stamps and lost records say. */
  truly_accepted: boolean;
  /** What must come out. */
  class: EngagementClass;
  exposure: Exposure;
  /** Null for `not_exposed`. */
  exposed_attempt: number | null;
}

export interface PendingTruth {
  message_id: string;
  behaviour: Behaviour;
  recipient_domain: string;
  state: "pending";
}

export function engagementTruth(
  { domain }: Message,
  { event_id, message_id, kind }: Engagement,
  requester: Requester,
  isAccepted: boolean,
  expected: Expectation,
): EngagementTruth {
  return {
    message_id,
    event_id,
    kind,
    actor: requester === "reader" || requester === "gmail_proxy" ? "human" : "machine",
    requester,
    behaviour: domain.behaviour,
    recipient_domain: domain.name,
    truly_accepted: isAccepted,
    class: expected.class,
    exposure: expected.exposure,
    exposed_attempt: expected.exposedAttempt,
  };
}

export function pendingTruth({ id, domain }: Message): PendingTruth {
  return { message_id: id, behaviour: domain.behaviour, recipient_domain: domain.name, state: "pending" };
}
