import fc from "fast-check";
import { expect, test } from "vitest";
import { filterRows, GenerationFilter, setFilterBits } from "../../services/join/src/domain/state/generation-filter.ts";
import { MessageTable } from "../../services/join/src/domain/state/message-table.ts";

const cells = 64;
const { core } = new MessageTable();

function hashOf(message: number): Int32Array {
  const id = Buffer.from(`<${message}@mail.example>`);
  core.calls.hashBytes(core.put(id), id.length, 0);
  return core.copyWords(core.calls.hashAt.value, 4);
}

test("each generation is found by every message in it while it is there, through any number that come and go", () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(1_000), { freq: 1 }), { maxLength: 900, size: "max" }), (steps) => {
      const filter = new GenerationFilter(filterRows(cells));
      const live: { column: number; messages: number[] }[] = [];
      let next = 0;
      const found: number[] = [];
      for (const step of steps) {
        if (step === null) {
          const messages = Array.from({ length: cells }, () => next++);
          const bits = new Uint8Array(filterRows(cells) / 8);
          for (const message of messages) setFilterBits(bits, hashOf(message));
          live.push({ column: filter.add(bits), messages });
        } else {
          const [gone] = live.splice(step % Math.max(1, live.length), 1);
          if (gone) filter.remove(gone.column);
        }
      }
      expect(new Set(live.map(({ column }) => column)).size).toBe(live.length);
      for (const { column, messages } of live) {
        const count = filter.find(hashOf(messages[0] as number), found);
        expect(found.slice(0, count)).toContain(column);
      }
    }),
    { numRuns: 30 },
  );
});

test("fewer than 2 in 1,000 full generations are asked for a message that they do not have", () => {
  const filter = new GenerationFilter(filterRows(1_024));
  for (let generation = 0; generation < 300; generation++) {
    const bits = new Uint8Array(filterRows(1_024) / 8);
    for (let message = 0; message < 1_024; message++) setFilterBits(bits, hashOf(generation * 1_024 + message));
    filter.add(bits);
  }
  let asked = 0;
  for (let message = 0; message < 1_000; message++) asked += filter.find(hashOf(-1 - message), []);
  expect(asked / (300 * 1_000)).toBeLessThan(0.002);
});
