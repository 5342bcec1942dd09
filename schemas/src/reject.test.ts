import { expect, test } from "vitest";
import { decodeReject, encodeReject, type Reject } from "./reject.ts";

const reject: Reject = {
  topic: "email.sends",
  partition: 3,
  offset: 2 ** 40,
  reason: "undecodable",
  raw: Buffer.from([0, 255, 10]),
};

test("a reject comes back as it was written, keyed by its place", () => {
  const { key, value } = encodeReject(reject);
  expect(key).toBe("email.sends/3/1099511627776");
  expect(decodeReject(value)).toEqual(reject);
});

test("raw bytes are kept up to 64 KiB", () => {
  const raw = Buffer.alloc(64 * 1024 + 1, 7);
  const rawOf = (length: number) => decodeReject(encodeReject({ ...reject, raw: raw.subarray(0, length) }).value)?.raw;
  expect(rawOf(64 * 1024)?.length).toBe(64 * 1024);
  expect(rawOf(64 * 1024 + 1)?.length).toBe(64 * 1024);
});

test("what is no reject of ours is passed over", () => {
  const { value } = encodeReject(reject);
  expect(decodeReject(null)).toBeNull();
  expect(decodeReject(Buffer.from("text"))).toBeNull();
  expect(decodeReject(value.subarray(0, value.length - 1))).toBeNull();
  expect(decodeReject(Buffer.concat([Buffer.from("c3010000000000000000", "hex"), value.subarray(10)]))).toBeNull();
});
