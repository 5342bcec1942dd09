import { answers, type Attempt, type DeliveryStory } from "./attempt.ts";
import { answerOf, freshMemory } from "./filter-answer.ts";
import type { Message } from "./message.ts";
import type { SimulationOptions } from "./options.ts";
import type { Random } from "./random.ts";
import { retryAt } from "./retry-schedule.ts";

/** Every attempt of a message, by its sender's schedule, until it is accepted, bounces or the sender gives up. */
export function deliveryStory(
  { sender, domain, sentAt }: Message,
  random: Random,
  { network, filters }: SimulationOptions,
): DeliveryStory {
  const memory = freshMemory(random, filters);
  const isUnknown = random.chance(network.unknownRecipientShare);
  const firstAt = sentAt + random.between(50, 5_000);
  const attempts: Attempt[] = [];
  let at = firstAt;
  for (let retry = 1; ; retry++) {
    const attempt = next(at);
    attempts.push(attempt);
    if (attempt.outcome !== "deferred") break;
    const age = retryAt(sender.schedule, retry);
    // A queue runs in turns, so a retry comes a little after it is due, and never before the attempt before it ended.
    if (age === null) return { attempts, acceptedAt: null, expiredAt: firstAt + sender.schedule.giveUpMs };
    at = Math.max(firstAt + age, attempt.repliedAt) + random.between(0, 30_000);
  }
  const last = attempts.at(-1) as Attempt;
  const acceptedAt = last.outcome === "accepted" ? last.repliedAt : null;
  if (acceptedAt !== null && random.chance(network.lateBounceShare)) attempts.push(lateBounce(acceptedAt, random));
  return { attempts, acceptedAt, expiredAt: null };

  function next(startedAt: number): Attempt {
    if (random.chance(network.connectFailureShare)) {
      return { ...answers.unreachable, startedAt, repliedAt: startedAt + 30_000, scanned: false };
    }
    if (isUnknown) return { ...answers.unknownRecipient, startedAt, repliedAt: startedAt + 300, scanned: false };
    const { answer, durationMs, scanned } = answerOf(domain, startedAt, memory, random, filters);
    return { ...answer, startedAt, repliedAt: startedAt + durationMs, scanned };
  }
}

/** A bounce message that comes back after the acceptance; it says nothing of a stage. */
function lateBounce(acceptedAt: number, random: Random): Attempt {
  const at = acceptedAt + random.logNormal(600_000, 1);
  return { ...answers.unknownRecipient, stage: "unknown", startedAt: at, repliedAt: at, scanned: false };
}
