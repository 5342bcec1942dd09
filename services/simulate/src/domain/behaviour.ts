/** What a receiving domain's filter does with a message. */
export const behaviours = [
  "none",
  "scan_in_transaction",
  "scan_and_defer",
  "hold",
  "reject_after_scan",
  "defer_for_ever",
  "greylist_at_rcpt",
  "sandbox_after_acceptance",
  "link_rewriting",
] as const;

export type Behaviour = (typeof behaviours)[number];

/** Who made a request in truth. A Gmail proxy fetches when its reader looks, so it stands for a human. */
export type Requester = "reader" | "gmail_proxy" | "apple_mpp" | "filter";
