import { ByteWriter } from "./byte-writer.ts";
import { routePart, routeParts } from "./route-table.ts";
import { attemptWords, cellWords, flag, i32, type Slab } from "./slab.ts";
import type { SlabSource } from "./slab-source.ts";
import { internRoute, internSendDomain, internSender } from "./words.ts";

const attempt = new Int32Array(attemptWords);
const route = new Int32Array(routeParts);
const text = new ByteWriter(256);
const origin = new ByteWriter(256);
const domain = new ByteWriter(256);
const host = new ByteWriter(256);

/**
 * Copies a message to a cell of another slab: its attempts come along, its words are those of the new slab. `cell` is its
 * twenty words as `readCell` gave them. Blocks in the open arena still name their old owner; identities of seen events stay
 * where they are.
 */
export function copyMessage(from: SlabSource, cell: Int32Array, to: Slab, toCell: number): void {
  const base = toCell * cellWords;
  for (let word = 0; word < cellWords; word++) to.words[base + word] = cell[word] as number;
  if (((cell[i32.flags] as number) & flag.send) !== 0) {
    text.clear();
    from.readText(cell[i32.sendWord] as number, text);
    domain.clear();
    from.readText(cell[i32.sendDomain] as number, domain);
    to.words[base + i32.sendWord] = internSender(to, text);
    to.words[base + i32.sendDomain] = internSendDomain(to, domain);
  }
  const outcome = cell[i32.outcome] as number;
  let copiedOutcome = 0;
  let above = 0;
  for (let at = cell[i32.lastAttempt] as number; at !== 0; at = attempt[4] as number) {
    from.readAttempt(at, attempt);
    const copied = addAttempt(from, to);
    if (at === outcome) copiedOutcome = copied;
    if (above === 0) to.words[base + i32.lastAttempt] = copied;
    else to.attempts[(above - 1) * attemptWords + 4] = copied;
    above = copied;
  }
  // An `expired` record is the outcome without being one of the attempts.
  if (outcome !== 0 && copiedOutcome === 0) {
    from.readAttempt(outcome, attempt);
    copiedOutcome = addAttempt(from, to);
  }
  to.words[base + i32.outcome] = copiedOutcome;
}

/** Adds what `attempt` holds, hanging on nothing yet. */
function addAttempt(from: SlabSource, to: Slab): number {
  from.readRoute(attempt[3] as number, route);
  for (const writer of [origin, domain, host]) writer.clear();
  from.readText(route[routePart.origin] as number, origin);
  from.readText(route[routePart.domain] as number, domain);
  const hasHost = (route[routePart.host] as number) >= 0;
  if (hasHost) from.readText(route[routePart.host] as number, host);
  const place = to.addAttempt();
  for (let word = 0; word < 3; word++) to.attempts[place * attemptWords + word] = attempt[word] as number;
  const precisionMs = route[routePart.precisionMs] as number;
  to.attempts[place * attemptWords + 3] = internRoute(to, origin, domain, hasHost ? host : null, precisionMs);
  to.attempts[place * attemptWords + 4] = 0;
  return place + 1;
}
