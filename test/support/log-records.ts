import { zeroCounters, type Commit, type Fence } from "@antedate/schemas";

const offsets = { sends: 0, deliveries: 0, engagements: 0 };

/** The first FENCE of a log, but for the change. */
export function fenceRecord(change: Partial<Fence> = {}): Fence {
  return {
    prev: -1,
    nonce: "n",
    log_id: "log",
    cluster_id: "c",
    partition_count: 1,
    config_digest: "d",
    config: "{}",
    next_offsets: offsets,
    task_time: 0,
    ...change,
  };
}

/** A COMMIT of nothing behind that FENCE, but for the change. */
export function commitRecord(change: Partial<Commit> = {}): Commit {
  return {
    prev: 0,
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
    parked_xor: 0,
    cut: false,
    ...change,
  };
}
