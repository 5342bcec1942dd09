import { expect, test } from "vitest";
import { readFrame } from "./framing.ts";

test("C3 01 and eight bytes are a fingerprint, the body begins behind them", () => {
  expect(readFrame(Buffer.from("c3010102030405060708ff", "hex"))).toEqual({
    framing: "single-object",
    fingerprint: "0102030405060708",
    bodyStart: 10,
  });
});

test("00 and four bytes are a registry's ID, unsigned", () => {
  expect(readFrame(Buffer.from("00fffffffeff", "hex"))).toEqual({
    framing: "confluent",
    schemaId: 0xfffffffe,
    bodyStart: 5,
  });
  expect(readFrame(Buffer.from("0000000000", "hex"))).toMatchObject({ framing: "confluent", schemaId: 0 });
});

test.each(["", "c3", "c301", "c30101020304050607", "c302010203040506070809", "00", "00000001", "0100000001", "7b7d"])(
  "%j is neither",
  (hex) => {
    expect(readFrame(Buffer.from(hex, "hex"))).toEqual({ framing: "none" });
  },
);
