import type { InputOffsets } from "@antedate/schemas";
import type { Recovery, Task } from "./domain/index.ts";
import type { RecordReader } from "./record-reader.ts";
import type { TaskInputs } from "./task-inputs.ts";

// Both take the oldest record first, until so many are taken or none can be, and give how many they took.

/** Gives records to a task, until its draft or the reader is full. Those of our own schema are left to its core, many at once. */
export function takeRecords(queued: TaskInputs, reader: RecordReader, to: Task, countMax: number): number {
  let taken = 0;
  while (taken < countMax && !to.draft.isFull && !reader.isFull) {
    const input = queued.next();
    if (input === null) break;
    const head = queued.head(input);
    const walked = reader.walk(to, input, head, { countMax: countMax - taken, latest: queued.latestOf(input) });
    taken += Math.max(1, walked);
    if (walked > 0) {
      queued.passAll(input, walked, to.walkedBytes);
    } else {
      reader.give(to, input, head, true);
      queued.pass(input);
    }
  }
  return taken;
}

/** Gives records below the offsets to a recovery. */
export function replayRecords(
  queued: TaskInputs,
  reader: RecordReader,
  to: Recovery,
  below: InputOffsets,
  countMax: number,
): number {
  let taken = 0;
  for (; taken < countMax; taken++) {
    const input = queued.next(below);
    if (input === null) break;
    reader.give(to, input, queued.head(input), false);
    queued.pass(input);
  }
  return taken;
}
