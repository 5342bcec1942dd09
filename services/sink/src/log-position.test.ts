import { encodeFence } from "@antedate/schemas";
import { createLogger, FatalError, type PartitionReader } from "@antedate/runtime";
import { expect, test } from "vitest";
import { fenceRecord } from "../../../test/support/log-records.ts";
import { encodeMetadata, findLogPosition, type StoredOffsets } from "./log-position.ts";

const log = createLogger({ service: "test", level: "silent" });

const fence = (logId: string): Buffer => encodeFence(fenceRecord({ log_id: logId }));

/** A log of `high` records of which those below `low` are gone; `head` is the first that is left. */
function place(
  low: number,
  high: number,
  head: Buffer | null,
  newest: StoredOffsets = { engagements: 5, messages: 5 },
) {
  const reader: PartitionReader = {
    ends: () => Promise.resolve({ low, high }),
    read: () =>
      Promise.resolve({ records: [{ offset: low, appendTime: 0, key: null, value: head }], nextOffset: low + 1 }),
    highs: () => Promise.resolve(new Map([[0, high]])),
    close: () => Promise.resolve(),
  };
  return {
    reader,
    topic: "email.classified",
    partition: 0,
    log,
    signal: new AbortController().signal,
    newestOffsets: () => Promise.resolve(newest),
  };
}

const committed = (offset: number, logId: string) => ({
  offset,
  metadata: encodeMetadata({
    lastValid: offset - 1,
    logId,
    stored: { engagements: 5, messages: 4 },
    totals: { engagements: 50, messages: 40 },
  }),
});

test("without a committed offset the log is read from its beginning", async () => {
  expect(await findLogPosition(null, place(0, 9, fence("a")))).toMatchObject({
    offset: 0,
    lastValid: -1,
    logId: null,
  });
});

test("a committed offset of this log is where it goes on", async () => {
  expect(await findLogPosition(committed(7, "a"), place(0, 9, fence("a")))).toMatchObject({
    offset: 7,
    lastValid: 6,
    logId: "a",
    totals: { engagements: 50, messages: 40 },
    doubtfulTo: -1,
  });
});

test("rows are counted from the log's beginning where it is there, and not known where nobody has counted them", async () => {
  expect(await findLogPosition(null, place(0, 9, fence("a")))).toMatchObject({
    totals: { engagements: 0, messages: 0 },
  });
  expect(await findLogPosition(null, place(5, 9, fence("a")))).toMatchObject({ offset: 5, totals: null });
  const metadata = JSON.stringify({ lastValid: 6, logId: "a", stored: { engagements: 5, messages: 4 } });
  expect(await findLogPosition({ offset: 7, metadata }, place(0, 9, fence("a")))).toMatchObject({
    offset: 7,
    totals: null,
  });
});

test("a committed offset still holds where retention took the first FENCE", async () => {
  expect(await findLogPosition(committed(7, "a"), place(5, 9, Buffer.from("x")))).toMatchObject({
    offset: 7,
    logId: "a",
  });
});

test("a topic that was made anew is read from its beginning, whatever was committed", async () => {
  expect(await findLogPosition(committed(7, "a"), place(0, 9, fence("b")))).toMatchObject({ offset: 0, lastValid: -1 });
  expect(await findLogPosition(committed(70, "a"), place(0, 9, fence("b")))).toMatchObject({
    offset: 0,
    lastValid: -1,
  });
});

test("a log without its head and without a position is refused", async () => {
  await expect(findLogPosition(null, place(5, 9, Buffer.from("x")))).rejects.toBeInstanceOf(FatalError);
});

test("metadata of somebody else counts as none", async () => {
  expect(await findLogPosition({ offset: 7, metadata: "{}" }, place(0, 9, fence("a")))).toMatchObject({ offset: 0 });
  expect(await findLogPosition({ offset: 7, metadata: "not json" }, place(0, 9, fence("a")))).toMatchObject({
    offset: 0,
  });
});

test("a ClickHouse that was made anew is filled from the log's beginning, trusting no token", async () => {
  const wiped = { engagements: -1, messages: -1 };
  expect(await findLogPosition(committed(7, "a"), place(0, 9, fence("a"), wiped))).toMatchObject({
    offset: 0,
    lastValid: -1,
    doubtfulTo: 9,
  });
});

test("a ClickHouse that was made anew is refused where the log's head is gone", async () => {
  const wiped = { engagements: -1, messages: -1 };
  const found = findLogPosition(committed(7, "a"), place(5, 9, Buffer.from("x"), wiped));
  await expect(found).rejects.toBeInstanceOf(FatalError);
});
