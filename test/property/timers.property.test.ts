import fc from "fast-check";
import { expect, test } from "vitest";
import { MessageTable } from "../../services/join/src/domain/state/message-table.ts";

/** Times to add; null takes the earliest out. The timers' memory grows beyond 64 that wait. */
const time = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -5, max: 20 }) },
  { weight: 2, arbitrary: fc.constant(null) },
);
const steps = fc.array(time, { maxLength: 500, size: "max" });

test("timers give what is due first, as a sorted list would", () => {
  fc.assert(
    fc.property(steps, (list) => {
      const { calls } = new MessageTable().core;
      const model: { at: number; ref: number }[] = [];
      for (const [ref, at] of list.entries()) {
        if (at !== null) {
          calls.addTimer(at, ref);
          model.push({ at, ref });
        } else if (model.length > 0) {
          const taken = calls.takeTimer();
          const index = model.findIndex((item) => item.ref === taken);
          expect(model[index]?.at).toBe(Math.min(...model.map((item) => item.at)));
          model.splice(index, 1);
        }
        expect(calls.timerCount()).toBe(model.length);
        expect(calls.nextTimerAt()).toBe(Math.min(Infinity, ...model.map((item) => item.at)));
      }
    }),
    { numRuns: 300 },
  );
});
