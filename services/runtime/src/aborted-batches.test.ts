import { expect, test } from "vitest";
import { emptyAborted } from "./aborted-batches.ts";
import type { BatchMessage } from "./fetched-batches.ts";
import { toRecordBatch } from "./write-record-batch.ts";

function message(offsets: number[], producerId: string | null, isAbort = false): BatchMessage {
  const records = offsets.map((offset) => ({ offset, appendTime: 0, key: null, value: null }));
  const batch = { ...toRecordBatch(records), ...(isAbort ? { count: 0, end: 0 } : {}) };
  const transaction = producerId === null ? null : { producerId, isAbort };
  return { offset: String(batch.lastOffset), isControlRecord: false, batch, transaction };
}

const counts = (messages: BatchMessage[]): number[] => messages.map(({ batch }) => batch.count);

test("batches of an aborted transaction are emptied up to its marker, those of others stay", () => {
  const all = [
    message([0, 1], "1"),
    message([2], null),
    message([3, 4, 5], "2"),
    message([6], "1", true),
    message([7], "1"),
  ];
  emptyAborted(all, [{ producerId: "1", firstOffset: "0" }]);
  expect(counts(all)).toEqual([0, 1, 3, 0, 1]);
});

test("transactions that begin before the first batch count at once, whatever their order", () => {
  const all = [message([10], "2"), message([11], "1"), message([12], "3")];
  const aborted = ["3", "1", "2"].map((producerId) => ({ producerId, firstOffset: producerId }));
  emptyAborted(all, aborted);
  expect(counts(all)).toEqual([0, 0, 0]);
});

test("a producer's next transaction, aborted too, begins at its own offset", () => {
  const all = [message([0], "1"), message([1], "1", true), message([2], "1"), message([3], "1")];
  emptyAborted(all, [
    { producerId: "1", firstOffset: "3" },
    { producerId: "1", firstOffset: "0" },
  ]);
  expect(counts(all)).toEqual([0, 0, 1, 0]);
});

test("a batch outside of transactions stays, whoever wrote it; without aborted ones all stay", () => {
  const all = [message([0], null), message([1], "1")];
  emptyAborted(all, null);
  emptyAborted(all, []);
  expect(counts(all)).toEqual([1, 1]);
});
