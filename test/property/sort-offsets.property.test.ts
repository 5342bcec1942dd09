import fc from "fast-check";
import { expect, test } from "vitest";
import { MessageTable } from "@antedate/join";

const { core } = new MessageTable();

function sorted(offsets: readonly number[]): number[] {
  const at = core.put(new Uint8Array(Float64Array.from(offsets).buffer));
  core.calls.sortOffsets(at, offsets.length);
  return Array.from(core.doubles.subarray(at >>> 3, (at >>> 3) + offsets.length));
}

// One, two and five digits of the sort, and the same offset twice.
const offset = fc.oneof(fc.nat(100), fc.nat(5_000_000), fc.maxSafeInteger().map(Math.abs));

test("offsets come out in growing order, each as often as it went in", () => {
  fc.assert(
    fc.property(fc.array(offset, { minLength: 1, maxLength: 300 }), fc.nat(2 ** 40), (offsets, from) => {
      expect(sorted(offsets)).toEqual(offsets.toSorted((a, b) => a - b));
      // As they are in one COMMIT: close to each other, wherever the log is.
      const close = offsets.map((each) => from + (each % 50_000));
      expect(sorted(close)).toEqual(close.toSorted((a, b) => a - b));
    }),
    { numRuns: 2_000 },
  );
});
