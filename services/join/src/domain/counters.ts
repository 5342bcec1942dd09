import type { Counters } from "@antedate/schemas/model";

export function zeroCounters(): Counters {
  return {
    sends_read: 0,
    deliveries_read: 0,
    engagements_read: 0,
    sends_rejected: 0,
    deliveries_rejected: 0,
    engagements_rejected: 0,
    sends_duplicate: 0,
    deliveries_duplicate: 0,
    engagements_duplicate: 0,
    sends_late: 0,
    deliveries_late: 0,
    contradicted: 0,
    engagements_decided: 0,
    messages_decided: 0,
  };
}
