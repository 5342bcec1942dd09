import type { JoinSettings } from "@antedate/join";
import { filterVendor } from "@antedate/join";
import type { Delivery, Engagement, EngagementRow, InputEvent, MessageRow, Send } from "@antedate/schemas";

/** A valid record as its topic has it. */
export type OracleRecord = InputEvent & { offset: number; appendTime: number };
type Of<E> = { event: E; offset: number; appendTime: number };

/** The rows that must come out once every window is closed: everything sorted, nested loops, nothing clever. */
export function oracle(
  records: OracleRecord[],
  settings: JoinSettings,
): { engagements: EngagementRow[]; messages: MessageRow[] } {
  const windows = [...groupBy(records).values()].flatMap((own) => {
    const rest = own.toSorted((a, b) => a.appendTime - b.appendTime);
    const found: OracleRecord[][] = [];
    for (const record of rest) {
      const last = found.at(-1);
      if (last && record.appendTime <= (last[0] as OracleRecord).appendTime + settings.windowMs) last.push(record);
      else found.push([record]);
    }
    return found;
  });
  const rows = windows.map((window) => rowsOfWindow(window, settings));
  return { engagements: rows.flatMap((row) => row.engagements), messages: rows.flatMap((row) => row.messages) };
}

function rowsOfWindow(window: OracleRecord[], settings: JoinSettings) {
  const sends = once(window, "sends") as Of<Send>[];
  const deliveries = once(window, "deliveries") as Of<Delivery>[];
  const engagements = once(window, "engagements") as Of<Engagement>[];
  const end = deliveries.findIndex(({ event }) => event.outcome !== "deferred");
  const outcome = deliveries[end];
  const waits = {
    settleMs: settings.settleMs,
    sendHoldMs: settings.sendHoldMs,
    ...settings.sources[outcome?.event.source ?? ""],
  };
  const settled = (late: Of<Delivery>): boolean =>
    waits.settleMs > 0 &&
    late.event.outcome === "deferred" &&
    late.appendTime <= (outcome as Of<Delivery>).appendTime + waits.settleMs;
  const attempts = (
    outcome ? [...deliveries.slice(0, end + 1), ...deliveries.slice(end + 1).filter(settled)] : deliveries
  )
    .filter(({ event }) => event.outcome !== "expired")
    .toSorted((a, b) => a.event.occurred_at - b.event.occurred_at || a.offset - b.offset);
  const facts = { outcome, attempts, settings };
  const dueAt = outcome ? outcome.appendTime + waits.sendHoldMs : Infinity;
  const sendAt = (time: number): Send | null => (sends[0] && sends[0].appendTime <= time ? sends[0].event : null);
  const hasRow = sends.length + deliveries.length > 0;
  return {
    messages: hasRow ? [messageRow(window, sendAt(dueAt), facts)] : [],
    engagements: engagements.map((own) => engagementRow(own, sendAt(Math.max(dueAt, own.appendTime)), facts)),
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
  const suffix = Object.keys(settings.mxSuffixes)
    .filter((own) => mx === own || mx?.endsWith(`.${own}`))
    .toSorted((a, b) => b.length - a.length)[0];
  const own = settings.domains[domain] ?? settings.mxSuffixes[suffix ?? ""] ?? {};
  const slack = event.precision_ms + outcome.event.precision_ms + settings.clockToleranceMs;
  const before = Math.max(own.nearBeforeMs ?? settings.nearBeforeMs, slack);
  const after = own.nearAfterMs ?? settings.nearAfterMs;
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
