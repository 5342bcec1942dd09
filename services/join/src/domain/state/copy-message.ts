import { ByteWriter } from "./byte-writer.ts";
import {
  attemptWord,
  attemptWords,
  cellWord,
  cellWords,
  flag,
  numberIn,
  routePart,
  routeParts,
  withNumber,
  type Slab,
} from "./slab.ts";
import type { SlabSource } from "./slab-source.ts";

const attempt = new Int32Array(attemptWords);
const route = new Int32Array(routeParts);
const text = new ByteWriter(256);

/**
 * Copies a message to a cell of another slab: its attempts and its outcome come along, its words are those of the new slab.
 * `cell` is its words as `readCell` gave them. Blocks in the open arena still name their old owner; identities of seen events
 * stay where they are.
 */
export function copyMessage(from: SlabSource, cell: Int32Array, to: Slab, ref: number): void {
  const copy = cell.slice();
  const { calls } = to.core;
  if (((cell[cellWord.flags] as number) & flag.send) !== 0) {
    for (const at of [cellWord.sendWord, cellWord.sendDomain]) {
      const word = cell[at] as number;
      copy[at] = withNumber(word, intern(from, numberIn(word), to));
    }
  }
  let above = 0;
  copy[cellWord.attempts] = 0;
  for (let at = cell[cellWord.attempts] as number; at !== 0; at = numberIn(attempt[attemptWord.below] as number)) {
    from.readAttempt(at, attempt);
    const copied = addAttempt(from, to);
    if (above === 0) copy[cellWord.attempts] = copied;
    else hang(to, above, copied);
    above = copied;
  }
  to.core.words.set(copy.subarray(0, cellWords), calls.cellAt(ref) >>> 2);
}

/** The attempt below another one. */
function hang(to: Slab, above: number, below: number): void {
  const { calls, words } = to.core;
  const at = (calls.attemptAt(to.address, above) >>> 2) + attemptWord.below;
  words[at] = withNumber(words[at] as number, below);
}

/** Adds what `attempt` holds, hanging on nothing yet. */
function addAttempt(from: SlabSource, to: Slab): number {
  from.readRoute(numberIn(attempt[attemptWord.route] as number), route);
  const origin = intern(from, route[routePart.origin] as number, to);
  const domain = intern(from, route[routePart.domain] as number, to);
  const hasHost = (route[routePart.host] as number) >= 0;
  const host = hasHost ? intern(from, route[routePart.host] as number, to) : -1;
  const { calls } = to.core;
  const own = calls.internRoute(to.address, origin, domain, host, route[routePart.precisionMs] as number);
  const name = calls.addAttempt(to.address);
  const at = calls.attemptAt(to.address, name) >>> 2;
  to.core.words.set(attempt, at);
  to.core.words[at + attemptWord.route] = withNumber(attempt[attemptWord.route] as number, own);
  hang(to, name, 0);
  return name;
}

/** The word in the other slab. */
function intern(from: SlabSource, word: number, to: Slab): number {
  text.clear();
  from.readText(word, text);
  const at = to.core.put(text.bytes.subarray(0, text.length));
  return to.core.calls.internText(to.address, at, text.length);
}
