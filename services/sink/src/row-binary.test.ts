import { expect, test } from "vitest";
import { RowBinary } from "./row-binary.ts";

function written(write: (out: RowBinary) => void): string {
  const out = new RowBinary(1);
  write(out);
  return out.bytes.toString("hex");
}

test("strings carry their length in bytes as LEB128", () => {
  expect(written((out) => out.string(""))).toBe("00");
  expect(written((out) => out.string("é"))).toBe("02c3a9");
  expect(written((out) => out.string("x".repeat(300))).slice(0, 6)).toBe("ac0278");
});

test("64-bit integers are little-endian two's complement over the whole safe range", () => {
  for (const value of [
    0,
    1,
    -1,
    2 ** 32,
    -(2 ** 32) - 7,
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
    1795453937228,
  ]) {
    const expected = Buffer.alloc(8);
    expected.writeBigInt64LE(BigInt(value));
    expect(written((out) => out.int64(value))).toBe(expected.toString("hex"));
  }
});

test("a FixedString is cut or filled to its length", () => {
  expect(written((out) => out.fixed(null, 4))).toBe("00000000");
  expect(written((out) => out.fixed(Uint8Array.of(1, 2), 4))).toBe("01020000");
  expect(written((out) => out.fixed(Uint8Array.of(1, 2, 3, 4, 5), 4))).toBe("01020304");
});

test("an ordinal above UInt16 is the largest there is", () => {
  expect(written((out) => out.uint16(70_000))).toBe("ffff");
});
