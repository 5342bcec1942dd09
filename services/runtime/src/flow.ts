import type { GroupOffset } from "./group-offsets.ts";
import type { RecordBatch } from "./record-batch.ts";

/** A record as it came from Kafka. */
export interface FetchedRecord {
  offset: number;
  /** Append time, epoch milliseconds. */
  appendTime: number;
  key: Buffer | null;
  value: Buffer | null;
}

export interface Fetched {
  /** The first one may begin before `fetchedOffset`. */
  batches: RecordBatch[];
  /** Offset that was asked for. */
  fetchedOffset: number;
  nextOffset: number;
  highWatermark: number;
}

/** What a member runs for partitions that belong together. */
export interface Flow {
  /** Works until stopped; throws what the process cannot go on with. */
  run(): Promise<void>;
  /** `drain` finishes what is in hand, `drop` leaves it to the next owner. */
  stop(how: "drain" | "drop"): void;
  /** Next offset to fetch; null while that is not known. */
  position(topic: string): number | null;
  /** Takes what was fetched. False where `fetchedOffset` is not `position`: it is fetched again from there. */
  receive(topic: string, fetched: Fetched): boolean;
  /** All below `offset` is no record: a transaction's marker was passed. */
  passOver(topic: string, offset: number): void;
}

/** How a flow steers what is fetched for it. */
export interface FlowControl {
  start(topic: string, offset: number): void;
  pause(topic: string): void;
  resume(topic: string): void;
  /** Offsets for the group, soon. Ignored once the flow lost its partitions. */
  commit(offsets: GroupOffset[]): void;
}
