import { expect, test } from "vitest";
import { commitRecord, fenceRecord } from "../../test/support/log-records.ts";
import { walkCommit } from "./commit-walk.ts";
import { singleObjectHeaderBytes } from "./framing.ts";
import { decodeJoinLog, encodeCommit, encodeFence, LogReader } from "./join-log.ts";

const fence = (prev: number): Buffer => encodeFence(fenceRecord({ prev }));
const commit = (prev: number): Buffer => encodeCommit(commitRecord({ prev, parked_xor: 2 ** 52 + 5, cut: true }));

/** Offsets of the records that count. */
function valid(values: (Buffer | null)[]): number[] {
  const reader = new LogReader();
  return values.flatMap((value, offset) => (reader.take(offset, value) ? [offset] : []));
}

test("a COMMIT counts where it names the last valid record", () => {
  expect(valid([fence(-1), commit(0), commit(1)])).toEqual([0, 1, 2]);
});

test("a zombie's COMMIT behind a new FENCE does not count, and the new writer's do", () => {
  expect(valid([fence(-1), commit(0), fence(1), commit(1), commit(2), commit(1)])).toEqual([0, 1, 2, 4]);
});

test("a COMMIT that was appended twice counts once", () => {
  expect(valid([fence(-1), commit(0), commit(0), commit(1)])).toEqual([0, 1, 3]);
});

test("bytes of somebody else are passed over", () => {
  expect(valid([fence(-1), null, Buffer.from("x"), commit(0)])).toEqual([0, 3]);
});

test("a checksum up to 2^53 survives the codec", () => {
  const reader = new LogReader(0);
  expect(reader.take(1, commit(0))).toMatchObject({ commit: { parked_xor: 2 ** 52 + 5, cut: true } });
});

test("a reader that takes COMMITs its own way is handed those that count, and no others", () => {
  const reader = new LogReader();
  const handed: number[] = [];
  const values = [fence(-1), commit(0), commit(0), commit(1), Buffer.from("x")];
  for (const [offset, value] of values.entries()) reader.takeWith(offset, value, () => handed.push(offset));
  expect(handed).toEqual([1, 3]);
  expect(reader.lastValid).toBe(3);
});

test("a COMMIT that its reader finds torn does not count", () => {
  const reader = new LogReader(0);
  expect(reader.takeWith(1, commit(0), () => null)).toBeNull();
  expect(reader.lastValid).toBe(0);
});

test("no prefix of a COMMIT is one, nor one with bytes behind it", () => {
  const value = commit(0);
  for (let length = 0; length < value.length; length++) expect(decodeJoinLog(value.subarray(0, length))).toBeNull();
  expect(decodeJoinLog(Buffer.concat([value, Buffer.of(0)]))).toBeNull();
});

test("a COMMIT whose counts say more than there are bytes is passed over at once", () => {
  const value = commit(0);
  // Behind prev, three next offsets and the task time comes the count of engagements.
  const at = singleObjectHeaderBytes + 5;
  const counts = {
    "2^50": "80808080808080" + "08",
    "-2^50 and a size": "ffffffffffffff0700",
    "2^31": "8080808010",
  };
  for (const count of Object.values(counts)) {
    const crafted = Buffer.concat([value.subarray(0, at), Buffer.from(count, "hex"), value.subarray(at + 1)]);
    let visits = 0;
    expect(walkCommit(crafted, singleObjectHeaderBytes, { engagements: () => void visits++ })).toBeNull();
    expect(visits).toBe(0);
    expect(decodeJoinLog(crafted)).toBeNull();
  }
});
