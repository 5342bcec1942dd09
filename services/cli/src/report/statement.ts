import { sumOfCounts } from "./class-counts.ts";
import { formatCount, formatShare } from "./number-format.ts";
import type { ReportFigures } from "./report-figures.ts";

/** The result in a few sentences, the most important first. Plain text, for the page and for the terminal. */
export function statement({ byKind, byExposure }: ReportFigures): string[] {
  const before = byKind.open.pre_acceptance + byKind.click.pre_acceptance;
  const never = byKind.open.never_accepted + byKind.click.never_accepted;
  const total = sumOfCounts(byKind.open) + sumOfCounts(byKind.click);
  const unsubscribed = byKind.unsubscribe.pre_acceptance + byKind.unsubscribe.never_accepted;
  // Nobody could have read the content then. Clocks that are wrong say so of people too, so it proves nothing.
  const doubtful = byExposure.not_exposed.pre_acceptance;
  const counts = { total, before, doubtful };
  const sentences = [first(counts)];
  if (doubtful > 0) sentences.push(doubt(counts));
  if (never > 0) {
    const subject = `${formatCount(never)}${before > 0 ? " more" : ""} (${formatShare(never, total)})`;
    sentences.push(`${subject} ${never === 1 ? "belongs to a message" : "belong to messages"} that it never accepted.`);
  }
  if (unsubscribed > 0) {
    const unsubscribes = unsubscribed === 1 ? "One unsubscribe was" : `${formatCount(unsubscribed)} unsubscribes were`;
    sentences.push(`${unsubscribes} made that way too.`);
  }
  return sentences;
}

interface Counts {
  total: number;
  before: number;
  doubtful: number;
}

function doubt({ before, doubtful }: Counts): string {
  const came = doubtful === 1 ? "One request came" : `${formatCount(doubtful)} requests came`;
  return `${came} before any server had been sent the content: look at the clocks and at --timezone before you believe it${before > doubtful ? "; no person can have made the others" : ""}.`;
}

function first({ total, before, doubtful }: Counts): string {
  const happened = "happened before the receiving server accepted the message";
  if (total === 0) return "No opens or clicks yet.";
  if (total === 1) {
    return before === 1
      ? `The only open or click ${happened}${doubtful === 0 ? "; no person can have made it" : ""}.`
      : `The only open or click did not happen before the receiving server accepted the message.`;
  }
  if (before === 0) return `None of ${formatCount(total)} opens and clicks ${happened}.`;
  const made = doubtful === 0 ? `; no person can have made ${before === 1 ? "it" : "them"}` : "";
  return `Of ${formatCount(total)} opens and clicks, ${formatCount(before)} (${formatShare(before, total)}) ${happened}${made}.`;
}
