import { retrySchedules, type RetrySchedule } from "./retry-schedule.ts";

/** Software or a service that sends mail, and what its events tell. */
export interface Sender {
  source: string;
  schedule: RetrySchedule;
  /** 1000 where it stamps whole seconds. */
  precisionMs: number;
  /** It says when an attempt began. */
  saysStart: boolean;
  /** It says which SMTP command was answered; else the stage of what is not accepted is `unknown`. */
  saysStage: boolean;
  /** Engagement comes from the service itself, as webhooks do, not from a tracker of one's own. */
  tracksItself: boolean;
  /** How long the join waits for attempts that arrive after the outcome of this source, by default. */
  settleMs: number;
}

const ownMta = { precisionMs: 1, saysStart: true, saysStage: true, tracksItself: false, settleMs: 0 };
const service = { precisionMs: 1_000, saysStart: false, saysStage: false, tracksItself: true, settleMs: 600_000 };

/** Own servers and sending services, with the schedules of real ones. */
export const senders: readonly Sender[] = [
  { ...ownMta, source: "postfix", schedule: retrySchedules.postfix },
  { ...service, source: "sparkpost", schedule: retrySchedules.sparkpost, saysStage: true },
  { ...ownMta, source: "exim", schedule: retrySchedules.exim, precisionMs: 1_000, saysStart: false },
  { ...service, source: "sendgrid", schedule: retrySchedules.sendgrid },
  { ...ownMta, source: "gmail-relay", schedule: retrySchedules.gmail, saysStart: false },
  { ...service, source: "mailgun", schedule: retrySchedules.mailgun, precisionMs: 1 },
  { ...ownMta, source: "gmx-relay", schedule: retrySchedules.gmx },
  { ...ownMta, source: "postfix-seconds", schedule: retrySchedules.postfix, precisionMs: 1_000 },
];

/** Source of the requests to a tracker of one's own. */
export const trackerSource = "tracker";
