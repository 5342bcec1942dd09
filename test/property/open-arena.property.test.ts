import fc from "fast-check";
import { expect, test } from "vitest";
import { MessageTable } from "../../services/join/src/domain/state/message-table.ts";
import { cellWord } from "../../services/join/src/domain/state/slab.ts";

// Chunks of 64 words, so that a few blocks fill one and some are larger than one.
const arenaBits = 6;

type Step = { add: { owner: number; bytes: Uint8Array } } | { free: number } | { compact: true };

const bytes = fc.oneof(
  { weight: 20, arbitrary: fc.uint8Array({ maxLength: 24 }) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 200, maxLength: 400 }) },
);
const steps = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ add: fc.record({ owner: fc.nat(60), bytes }) }) },
    { weight: 5, arbitrary: fc.record({ free: fc.nat(60) }) },
    { weight: 1, arbitrary: fc.constant<Step>({ compact: true }) },
  ),
  { maxLength: 800, size: "max" },
);

/** A message and its blocks, the oldest first: that of its ID. */
interface Owner {
  ref: number;
  blocks: Buffer[];
}

function begin(table: MessageTable, bytesOfId: Uint8Array): Owner {
  return { ref: table.begin(bytesOfId, 1, table.find(bytesOfId)), blocks: [Buffer.from(bytesOfId)] };
}

/** Puts a block in front of the others, as `park` does. */
function add({ core }: MessageTable, { ref, blocks }: Owner, own: Uint8Array): void {
  const open = (core.calls.cellAt(ref) >>> 2) + cellWord.open;
  const block = core.calls.addBlock(ref, core.words[open] as number, core.put(own), own.length);
  core.words[open] = block;
  blocks.push(Buffer.from(own));
}

/** Frees what is parked, then the ID, as the end of a message does. */
function free(table: MessageTable, { ref }: Owner): void {
  for (const block of table.parkedBlocks(ref)) table.core.calls.freeBlock(block);
  table.core.calls.freeOpen(ref);
  table.markGone(ref);
}

function chainOf(table: MessageTable, { ref }: Owner): Buffer[] {
  const chain = [...table.parkedBlocks(ref), table.core.calls.idBlock(ref)];
  return chain.map((block) => Buffer.from(table.block(block))).reverse();
}

test("blocks are what was put in, whoever was freed and moved meanwhile, and space comes back", () => {
  let moves = 0;
  fc.assert(
    fc.property(steps, (list) => {
      const table = new MessageTable(2, arenaBits);
      const model = new Map<number, Owner>();
      const compact = (): void => {
        const owners = [...model.values()];
        const before = owners.map(({ ref }) => table.word(ref, cellWord.open));
        table.core.calls.compactOpen();
        moves += owners.filter(({ ref }, index) => table.word(ref, cellWord.open) !== before[index]).length;
      };
      for (const step of list) {
        if ("add" in step) {
          const { owner, bytes: own } = step.add;
          const known = model.get(owner);
          if (known) add(table, known, own);
          // The number keeps the IDs of two messages apart.
          else model.set(owner, begin(table, Uint8Array.of(owner, ...own)));
        } else if ("free" in step) {
          const known = model.get(step.free);
          if (known) free(table, known);
          model.delete(step.free);
        } else compact();
      }
      for (const owner of model.values()) expect(chainOf(table, owner)).toEqual(owner.blocks);
      for (const owner of model.values()) free(table, owner);
      compact();
      expect(table.core.calls.arenaBytes()).toBeLessThanOrEqual(2_048);
    }),
    { numRuns: 200 },
  );
  expect(moves).toBeGreaterThan(100);
});
