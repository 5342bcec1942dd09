import avro from "avsc";
import fc from "fast-check";
import { expect, test } from "vitest";
import { bodyOf, defaultSettings, MessageTable } from "@antedate/join";
import { cutPiece } from "../../services/join/src/domain/piece.ts";
import { freshTask } from "../support/drive-task.ts";
import { deliveryEvent, engagementEvent, eventTime } from "../support/events.ts";

const edges = [6, 13, 20, 27, 28, 29, 30, 31, 32, 34, 41, 48, 53].flatMap((bits) => [2 ** bits - 1, -(2 ** bits) + 1]);
/** avsc reads a long below −2^52 one off. */
const whole = fc
  .oneof(
    fc.integer(),
    fc.maxSafeInteger(),
    fc.constantFrom(...edges).chain((edge) => fc.integer({ min: -2, max: 2 }).map((by) => edge + by)),
  )
  .filter((value) => value > -(2 ** 52) && value < 2 ** 53 - 1);

test("whole numbers are encoded as avsc reads them, as far as it can", () => {
  const type = avro.Type.forSchema("long");
  const { core } = new MessageTable();
  fc.assert(
    fc.property(fc.tuple(whole, whole, whole), (values) => {
      // A piece begins with the next offsets of the inputs.
      core.doubles.set(values, core.calls.nextOffsets.value >>> 3);
      const bytes = Buffer.from(bodyOf(cutPiece(core, (size) => new Uint8Array(size))));
      let at = 0;
      for (const value of values) {
        const read = type.decode(bytes, at);
        expect(read.value).toBe(value);
        at = read.offset;
      }
    }),
    { numRuns: 2_000 },
  );
});

test("a time is the same in the row, whether the engagement was parked meanwhile or not", () => {
  fc.assert(
    fc.property(whole, whole, (before, after) => {
      const task = freshTask({ ...defaultSettings, sendHoldMs: 0 });
      for (const [offset, time] of [before, after].entries()) {
        const event = engagementEvent({ event_id: String(offset), occurred_at: time });
        task.apply({ input: "engagements", event, offset, appendTime: eventTime });
        if (offset > 0) continue;
        task.apply({ input: "deliveries", event: deliveryEvent(), offset, appendTime: eventTime });
      }
      const rows = task.takePieces().flatMap(({ engagements }) => engagements);
      expect(rows.map((row) => row.occurred_at)).toEqual([before, after]);
    }),
    { numRuns: 500 },
  );
});
