import fc from "fast-check";
import { expect, test } from "vitest";
import { Timers } from "../../services/join/src/domain/timers.ts";

/** Times to add; null takes the earliest out. */
const steps = fc.array(fc.oneof(fc.integer({ min: -5, max: 20 }), fc.constant(null)), { maxLength: 80 });

test("timers give what is due first, as a sorted list would", () => {
  fc.assert(
    fc.property(steps, (list) => {
      const timers = new Timers<{ at: number }>();
      const model: { at: number }[] = [];
      for (const at of list) {
        if (at !== null) {
          const item = { at };
          timers.add(at, item);
          model.push(item);
        } else if (model.length > 0) {
          const taken = timers.take();
          expect(taken.at).toBe(Math.min(...model.map((item) => item.at)));
          expect(model).toContain(taken);
          model.splice(model.indexOf(taken), 1);
        }
        expect(timers.size).toBe(model.length);
        expect(timers.nextAt).toBe(Math.min(Infinity, ...model.map((item) => item.at)));
      }
    }),
    { numRuns: 1_000 },
  );
});
