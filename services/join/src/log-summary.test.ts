import { encodeCommit, encodeFence, zeroCounters, type Commit, type Fence, type MessageRow } from "@antedate/schemas";
import { expect, test } from "vitest";
import { commitRecord, fenceRecord } from "../../../test/support/log-records.ts";
import type { LogSummary } from "./domain/index.ts";
import { LogScan } from "./log-summary.ts";

const message: MessageRow = {
  tenant: "t",
  campaign: null,
  message_id: "m",
  recipient_domain: "",
  recipient_hash: null,
  source: "s",
  sent_at: null,
  first_attempt_at: null,
  outcome: "bounced",
  accepted_at: null,
  attempts: 1,
  deferrals: 0,
  content_deferrals: 0,
  mx_host: null,
  filter_vendor: null,
};

const fenced = fenceRecord({
  config: JSON.stringify({ windowMs: 60 }),
  next_offsets: { sends: 3, deliveries: 2, engagements: 1 },
});
const committed = commitRecord({
  next_offsets: { sends: 5, deliveries: 5, engagements: 9 },
  task_time: 70,
  counters: { ...zeroCounters(), engagements_read: 8 },
  parked_count: 2,
  parked_xor: 5,
});
const fence = (change: Partial<Fence> = {}): Buffer => encodeFence({ ...fenced, ...change });
const commit = (change: Partial<Commit> = {}): Buffer => encodeCommit({ ...committed, ...change });

function scanned(values: (Buffer | null)[]): LogScan {
  const scan = new LogScan();
  for (const [offset, value] of values.entries()) scan.take(offset, value, 10 * offset);
  return scan;
}

test("without a commit, the replay goes from the first FENCE to nowhere", () => {
  const scan = scanned([fence()]);
  expect(scan.summary()).toMatchObject({ from: fenced.next_offsets, last: null });
  expect(scan).toMatchObject({ lastValid: 0, rowsSinceCut: 0 });
});

test("what valid commits disposed of and rejected is gathered, the last one says where the task stands", () => {
  const scan = scanned([
    fence(),
    commit({ disposed: [{ first: 1, count: 2 }], rejected_sends: [{ first: 3, count: 1 }] }),
    commit({
      prev: 1,
      task_time: 80,
      disposed: [{ first: 7, count: 1 }],
      rejected_deliveries: [{ first: 4, count: 1 }],
      rejected_engagements: [{ first: 7, count: 1 }],
    }),
  ]);
  const { last, disposed, rejected } = scan.summary() as LogSummary;
  expect(last).toMatchObject({
    next_offsets: committed.next_offsets,
    task_time: 80,
    counters: { engagements_read: 8 },
    parked_count: 2,
    parked_xor: 5,
  });
  const below = (has: (offset: number) => boolean): number[] => Array.from({ length: 10 }, (_, i) => i).filter(has);
  expect(below((offset) => disposed.has(offset))).toEqual([1, 2, 7]);
  expect(below((offset) => rejected.sends.has(offset))).toEqual([3]);
  expect(below((offset) => rejected.deliveries.has(offset))).toEqual([4]);
  expect(below((offset) => rejected.engagements.has(offset))).toEqual([7]);
});

test("a commit that does not count leaves no trace: a zombie's, a repeated one, one with a gap before it", () => {
  const rows = { messages: [message], messages_began_at: [4], disposed: [{ first: 1, count: 1 }], task_time: 99 };
  const scan = scanned([
    fence(),
    commit(),
    fence({ prev: 1 }),
    commit({ prev: 1, ...rows }),
    commit({ prev: 7, ...rows }),
  ]);
  expect(scan.lastValid).toBe(2);
  expect(scan.rowsSinceCut).toBe(0);
  const { last, disposed, written } = scan.summary() as LogSummary;
  expect(last).toMatchObject({ task_time: 70 });
  expect(disposed.has(1)).toBe(false);
  expect(written).toEqual([]);
});

test("the IDs of messages with a row are kept, each as often as it has one", () => {
  const once = { messages: [message], messages_began_at: [4] };
  const { written } = scanned([
    fence(),
    commit(once),
    commit({
      prev: 1,
      messages: [message, { ...message, message_id: "n" }],
      messages_began_at: [500, 6],
    }),
  ]).summary() as LogSummary;
  expect(Array.from(written, ({ id, beganAt }) => `${Buffer.from(id).toString()} ${beganAt}`)).toEqual([
    "m 4",
    "m 500",
    "n 6",
  ]);
});

test("rows are counted from the last cut on, over a FENCE too", () => {
  const rows = { messages: [message], messages_began_at: [4] };
  const values = [fence(), commit({ ...rows, cut: true }), commit({ prev: 1, ...rows }), fence({ prev: 2 })];
  expect(scanned(values.slice(0, 2)).rowsSinceCut).toBe(0);
  expect(scanned(values).rowsSinceCut).toBe(1);
});

test("the first FENCE names the log and where it began, the last one who writes it", () => {
  const later = fence({ prev: 0, nonce: "later", next_offsets: { sends: 9, deliveries: 9, engagements: 9 } });
  const scan = scanned([fence(), later]);
  expect(scan.logId).toBe(fenced.log_id);
  expect(scan.lastFence).toMatchObject({ nonce: "later" });
  expect(scan.summary()?.from).toEqual(fenced.next_offsets);
});

test("a log is read on from a place in it as if it had been read to there", () => {
  const { next_offsets, task_time, counters, parked_count, parked_xor } = committed;
  const last = { next_offsets, task_time, counters, parked_count, parked_xor };
  const scan = new LogScan({ logId: "log", lastValid: 4, commit: last, rowsSinceCut: 3, windowMs: 500 });
  scan.take(5, commit({ prev: 4, messages: [message], messages_began_at: [4] }), 50);
  scan.take(6, commit({ prev: 4 }), 60);
  expect(scan.lastValid).toBe(5);
  expect(scan.logId).toBe("log");
  expect(scan.rowsSinceCut).toBe(4);
  expect(scan.summary()).toMatchObject({ from: next_offsets, windows: [{ from: next_offsets, windowMs: 500 }] });
});

test("FENCEs of writers with the same window are one, however many: every record of a replay looks for its own", () => {
  const values = [fence()];
  for (let prev = 0; prev < 100; prev++) values.push(fence({ prev }));
  values.push(fence({ prev: 100, config: JSON.stringify({ windowMs: 70 }) }), fence({ prev: 101 }));
  expect(
    scanned(values)
      .summary()
      ?.windows.map(({ windowMs }) => windowMs),
  ).toEqual([60, 70, 60]);
});

test("a log whose head is gone is told apart, and one without a FENCE has no summary", () => {
  expect(scanned([commit(), fence()]).summary()).toBeNull();
  expect(scanned([null, fence()]).summary()).toBeNull();
  expect(scanned([fence(), commit({ prev: 7 })]).summary()).not.toBeNull();
  expect(() => scanned([]).summary()).toThrow("FENCE");
});

test("a log whose first record that is left is a FENCE is not taken for a whole one", () => {
  expect(scanned([fence({ prev: 7 }), commit()]).summary()).toBeNull();
  expect(scanned([fence({ prev: -1 }), commit()]).summary()).not.toBeNull();
});

test("of a partition that was quiet for a window, any FENCE of that time is enough to start from", () => {
  const read = { next_offsets: committed.next_offsets };
  const log = [fence({ prev: 7, ...read }), commit(), fence({ prev: 1, ...read }), fence({ prev: 2, ...read })];
  const at = (appendTimes: number[]): LogScan => {
    const scan = new LogScan();
    for (const [offset, value] of log.entries()) scan.take(offset, value, appendTimes[offset] as number);
    return scan;
  };
  // The window is 60.
  expect(at([100, 100, 120, 159]).recentSummary()).toBeNull();
  expect(at([100, 100, 120, 160]).recentSummary()).toMatchObject({ from: read.next_offsets, pastMs: 60 });
  const busy = scanned([fence({ prev: 7 }), commit(), fence({ prev: 1 })]);
  expect(busy.recentSummary()).toBeNull();
});
