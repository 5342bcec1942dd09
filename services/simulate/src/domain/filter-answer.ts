import { answers, type Answer } from "./attempt.ts";
import type { FilterOptions } from "./options.ts";
import type { Random } from "./random.ts";
import type { ReceivingDomain } from "./receiving-domain.ts";

/** What a filter remembers of one message from attempt to attempt. */
export interface FilterMemory {
  /** It knows sender and recipient already: no greylisting. */
  knowsSender: boolean;
  /** It rejects this message, if it rejects at all. */
  rejects: boolean;
  /** When it first saw the sender try, and when it last followed links; −Infinity for never. */
  firstSeenAt: number;
  lastScannedAt: number;
}

export interface FilterAnswer {
  answer: Answer;
  durationMs: number;
  scanned: boolean;
}

export function freshMemory(random: Random, filters: FilterOptions): FilterMemory {
  return {
    knowsSender: random.chance(filters.knownSenderShare),
    rejects: random.chance(filters.rejectShare),
    firstSeenAt: -Infinity,
    lastScannedAt: -Infinity,
  };
}

/** How a domain's filter answers an attempt that reaches it. Keeps in `memory` what it has seen. */
export function answerOf(
  domain: ReceivingDomain,
  at: number,
  memory: FilterMemory,
  random: Random,
  filters: FilterOptions,
): FilterAnswer {
  if (memory.firstSeenAt === -Infinity) memory.firstSeenAt = at;
  const waits = !memory.knowsSender && at < memory.firstSeenAt + domain.greylistMs;
  const quick = random.between(200, 2_500);
  const slow = random.between(2_000, 20_000);
  const scanned = (answer: Answer, durationMs = slow): FilterAnswer => {
    const again = at >= memory.lastScannedAt + domain.memoryMs;
    if (again) memory.lastScannedAt = at;
    return { answer, durationMs: again ? durationMs : quick, scanned: again };
  };
  const unseen = (answer: Answer): FilterAnswer => ({ answer, durationMs: quick, scanned: false });

  switch (domain.behaviour) {
    case "none":
    case "sandbox_after_acceptance":
    case "link_rewriting":
      return unseen(answers.accepted);
    case "scan_in_transaction":
      return scanned(answers.accepted);
    case "scan_and_defer":
      return scanned(waits ? answers.contentDeferred : answers.accepted);
    case "hold":
      return scanned(answers.accepted, random.between(filters.holdMsMin, filters.holdMsMax));
    case "reject_after_scan":
      return scanned(memory.rejects ? answers.contentRejected : answers.accepted);
    case "defer_for_ever":
      return scanned(answers.contentDeferred);
    case "greylist_at_rcpt":
      if (waits) return unseen(answers.rcptDeferred);
      return domain.loadsPixel ? scanned(answers.accepted) : unseen(answers.accepted);
  }
}
