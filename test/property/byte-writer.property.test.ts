import fc from "fast-check";
import avro from "avsc";
import { expect, test } from "vitest";
import { ByteWriter, dataOf } from "../../services/join/src/domain/state/byte-writer.ts";

const edges = [6, 13, 20, 27, 28, 29, 30, 31, 32, 34, 41, 48, 53].flatMap((bits) => [2 ** bits - 1, -(2 ** bits) + 1]);
const whole = fc
  .oneof(
    fc.integer(),
    fc.maxSafeInteger(),
    fc.constantFrom(...edges).chain((edge) => fc.integer({ min: -2, max: 2 }).map((by) => edge + by)),
  )
  .filter(Number.isSafeInteger);

test("whole numbers are encoded as avsc reads them, as far as it can", () => {
  const type = avro.Type.forSchema("long");
  fc.assert(
    fc.property(whole, (value) => {
      // avsc reads a long below −2^52 one off.
      fc.pre(value > -(2 ** 52) && value < 2 ** 53 - 1);
      const writer = new ByteWriter(1);
      writer.long(value);
      expect(type.fromBuffer(Buffer.from(writer.bytes.subarray(0, writer.length)))).toBe(value);
    }),
    { numRuns: 5_000 },
  );
});

test("runs of bytes are copied whole, short and long ones, while the writer grows", () => {
  const bytes = fc.uint8Array({ maxLength: 2_000 });
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 20 }), (runs) => {
      const writer = new ByteWriter(8);
      for (const run of runs) writer.copy(dataOf(run), 0, run.length);
      expect(Buffer.from(writer.bytes.subarray(0, writer.length))).toEqual(Buffer.concat(runs));
    }),
  );
});
