import { createRequire } from "node:module";
import fc from "fast-check";
import { expect, test } from "vitest";
import { crc32c, crc32cInJavaScript } from "./crc32c.ts";

const stock = createRequire(import.meta.url)("kafkajs/src/protocol/recordBatch/crc32C/crc32C.js") as (
  bytes: Buffer,
) => number;

test("the checksum of RFC 3720's vectors", () => {
  for (const sum of [crc32c, crc32cInJavaScript]) {
    expect(sum(Buffer.from("123456789"))).toBe(0xe3069283);
    expect(sum(Buffer.alloc(32))).toBe(0x8a9136aa);
    expect(sum(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
    expect(sum(Buffer.alloc(0))).toBe(0);
  }
});

test("native, sliced and kafkajs's own are one, also of parts of a buffer", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(9), (all, from) => {
      const bytes = Buffer.from(all).subarray(from);
      expect(crc32c(bytes)).toBe(stock(bytes));
      expect(crc32cInJavaScript(bytes)).toBe(stock(bytes));
    }),
  );
});
