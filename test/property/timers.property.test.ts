import fc from "fast-check";
import { expect, test } from "vitest";
import { RefTimers } from "../../services/join/src/domain/state/ref-timers.ts";

/** Times to add; null takes the earliest out. */
const steps = fc.array(fc.oneof(fc.integer({ min: -5, max: 20 }), fc.constant(null)), { maxLength: 80 });

test("timers give what is due first, as a sorted list would", () => {
  fc.assert(
    fc.property(steps, (list) => {
      const timers = new RefTimers();
      const model: { at: number; ref: number }[] = [];
      for (const [ref, at] of list.entries()) {
        if (at !== null) {
          timers.add(at, ref);
          model.push({ at, ref });
        } else if (model.length > 0) {
          const taken = timers.take();
          const index = model.findIndex((item) => item.ref === taken);
          expect(model[index]?.at).toBe(Math.min(...model.map((item) => item.at)));
          model.splice(index, 1);
        }
        expect(timers.size).toBe(model.length);
        expect(timers.nextAt).toBe(Math.min(Infinity, ...model.map((item) => item.at)));
      }
    }),
    { numRuns: 1_000 },
  );
});
