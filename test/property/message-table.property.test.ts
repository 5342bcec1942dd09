import fc from "fast-check";
import { expect, test } from "vitest";
import { MessageTable } from "../../services/join/src/domain/state/message-table.ts";

// Slabs of four cells: they are dropped and their slots used again many times in a run.
const slabBits = 2;

type Step = { begin: string } | { expire: true } | { see: string; kind: number; event: string } | { lower: string };

const ids = fc.constantFrom(...Array.from({ length: 20 }, (_, index) => String.fromCharCode(97 + index)));
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ begin: ids }) },
    { weight: 4, arbitrary: fc.constant<Step>({ expire: true }) },
    {
      weight: 4,
      arbitrary: fc.record({ see: ids, kind: fc.nat(4), event: fc.constantFrom("", "1", "2") }),
    },
    { weight: 1, arbitrary: fc.record({ lower: ids }) },
  ),
  { maxLength: 300, size: "max" },
);

interface Model {
  id: string;
  beganAt: number;
  seen: Set<string>;
}

test("messages are found, told apart by their windows, and gone, as in a map", () => {
  fc.assert(
    fc.property(steps, (list) => {
      const table = new MessageTable(slabBits);
      const { core } = table;
      const live: Model[] = [];
      let now = 0;
      const find = (id: string): number => table.find(Buffer.from(id));
      const newest = (id: string): Model | undefined => live.findLast((message) => message.id === id);
      for (const step of list) {
        now += 10;
        if ("begin" in step) {
          table.begin(Buffer.from(step.begin), now, find(step.begin));
          live.push({ id: step.begin, beganAt: now, seen: new Set() });
        } else if ("expire" in step) {
          const oldest = table.oldest();
          const expected = live.shift();
          expect(oldest < 0 ? undefined : table.firstAppendAt(oldest)).toBe(expected?.beganAt);
          if (oldest >= 0) {
            core.calls.freeOpen(oldest);
            table.markGone(oldest);
          }
        } else if ("see" in step) {
          const message = newest(step.see);
          const ref = find(step.see);
          if (message === undefined) continue;
          const identity = `${step.kind} ${step.event}`;
          const event = core.put(Buffer.from(step.event));
          const isNew = core.calls.seeEvent(ref, step.kind, event, step.event.length);
          expect(isNew !== 0).toBe(!message.seen.has(identity));
          message.seen.add(identity);
        } else {
          const message = newest(step.lower);
          if (message === undefined) continue;
          core.calls.lowerFirstAppendAt(find(step.lower), message.beganAt - 1);
          message.beganAt--;
        }
        if (now % 50 === 0) core.calls.compactOpen();
      }
      expect(table.size).toBe(live.length);
      expect(Array.from(table.all(), (ref) => table.firstAppendAt(ref))).toEqual(live.map(({ beganAt }) => beganAt));
      for (const id of new Set(live.map((message) => message.id))) {
        const chain: number[] = [];
        for (let at = find(id); at >= 0; at = table.previous(at)) chain.unshift(table.firstAppendAt(at));
        expect(chain).toEqual(live.filter((message) => message.id === id).map(({ beganAt }) => beganAt));
        expect(Buffer.from(table.block(core.calls.idBlock(find(id)))).toString()).toBe(id);
      }
    }),
    { numRuns: 1_000 },
  );
});

test("a slab's worth and more of messages grows the index without losing one", () => {
  const table = new MessageTable(8);
  const refs = Array.from({ length: 20_000 }, (_, index) => {
    const id = Buffer.from(`<${index}@mail.example>`);
    return table.begin(id, index, table.find(id));
  });
  for (const [index, ref] of refs.entries()) {
    expect(table.find(Buffer.from(`<${index}@mail.example>`))).toBe(ref);
  }
  for (let oldest = table.oldest(); oldest >= 0; oldest = table.oldest()) {
    table.core.calls.freeOpen(oldest);
    table.markGone(oldest);
  }
  expect(table.find(Buffer.from("<7@mail.example>"))).toBe(-1);
});
