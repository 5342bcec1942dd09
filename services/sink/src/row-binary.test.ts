import { expect, test } from "vitest";
import { RowBinary, viewOf } from "./row-binary.ts";

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
  const fixed = (...bytes: number[]) => written((out) => out.fixed(viewOf(Uint8Array.from(bytes)), 0, bytes.length, 4));
  expect(fixed()).toBe("00000000");
  expect(fixed(1, 2)).toBe("01020000");
  expect(fixed(1, 2, 3, 4, 5)).toBe("01020304");
});

test("an ordinal above UInt16 is the largest there is", () => {
  expect(written((out) => out.uint16(70_000))).toBe("ffff");
});

test("a number that its column cannot hold is refused, not cut", () => {
  for (const write of [
    (out: RowBinary) => out.uint16(-1),
    (out: RowBinary) => out.uint32(-1),
    (out: RowBinary) => out.uint32(2 ** 32),
  ]) {
    expect(() => written(write)).toThrow(RangeError);
  }
});

/** The text as the slice of longer bytes. */
function slice(text: Uint8Array): string {
  const from = Buffer.concat([Buffer.from("before"), text, Buffer.from("after")]);
  return written((out) => out.text(viewOf(from), 6, text.length));
}

test("text of any length is copied as a String from where it stands", () => {
  for (const length of [0, 1, 2, 3, 4, 5, 7, 8, 9, 127, 128, 300]) {
    const text = "aé€\u{1f4e7}".repeat(length).slice(0, length);
    expect(slice(Buffer.from(text))).toBe(written((out) => out.string(text)));
  }
});

test("bytes that are no UTF-8 become what decoding makes of them", () => {
  for (const bytes of [[0xff], [0x61, 0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80, 0x62, 0x63, 0x64]]) {
    const text = Buffer.from(bytes).toString("utf8");
    expect(text).toContain("\ufffd");
    expect(slice(Buffer.from(bytes))).toBe(written((out) => out.string(text)));
  }
});

test("what is cut off is gone", () => {
  const cut = written((out) => {
    out.uint8(1);
    const { length } = out;
    out.string("rest");
    out.length = length;
    out.uint8(2);
  });
  expect(cut).toBe("0102");
});
