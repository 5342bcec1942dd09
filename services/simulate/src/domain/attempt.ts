import type { DeliveryOutcome, Stage } from "@antedate/schemas/model";

/** An SMTP attempt as it truly was. */
export interface Attempt {
  startedAt: number;
  repliedAt: number;
  outcome: Exclude<DeliveryOutcome, "expired">;
  stage: Stage;
  smtpCode: number | null;
  enhancedCode: string | null;
  diagnostic: string;
  /** The filter followed links of this attempt's content. */
  scanned: boolean;
}

/** All that the sending side saw of a message. */
export interface DeliveryStory {
  attempts: Attempt[];
  acceptedAt: number | null;
  /** When the sender gave up. */
  expiredAt: number | null;
}

/** A server's answer without its time. */
export type Answer = Pick<Attempt, "outcome" | "stage" | "smtpCode" | "enhancedCode" | "diagnostic">;

export const answers = {
  accepted: {
    outcome: "accepted",
    stage: "end_of_data",
    smtpCode: 250,
    enhancedCode: "2.0.0",
    diagnostic: "250 2.0.0 Ok: queued",
  },
  contentDeferred: {
    outcome: "deferred",
    stage: "end_of_data",
    smtpCode: 451,
    enhancedCode: "4.7.1",
    diagnostic: "451 4.7.1 Try again later",
  },
  rcptDeferred: {
    outcome: "deferred",
    stage: "rcpt",
    smtpCode: 450,
    enhancedCode: "4.2.0",
    diagnostic: "450 4.2.0 Greylisted",
  },
  unreachable: {
    outcome: "deferred",
    stage: "connect",
    smtpCode: null,
    enhancedCode: "4.4.1",
    diagnostic: "connect: connection timed out",
  },
  contentRejected: {
    outcome: "bounced",
    stage: "end_of_data",
    smtpCode: 554,
    enhancedCode: "5.7.1",
    diagnostic: "554 5.7.1 Message rejected by content filter",
  },
  unknownRecipient: {
    outcome: "bounced",
    stage: "rcpt",
    smtpCode: 550,
    enhancedCode: "5.1.1",
    diagnostic: "550 5.1.1 Recipient unknown",
  },
} satisfies Record<string, Answer> as Record<
  "accepted" | "contentDeferred" | "rcptDeferred" | "unreachable" | "contentRejected" | "unknownRecipient",
  Answer
>;
