/** The counters of an input by what becomes of a record. Names are put together here once, not for every record. */
export const counterOf = {
  sends: { read: "sends_read", rejected: "sends_rejected", duplicate: "sends_duplicate", late: "sends_late" },
  deliveries: {
    read: "deliveries_read",
    rejected: "deliveries_rejected",
    duplicate: "deliveries_duplicate",
    late: "deliveries_late",
  },
  engagements: { read: "engagements_read", rejected: "engagements_rejected", duplicate: "engagements_duplicate" },
} as const;
