import { expect, test } from "vitest";
import type { Logger } from "./logger.ts";
import { takeBody } from "./record-batch.ts";
import { UnreadableWarnings } from "./unreadable-warnings.ts";
import { toRecordBatch } from "./write-record-batch.ts";

function batchAt(offset: number, fault: string | null) {
  const batch = toRecordBatch([{ offset, appendTime: 5, key: null, value: null }]);
  if (fault !== null) takeBody(batch, fault);
  return batch;
}

test("of each partition one batch a minute is told of", () => {
  const lines: object[] = [];
  const log = { warn: (line: object) => void lines.push(line) } as unknown as Logger;
  let now = 0;
  const warnings = new UnreadableWarnings(log, () => now);
  const bomb = batchAt(7, "gzip: more");
  warnings.tell("t", 0, [batchAt(6, null)]);
  expect(lines).toEqual([]);
  warnings.tell("t", 0, [batchAt(6, null), bomb]);
  warnings.tell("t", 0, [batchAt(8, "gzip: more")]);
  warnings.tell("t", 1, [bomb]);
  const line = { topic: "t", offset: 7, records: 1, unreadable: "gzip: more" };
  expect(lines).toEqual([
    { ...line, partition: 0 },
    { ...line, partition: 1 },
  ]);
  now = 60_000;
  warnings.tell("t", 0, [batchAt(9, "zstd: x")]);
  expect(lines[2]).toEqual({ ...line, partition: 0, offset: 9, unreadable: "zstd: x" });
});
