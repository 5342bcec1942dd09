import { expect, test } from "vitest";
import { encodeCommit, encodeFence, LogReader } from "./join-log.ts";
import { zeroCounters, type Commit, type Fence } from "./model/index.ts";

const offsets = { sends: 0, deliveries: 0, engagements: 0 };

function fence(prev: number): Buffer {
  const record: Fence = {
    prev,
    nonce: "n",
    log_id: "l",
    cluster_id: "c",
    partition_count: 1,
    config_digest: "d",
    config: "{}",
    next_offsets: offsets,
    task_time: 0,
  };
  return encodeFence(record);
}

function commit(prev: number): Buffer {
  const record: Commit = {
    prev,
    next_offsets: offsets,
    task_time: 0,
    engagements: [],
    messages: [],
    messages_began_at: [],
    parked: [],
    disposed: [],
    rejected_sends: [],
    rejected_deliveries: [],
    rejected_engagements: [],
    counters: zeroCounters(),
    parked_count: 0,
    parked_xor: 2 ** 52 + 5,
    cut: true,
  };
  return encodeCommit(record);
}

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
