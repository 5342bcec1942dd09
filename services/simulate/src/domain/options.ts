import type { Behaviour } from "./behaviour.ts";
import type { Sender } from "./sender.ts";
import type { Thresholds } from "./thresholds.ts";

/** Every knob of the simulated traffic. Shares are of 1. */
export interface SimulationOptions {
  /** The same options give the same traffic, to the byte. */
  seed: number;
  messages: number;
  /** Time of the first send, epoch ms. */
  startAt: number;
  /** Sends per second of simulated time: with it grows what is held in memory, with `messages` it does not. */
  messagesPerSecond: number;
  tenants: readonly string[];
  /** Messages of one campaign. */
  campaignSize: number;
  /** Campaigns that are being sent at the same time. */
  campaignsAtOnce: number;
  /** Campaigns take these in turn. Of services the join waits ten minutes of append time before it decides a message. */
  senders: readonly Sender[];
  /** Share of the messages, by what the receiving domain does; need not sum to 1. */
  behaviours: Readonly<Record<Behaviour, number>>;
  /** Receiving domains of each behaviour: methods, links followed, memory and delays differ among them. */
  domainsPerBehaviour: number;
  recipientsPerDomain: number;
  network: NetworkOptions;
  filters: FilterOptions;
  readers: ReaderOptions;
  transport: TransportOptions;
  /** What the join is expected to run with: truth is computed with these. */
  thresholds: Thresholds;
}

export interface NetworkOptions {
  /** Attempts that end before anything was said. */
  connectFailureShare: number;
  /** Messages to recipients that do not exist: refused at RCPT. */
  unknownRecipientShare: number;
  /** Accepted messages that bounce later all the same. */
  lateBounceShare: number;
}

export interface FilterOptions {
  /** Messages that a greylisting filter takes at once, because it knows sender and recipient. */
  knownSenderShare: number;
  /** Of the messages to a domain that rejects, those it rejects. */
  rejectShare: number;
  /** How long `hold` keeps the sender waiting, ms. */
  holdMsMin: number;
  holdMsMax: number;
  /** Messages that a sandbox looks at, and those whose rewritten links are checked again in bulk. */
  sandboxShare: number;
  rescanShare: number;
  /** Median wait of a sandbox after the acceptance, ms. */
  sandboxMedianMs: number;
  /** Rewritten links are checked again in bulk after this many days at most. */
  rescanDaysMax: number;
  /** Of human clicks at a domain that rewrites links, those that its proxy repeats. */
  clickCheckShare: number;
}

export interface ReaderOptions {
  /** Recipients that open an accepted message. */
  openShare: number;
  /** Of the openers, those that click. */
  clickShare: number;
  /** After each opening and each click, those that do it again. */
  againShare: number;
  /** Of the clickers, those that unsubscribe; of the openers, those that complain. */
  unsubscribeShare: number;
  complaintShare: number;
  /** Median time from acceptance to opening, ms; many hours for a good part. */
  openMedianMs: number;
  openSigma: number;
  /** Median time from opening to the click, ms. */
  clickMedianMs: number;
  clickSigma: number;
  /** Recipients behind Apple's Mail Privacy Protection, and those who read through Gmail's image proxy. */
  appleShare: number;
  gmailShare: number;
  /** Recipients whose requests come from their organisation's one address. */
  sharedNatShare: number;
  /** Nobody reads a message older than this, ms. With the retries it must stay within the join's window. */
  horizonMs: number;
}

export interface TransportOptions {
  /** Clocks of sources are off by up to this, ms. */
  clockSkewMsMax: number;
  /** Events that are delivered again later, same event ID. */
  duplicateShare: number;
  /** Events that come up to `disorderMsMax` late. Longer than a source's settle is more than the join promises. */
  disorderShare: number;
  disorderMsMax: number;
  lostDeliveryShare: number;
  lostSendShare: number;
  /** Messages whose every event but engagement is lost. */
  lostMessageShare: number;
}
