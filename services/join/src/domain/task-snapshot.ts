import type { Counters, Input, InputOffsets } from "@antedate/schemas/model";
import { OffsetChecksum } from "./offset-set.ts";
import { MessageTable } from "./state/message-table.ts";
import type { SealedSlab } from "./state/sealed-slab.ts";
import type { TableHead } from "./state/table-snapshot.ts";
import type { TaskStart } from "./task-start.ts";

/** Where a task stood, and what is said of its table before the table's parts. */
export interface TaskHead {
  nextOffsets: InputOffsets;
  taskTime: number;
  lastAppendTimes: Record<Input, number>;
  counters: Counters;
  parkedCount: number;
  parkedXor: number;
  /** By which the messages of what was read were told apart, ms. */
  windowMs: number;
  table: TableHead;
}

/** A task's state at one instant, to be taken part by part while the task goes on. */
export interface TaskSnapshot {
  head: TaskHead;
  /** Oldest first. */
  generations: SealedSlab[];
  /** Null after the last. */
  nextPart(): Uint8Array | null;
  /** To be called in any case. */
  end(): void;
}

/** The start of a task in the state of a snapshot; null where its parts are of another layout. */
export async function startFrom(
  head: TaskHead,
  generations: Iterable<SealedSlab> | AsyncIterable<SealedSlab>,
  nextPart: () => Promise<Uint8Array>,
  table: MessageTable = new MessageTable(),
): Promise<TaskStart | null> {
  if (!(await table.restore(head.table, nextPart))) return null;
  for await (const generation of generations) table.addGeneration(generation);
  return {
    table,
    nextOffsets: head.nextOffsets,
    taskTime: head.taskTime,
    counters: head.counters,
    parked: OffsetChecksum.of(head.parkedCount, head.parkedXor),
    lastAppendTimes: head.lastAppendTimes,
  };
}
