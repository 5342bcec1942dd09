import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteWriter, dataOf } from "../../services/join/src/domain/state/byte-writer.ts";

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
