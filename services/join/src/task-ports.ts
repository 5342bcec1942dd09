import type { Input, InputOffsets, Reject } from "@antedate/schemas";

/** Where an append landed. */
export interface Appended {
  offset: number;
  /** The broker's stamp, epoch milliseconds. */
  appendTime: number;
}

/** One partition of the join log. */
export interface JoinLog {
  /** Appends one record, without retries. Where it throws, the record may or may not be there. */
  append(value: Buffer): Promise<Appended>;
  ends(): Promise<{ low: number; high: number }>;
  /** Records from an offset on; none at the end. */
  read(offset: number): Promise<{
    records: { offset: number; value: Buffer | null; appendTime: number }[];
    nextOffset: number;
  }>;
}

/** The three input partitions of a task. */
export interface InputControl {
  ends(): Promise<Record<Input, { low: number; high: number }>>;
  /** Fetches from these offsets on. */
  start(offsets: InputOffsets): void;
  pause(input: Input): void;
  resume(input: Input): void;
}

/** All that a task touches outside itself. */
export interface TaskPorts {
  log: JoinLog;
  inputs: InputControl;
  /** Stores rejects; resolves when they are safe. */
  reject(rejects: Reject[]): Promise<void>;
  /** A COMMIT with these offsets was acknowledged; for lag tools only. */
  committed(offsets: InputOffsets): void;
}
