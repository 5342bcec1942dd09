import { zeroCounters, type Counters, type Input, type InputOffsets } from "@antedate/schemas/model";
import { OffsetChecksum } from "./offset-set.ts";
import { MessageTable } from "./state/message-table.ts";

/** What a task starts from: nothing, or what its recovery found. */
export interface TaskStart {
  table: MessageTable;
  nextOffsets: InputOffsets;
  taskTime: number;
  counters: Counters;
  /** Of the engagement that the table holds parked; the task goes on with it. */
  parked: OffsetChecksum;
  /** Append time of the last record taken of each input, −Infinity for none. */
  lastAppendTimes: Record<Input, number>;
}

/** The start of a task that has read nothing. */
export function freshStart(table: MessageTable = new MessageTable()): TaskStart {
  return {
    table,
    nextOffsets: { sends: 0, deliveries: 0, engagements: 0 },
    taskTime: 0,
    counters: zeroCounters(),
    parked: new OffsetChecksum(),
    lastAppendTimes: { sends: -Infinity, deliveries: -Infinity, engagements: -Infinity },
  };
}
