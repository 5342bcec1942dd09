import type { SimulationOptions } from "./options.ts";
import { senders } from "./sender.ts";
import { defaultThresholds } from "./thresholds.ts";

const second = 1_000;
const hour = 3_600 * second;
const day = 24 * hour;

/** Mail to a mixed list, business domains more than private ones; Apple, Gmail and sandbox figures are those of the field. */
export const defaultOptions: SimulationOptions = {
  seed: 1,
  messages: 1_000,
  startAt: 1_767_600_000_000, // 2026-01-05T08:00:00Z
  messagesPerSecond: 1,
  tenants: ["acme", "borealis", "cobalt", "dune"],
  campaignSize: 500,
  campaignsAtOnce: 8,
  senders,
  behaviours: {
    none: 50,
    scan_in_transaction: 10,
    scan_and_defer: 12,
    hold: 3,
    reject_after_scan: 2.4,
    defer_for_ever: 0.6,
    greylist_at_rcpt: 6,
    sandbox_after_acceptance: 8,
    link_rewriting: 8,
  },
  domainsPerBehaviour: 6,
  recipientsPerDomain: 20_000,
  network: { connectFailureShare: 0.03, unknownRecipientShare: 0.01, lateBounceShare: 0.002 },
  filters: {
    knownSenderShare: 0.15,
    rejectShare: 0.7,
    holdMsMin: 30 * second,
    holdMsMax: 400 * second,
    sandboxShare: 0.6,
    rescanShare: 0.25,
    sandboxMedianMs: 43 * second,
    rescanDaysMax: 14,
    clickCheckShare: 0.9,
  },
  readers: {
    openShare: 0.4,
    clickShare: 0.25,
    againShare: 0.3,
    unsubscribeShare: 0.05,
    complaintShare: 0.003,
    openMedianMs: 2 * hour,
    openSigma: 1.9,
    clickMedianMs: 25 * second,
    clickSigma: 1.2,
    appleShare: 0.35,
    gmailShare: 0.3,
    sharedNatShare: 0.5,
    horizonMs: 28 * day,
  },
  transport: {
    clockSkewMsMax: 400,
    duplicateShare: 0.02,
    disorderShare: 0.05,
    disorderMsMax: 300 * second,
    lostDeliveryShare: 0.005,
    lostSendShare: 0.01,
    lostMessageShare: 0.002,
  },
  thresholds: defaultThresholds,
};
