import { expect, test } from "vitest";
import { MessageTable } from "./message-table.ts";
import { cellWord } from "./slab.ts";

/** Cells whose hashes are given are put into the index of an empty table of slabs of 2^10 cells. */
function indexOf(hashes: readonly Int32Array[]): { table: MessageTable; refs: number[] } {
  const table = new MessageTable(10);
  const { core } = table;
  const refs = hashes.map((hash) => {
    const ref = core.calls.allocateCell();
    const at = core.calls.cellAt(ref) + 4 * cellWord.hash;
    core.words.set(hash, at >>> 2);
    core.calls.putRef(at, ref);
    return ref;
  });
  return { table, refs };
}

function find({ core }: MessageTable, hash: Int32Array): number {
  return core.calls.findRef(core.put(new Uint8Array(hash.buffer)));
}

/** A different word for each number, in no order. */
const scattered = (number: number): number => Math.imul(number + 1, 0x9e37_79b1);

test.each([
  ["all words differ", 60_000, (number: number) => [0, 1, 2].map((word) => scattered(3 * number + word))],
  // As an attacker could make them: no bit of the last word tells them apart.
  ["the last word is the same", 60_000, (number: number) => [scattered(number), scattered(-number), 0]],
  ["the first and the last word are the same", 5_000, (number: number) => [0, scattered(number), 0]],
  ["the first two words are the same", 5_000, (number: number) => [0, 0, scattered(number)]],
])("messages are found by their hashes, and not those that are gone, where %s", (_, length, hashOf) => {
  const hashes = Array.from({ length }, (_, number) => Int32Array.from(hashOf(number)));
  const { table, refs } = indexOf(hashes);
  expect(hashes.map((hash) => find(table, hash))).toEqual(refs);
  expect(find(table, Int32Array.of(1, 2, 0))).toBe(-1);
  table.core.calls.forgetSlab(1);
  const left = refs.map((ref) => (ref >>> 10 === 1 ? -1 : ref));
  expect(hashes.map((hash) => find(table, hash))).toEqual(left);
});

test("what is guessed for a hash is a message that there is, and its own where it stands near its home", () => {
  // The first word says where a search begins in a table of 32, the upper four bits of the second what it looks for.
  const hash = (slot: number, mark: number): Int32Array => Int32Array.of(slot, mark << 28, 0);
  const hashes = Array.from({ length: 20 }, (_, number) => hash(31 - number, number & 7));
  const { table, refs } = indexOf(hashes);
  const { core } = table;
  const guess = (at: Int32Array): number => core.calls.likelyRef(core.put(new Uint8Array(at.buffer)));
  for (let slot = 0; slot < 32; slot++) {
    for (let mark = 0; mark < 16; mark++) expect([-1, ...refs]).toContain(guess(hash(slot, mark)));
  }
  const guessed = hashes.map(guess);
  expect(guessed.slice(3)).toEqual(refs.slice(3));
});
