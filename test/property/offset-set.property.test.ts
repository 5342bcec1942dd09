import fc from "fast-check";
import { expect, test } from "vitest";
import { OffsetChecksum, OffsetSet, toRanges } from "../../services/join/src/domain/offset-set.ts";

const runs = { numRuns: 1_000 };
const ranges = fc.array(fc.record({ first: fc.nat(60), count: fc.integer({ min: 1, max: 8 }) }), { maxLength: 20 });
const largeOffsets = fc.uniqueArray(fc.oneof(fc.nat(40), fc.maxSafeInteger().map(Math.abs)), { maxLength: 30 });

function offsetsOf(list: readonly { first: number; count: number }[]): number[] {
  return list.flatMap(({ first, count }) => Array.from({ length: count }, (_, index) => first + index));
}

test("a set built from ranges in any order holds their offsets and no other", () => {
  fc.assert(
    fc.property(ranges, (list) => {
      const set = OffsetSet.of(list);
      const model = new Set(offsetsOf(list));
      for (let offset = 0; offset < 75; offset++) expect(set.has(offset)).toBe(model.has(offset));
    }),
    runs,
  );
});

test("offsets become the fewest ranges that hold each of them, in growing order", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(60), { maxLength: 40 }), (offsets) => {
      const sorted = offsets.toSorted((a, b) => a - b);
      const gaps = sorted.filter((offset, index) => index === 0 || offset !== (sorted[index - 1] as number) + 1);
      const result = toRanges(offsets);
      expect(offsetsOf(result)).toEqual(sorted);
      expect(result.length).toBe(gaps.length);
    }),
    runs,
  );
});

test("the checksum is count and XOR of what is in the set, whatever came and went, up to 2^53", () => {
  fc.assert(
    fc.property(largeOffsets, fc.nat(), (offsets, seed) => {
      const checksum = new OffsetChecksum();
      const gone = offsets.filter((_, index) => ((seed >> (index % 30)) & 1) === 1);
      for (const offset of offsets) checksum.add(offset);
      for (const offset of gone) checksum.remove(offset);
      const left = offsets.filter((offset) => !gone.includes(offset));
      expect(checksum.count).toBe(left.length);
      expect(BigInt(checksum.xor)).toBe(left.reduce((xor, offset) => xor ^ BigInt(offset), 0n));
    }),
    runs,
  );
});
