import type { Counters, Input } from "@antedate/schemas/model";
import type { Absorbed } from "./absorb.ts";

/** The counters of an input by what becomes of some of its records. Names are put together here once, not for every record. */
export const counterOf = {
  sends: { rejected: "sends_rejected", duplicate: "sends_duplicate", late: "sends_late" },
  deliveries: {
    rejected: "deliveries_rejected",
    duplicate: "deliveries_duplicate",
    late: "deliveries_late",
  },
  engagements: { rejected: "engagements_rejected", duplicate: "engagements_duplicate" },
} as const;

/** Counts what came of a record. */
export function countAbsorbed(counters: Counters, input: Input, absorbed: Absorbed): void {
  if (absorbed === "duplicate") counters[counterOf[input].duplicate]++;
  else if (absorbed === "contradicted") counters.contradicted++;
  else if (absorbed === "late" && input !== "engagements") counters[counterOf[input].late]++;
}
