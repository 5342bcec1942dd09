import type { JoinSettings } from "@antedate/join";
import { filterVendor } from "@antedate/join";
import type { Delivery, Engagement, EngagementRow, InputEvent, MessageRow, Send } from "@antedate/schemas";

/** A valid record as its topic has it. */
export type OracleRecord = InputEvent & { offset: number; appendTime: number };
type Of<E> = { event: E; offset: number; appendTime: number };

/** The rows of all windows that are decided at a task time, and the offsets of the engagement that waits then. */
export interface OracleRows {
  engagements: EngagementRow[];
  messages: MessageRow[];
  parked: number[];
}

/**
 * The rows that must come out: everything sorted, nested loops, nothing clever. Without a task time every window is
 * closed; one that is given lies at or beyond the last append time, so all records have been read.
 */
export function oracle(records: OracleRecord[], settings: JoinSettings, taskTime = Infinity): OracleRows {
  const rows = windowsOf(records, settings.windowMs).map((window) => rowsOfWindow(window, settings, taskTime));
  return {
    engagements: rows.flatMap((row) => row.engagements),
    messages: rows.flatMap((row) => row.messages),
    parked: rows.flatMap((row) => row.parked),
  };
}

/** The records of each message: those of one ID from the first one's append time until the window has passed. */
export function windowsOf(records: OracleRecord[], windowMs: number): OracleRecord[][] {
  return [...groupBy(records).values()].flatMap((own) => {
    const windows: OracleRecord[][] = [];
    for (const record of own.toSorted((a, b) => a.appendTime - b.appendTime)) {
      const last = windows.at(-1);
      if (last && record.appendTime <= (last[0] as OracleRecord).appendTime + windowMs) last.push(record);
      else windows.push([record]);
    }
    return windows;
  });
}

/** Append times of a window's outcome and of its send, and until when the outcome waits for what. */
export function waitsOf(window: OracleRecord[], settings: JoinSettings) {
  const outcome = (once(window, "deliveries") as Of<Delivery>[]).find(({ event }) => event.outcome !== "deferred");
  const { settleMs, sendHoldMs } = { ...settings, ...settings.sources[outcome?.event.source ?? ""] };
  return {
    settledAt: (outcome?.appendTime ?? Infinity) + settleMs,
    heldUntil: (outcome?.appendTime ?? Infinity) + sendHoldMs,
    sentAt: once(window, "sends")[0]?.appendTime ?? Infinity,
    settleMs,
    sendHoldMs,
  };
}

function isDecided(window: OracleRecord[], settings: JoinSettings, taskTime: number): boolean {
  const { settledAt, heldUntil, sentAt, settleMs, sendHoldMs } = waitsOf(window, settings);
  const isSettled = taskTime > settledAt || (settleMs === 0 && taskTime >= settledAt);
  const isHeld = taskTime > heldUntil || (sendHoldMs === 0 && taskTime >= heldUntil);
  const isPast = taskTime > (window[0] as OracleRecord).appendTime + settings.windowMs;
  return isPast || (isSettled && (sentAt <= heldUntil || isHeld));
}

function rowsOfWindow(window: OracleRecord[], settings: JoinSettings, taskTime: number): OracleRows {
  const sends = once(window, "sends") as Of<Send>[];
  const deliveries = once(window, "deliveries") as Of<Delivery>[];
  const engagements = once(window, "engagements") as Of<Engagement>[];
  if (!isDecided(window, settings, taskTime))
    return { engagements: [], messages: [], parked: engagements.map(({ offset }) => offset) };
  const { settledAt, heldUntil, settleMs } = waitsOf(window, settings);
  const end = deliveries.findIndex(({ event }) => event.outcome !== "deferred");
  const counted = deliveries.filter(
    ({ event, appendTime }, index) =>
      end < 0 || index <= end || (settleMs > 0 && event.outcome === "deferred" && appendTime <= settledAt),
  );
  const attempts = counted
    .filter(({ event }) => event.outcome !== "expired")
    .toSorted((a, b) => a.event.occurred_at - b.event.occurred_at || a.offset - b.offset);
  const facts = { outcome: deliveries[end], attempts, settings };
  const sendAt = (time: number): Send | null => (sends[0] && sends[0].appendTime <= time ? sends[0].event : null);
  return {
    messages: sends.length + deliveries.length > 0 ? [messageRow(window, sendAt(heldUntil), facts)] : [],
    engagements: engagements.map((own) => engagementRow(own, sendAt(Math.max(heldUntil, own.appendTime)), facts)),
    parked: [],
  };
}

/** Of one input, the first of each identity, in partition order. */
function once(window: OracleRecord[], input: OracleRecord["input"]): OracleRecord[] {
  const own = window.filter((record) => record.input === input).toSorted((a, b) => a.offset - b.offset);
  const identity = ({ event }: OracleRecord): string => `${"kind" in event ? event.kind : input} ${event.event_id}`;
  return own.filter((record, index) => own.findIndex((other) => identity(other) === identity(record)) === index);
}

interface Facts {
  outcome: Of<Delivery> | undefined;
  attempts: Of<Delivery>[];
  settings: JoinSettings;
}

function shared(send: Send | null, { outcome, attempts }: Facts) {
  const delivery = outcome?.event ?? attempts[0]?.event;
  const mx = outcome?.event.mx_host ?? attempts.findLast(({ event }) => event.mx_host !== null)?.event.mx_host ?? null;
  return {
    tenant: (send ?? delivery)?.tenant ?? "",
    campaign: send?.campaign ?? null,
    recipient_domain: (send ?? delivery)?.recipient_domain ?? "",
    recipient_hash: send?.recipient_hash ?? null,
    sent_at: send?.occurred_at ?? null,
    accepted_at: outcome?.event.outcome === "accepted" ? outcome.event.occurred_at : null,
    attempts: attempts.length,
    deferrals: attempts.filter(({ event }) => event.outcome === "deferred").length,
    mx_host: mx,
    filter_vendor: filterVendor(mx),
  };
}

function messageRow(window: OracleRecord[], send: Send | null, facts: Facts): MessageRow {
  const { outcome, attempts } = facts;
  const first = attempts[0]?.event;
  return {
    ...shared(send, facts),
    message_id: (window[0] as OracleRecord).event.message_id,
    source: (send ?? outcome?.event ?? first)?.source ?? "",
    first_attempt_at: first ? (first.started_at ?? first.occurred_at) : null,
    outcome: (outcome?.event.outcome ?? "unknown") as MessageRow["outcome"],
    content_deferrals: attempts.filter(({ event }) => event.outcome === "deferred" && event.stage === "end_of_data")
      .length,
  };
}

function engagementRow({ event, offset }: Of<Engagement>, send: Send | null, facts: Facts): EngagementRow {
  const columns = shared(send, facts);
  const { precision_ms: _, ...own } = event;
  const isKnown = send !== null || facts.outcome !== undefined || facts.attempts.length > 0;
  return {
    ...own,
    ...columns,
    tenant: isKnown ? columns.tenant : event.tenant,
    ...classed(event, columns, facts),
    ...exposed(event, facts),
    input_offset: offset,
  };
}

function classed(
  event: Engagement,
  { recipient_domain: domain, mx_host: mx }: ReturnType<typeof shared>,
  facts: Facts,
) {
  const { outcome, settings } = facts;
  if (!outcome) return { class: "unknown" as const, delta_ms: null, uncertain: false };
  if (outcome.event.outcome !== "accepted")
    return { class: "never_accepted" as const, delta_ms: null, uncertain: false };
  const { nearBeforeMs, nearAfterMs: after } = bandOf(domain, mx, settings);
  const slack = event.precision_ms + outcome.event.precision_ms + settings.clockToleranceMs;
  const before = Math.max(nearBeforeMs, slack);
  const delta = event.occurred_at - outcome.event.occurred_at;
  if (delta < -before)
    return { class: "pre_acceptance" as const, delta_ms: delta, uncertain: delta + slack >= -before };
  if (delta > after) return { class: "post_delivery" as const, delta_ms: delta, uncertain: delta - slack <= after };
  return {
    class: "near_acceptance" as const,
    delta_ms: delta,
    uncertain: delta - slack < -before || delta + slack > after,
  };
}

/** The near band of a message: its domain's own, else that of the longest MX suffix, else the one for all. */
export function bandOf(
  domain: string,
  mx: string | null,
  settings: JoinSettings,
): Pick<JoinSettings, "nearBeforeMs" | "nearAfterMs"> {
  const suffix = Object.keys(settings.mxSuffixes)
    .filter((own) => mx === own || mx?.endsWith(`.${own}`))
    .toSorted((a, b) => b.length - a.length)[0];
  const { nearBeforeMs, nearAfterMs } = settings;
  return { nearBeforeMs, nearAfterMs, ...(settings.domains[domain] ?? settings.mxSuffixes[suffix ?? ""]) };
}

function exposed(
  event: Engagement,
  { outcome, attempts, settings }: Facts,
): Pick<EngagementRow, "exposure" | "exposed_attempt"> {
  const time = event.occurred_at;
  const accepted = outcome?.event.outcome === "accepted" ? attempts.indexOf(outcome) + 1 : 0;
  if (outcome && accepted > 0 && time >= outcome.event.occurred_at)
    return { exposure: "after_acceptance", exposed_attempt: accepted };
  const inside = ({ event: own }: Of<Delivery>): boolean => {
    const slack = own.precision_ms + event.precision_ms + settings.clockToleranceMs;
    const began = own.started_at ?? own.occurred_at - 30_000;
    const sent = own.outcome === "accepted" || own.stage === "end_of_data" || own.stage === "unknown";
    return sent && time >= began - slack && time <= own.occurred_at + slack;
  };
  const after = ({ event: own }: Of<Delivery>): boolean => time > own.occurred_at;
  const content = (own: Of<Delivery>, ended: string): boolean =>
    after(own) && own.event.outcome === ended && own.event.stage === "end_of_data";
  const ordinal = (holds: (own: Of<Delivery>) => boolean): number => attempts.findLastIndex(holds) + 1;
  const rules = {
    in_transaction: ordinal(inside),
    after_deferral: ordinal((own) => content(own, "deferred")),
    after_rejection: ordinal((own) => content(own, "bounced")),
    unknown: ordinal((own) => after(own) && own.event.stage === "unknown"),
  };
  for (const [exposure, attempt] of Object.entries(rules)) {
    if (attempt > 0) return { exposure: exposure as EngagementRow["exposure"], exposed_attempt: attempt };
  }
  return { exposure: "not_exposed", exposed_attempt: null };
}

function groupBy(records: OracleRecord[]): Map<string, OracleRecord[]> {
  const groups = new Map<string, OracleRecord[]>();
  for (const record of records) {
    const group = groups.get(record.event.message_id);
    if (group) group.push(record);
    else groups.set(record.event.message_id, [record]);
  }
  return groups;
}
