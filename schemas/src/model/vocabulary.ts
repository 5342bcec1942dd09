// The closed lists of the contract (design §4.2, §4.3). A symbol's place in its list is its Avro enum index: new ones
// only at the end.

export const outcomes = ["accepted", "deferred", "bounced", "expired"] as const;
/** What one delivery record says of its attempt. */
export type DeliveryOutcome = (typeof outcomes)[number];

export const stages = ["unknown", "connect", "ehlo", "mail", "rcpt", "data", "end_of_data"] as const;
/** The SMTP command that was answered. Only `end_of_data` proves that the receiver had the content. */
export type Stage = (typeof stages)[number];

export const kinds = ["open", "click", "unsubscribe", "complaint"] as const;
export type EngagementKind = (typeof kinds)[number];

export const classes = ["pre_acceptance", "near_acceptance", "post_delivery", "never_accepted", "unknown"] as const;
/** When an engagement happened relative to the acceptance of its message. */
export type EngagementClass = (typeof classes)[number];

export const exposures = [
  "after_acceptance",
  "in_transaction",
  "after_deferral",
  "after_rejection",
  "unknown",
  "not_exposed",
] as const;
/** How a machine could have read the message before the engagement. */
export type Exposure = (typeof exposures)[number];

export const messageOutcomes = ["accepted", "bounced", "expired", "unknown"] as const;
/** How a message ended; `unknown` where the window closed without a terminal record. */
export type MessageOutcome = (typeof messageOutcomes)[number];

export const rejectReasons = [
  "too_large",
  "invalid_time",
  "key_mismatch",
  "unknown_schema",
  "undecodable",
  "missing_message_id",
  "unknown_token",
  "refused_by_table",
] as const;
/** Why a record, a line or a row was rejected. */
export type RejectReason = (typeof rejectReasons)[number];

export const inputs = ["sends", "deliveries", "engagements"] as const;
/** The three input topics, in the order in which events of one instant are taken. */
export type Input = (typeof inputs)[number];
