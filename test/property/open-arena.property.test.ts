import fc from "fast-check";
import { expect, test } from "vitest";
import { dataOf } from "../../services/join/src/domain/state/byte-writer.ts";
import { OpenArena } from "../../services/join/src/domain/state/open-arena.ts";

// Chunks of 64 words, so that a few blocks fill one and some are larger than one.
const placeBits = 6;

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

/** The blocks of a chain, the oldest first. */
function chainOf(arena: OpenArena, head: number): Buffer[] {
  const chain: Buffer[] = [];
  for (let at = head; at !== 0; at = arena.next(at)) {
    const start = arena.start(at);
    chain.unshift(Buffer.from(Buffer.from(arena.data(at).buffer, start, arena.length(at))));
  }
  return chain;
}

test("blocks are what was put in, whoever was freed and moved meanwhile, and space comes back", () => {
  let moves = 0;
  fc.assert(
    fc.property(steps, (list) => {
      const arena = new OpenArena(placeBits);
      const heads = new Map<number, number>();
      const model = new Map<number, Buffer[]>();
      const compact = (): void =>
        arena.compact(
          (owner) => heads.get(owner) as number,
          (owner, head) => {
            moves++;
            heads.set(owner, head);
          },
        );
      for (const step of list) {
        if ("add" in step) {
          const { owner, bytes: own } = step.add;
          heads.set(owner, arena.add(owner, heads.get(owner) ?? 0, dataOf(own), 0, own.length));
          model.set(owner, [...(model.get(owner) ?? []), Buffer.from(own)]);
        } else if ("free" in step) {
          for (let at = heads.get(step.free) ?? 0; at !== 0; at = arena.next(at)) arena.free(at);
          heads.delete(step.free);
          model.delete(step.free);
        } else compact();
      }
      for (const [owner, blocks] of model) expect(chainOf(arena, heads.get(owner) as number)).toEqual(blocks);
      for (const owner of model.keys()) {
        for (let at = heads.get(owner) as number; at !== 0; at = arena.next(at)) arena.free(at);
      }
      compact();
      expect(arena.size).toBeLessThanOrEqual(2_048);
    }),
    { numRuns: 200 },
  );
  expect(moves).toBeGreaterThan(100);
});
