import { expect, test } from "vitest";
import { EventView } from "./model/index.ts";
import { encodeReject, readReject, rejectField, type Reject } from "./reject.ts";
import { viewFields } from "./view-fields.ts";

const reject: Reject = {
  topic: "email.sends",
  partition: 3,
  offset: 2 ** 40,
  reason: "undecodable",
  raw: Buffer.from([0, 255, 10]),
};

/** The reject in the middle of a buffer; null where it is none. */
function decodeReject(value: Buffer | null): Reject | null {
  const view = new EventView();
  const padded = Buffer.concat([Buffer.of(1, 2, 3), value ?? Buffer.alloc(0), Buffer.of(4)]);
  if (!readReject(padded, 3, value === null ? -1 : value.length, view)) return null;
  const bytesOf = (field: number): Buffer =>
    Buffer.from(view.bytes).subarray(view.start[field], (view.start[field] as number) + (view.length[field] as number));
  return {
    topic: bytesOf(rejectField.topic).toString(),
    partition: view.number[rejectField.partition] as number,
    offset: view.number[rejectField.offset] as number,
    reason: bytesOf(rejectField.reason).toString() as Reject["reason"],
    raw: bytesOf(rejectField.raw),
  };
}

test("the places of fields are those of the Avro file", () => {
  expect(viewFields("rejects").map(({ name }) => name)).toEqual(Object.keys(rejectField));
});

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
  for (const odd of [{ partition: -1 }, { offset: -1 }]) {
    expect(decodeReject(encodeReject({ ...reject, ...odd }).value)).toBeNull();
  }
  expect(decodeReject(Buffer.from("text"))).toBeNull();
  expect(decodeReject(value.subarray(0, value.length - 1))).toBeNull();
  expect(decodeReject(Buffer.concat([Buffer.from("c3010000000000000000", "hex"), value.subarray(10)]))).toBeNull();
});
