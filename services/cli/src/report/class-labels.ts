import type { EngagementClass, EngagementKind, Exposure, Stage } from "@antedate/schemas";

/** What people call the classes; the report names the column's values beside them once. */
export const classLabels: Readonly<Record<EngagementClass, string>> = {
  pre_acceptance: "Before acceptance",
  near_acceptance: "Near acceptance",
  post_delivery: "After delivery",
  never_accepted: "Never accepted",
  unknown: "Unknown",
};

/** For the heads of narrow columns. */
export const shortClassLabels: Readonly<Record<EngagementClass, string>> = {
  pre_acceptance: "Before",
  near_acceptance: "Near",
  post_delivery: "After",
  never_accepted: "Never",
  unknown: "Unknown",
};

export const classMeanings: Readonly<Record<EngagementClass, string>> = {
  pre_acceptance: "Clearly earlier than the 250 of the receiving server. A machine.",
  near_acceptance: "So close to the 250 that time alone decides nothing. Person or machine.",
  post_delivery: "The message lay in the mailbox. A person, or a machine that came late.",
  never_accepted: "The message bounced or expired, so it was in no mailbox. A machine.",
  unknown: "No final answer of the receiving server was seen. Not judged.",
};

export const exposureLabels: Readonly<Record<Exposure, string>> = {
  after_acceptance: "After the acceptance",
  in_transaction: "During an SMTP transaction",
  after_deferral: "After a deferral at the end of DATA",
  after_rejection: "After a rejection at the end of DATA",
  unknown: "After an attempt of unknown stage",
  not_exposed: "Content never shown",
};

export const kindLabels: Readonly<Record<EngagementKind, string>> = {
  open: "Opens",
  click: "Clicks",
  unsubscribe: "Unsubscribes",
  complaint: "Complaints",
};

/** Of one, in a sentence. */
export const kindWords: Readonly<Record<EngagementKind, { one: string; many: string }>> = {
  open: { one: "open", many: "opens" },
  click: { one: "click", many: "clicks" },
  unsubscribe: { one: "unsubscribe", many: "unsubscribes" },
  complaint: { one: "complaint", many: "complaints" },
};

/** Where in the SMTP dialogue a reply came; empty where that is not known. */
export const stagePlaces: Readonly<Record<Stage, string>> = {
  unknown: "",
  connect: " before the dialogue began",
  ehlo: " at EHLO",
  mail: " at MAIL FROM",
  rcpt: " at RCPT TO",
  data: " at DATA",
  end_of_data: " at the end of DATA",
};
