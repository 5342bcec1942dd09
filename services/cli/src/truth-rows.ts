import type { EngagementClass, EngagementRow } from "@antedate/schemas";
import type { CaptureTruth } from "./bundled-capture.ts";

export interface TruthRow {
  behaviour: string;
  kind: "human" | "machine";
  class: EngagementClass;
  count: number;
}

/** Classified engagement counted by the behaviour of the receiving domain and by who made the request in truth. */
export function truthRows(engagements: readonly EngagementRow[], truth: CaptureTruth): TruthRow[] {
  const rows = new Map<string, TruthRow>();
  for (const { url, occurred_at: time, recipient_domain: domain, class: own } of engagements) {
    const kind = truth.kindOf(url ?? "", new Date(time).toISOString());
    if (kind === null) continue;
    const behaviour = truth.behaviourOf(domain);
    const key = `${behaviour} ${kind} ${own}`;
    const row = rows.get(key) ?? { behaviour, kind, class: own, count: 0 };
    row.count++;
    rows.set(key, row);
  }
  return [...rows.values()];
}
