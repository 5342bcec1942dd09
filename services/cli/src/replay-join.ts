import type { Merged } from "@antedate/ingest";
import { bodyOf, createSettingsLookup, freshStart, Task, type JoinSettings } from "@antedate/join";
import {
  decodeCommitBody,
  encodeEvent,
  EventView,
  ViewReader,
  WriterSchemas,
  type Commit,
  type Delivery,
  type InputEvent,
} from "@antedate/schemas";

/** Rows decided together, and when in the replay's time. */
export interface DecidedRows {
  piece: Omit<Commit, "prev" | "cut">;
  decidedAt: number;
}

/** As the join commits, but in event time: rows say when they were decided to within this. */
const commitIntervalMs = 500;
const rowsMax = 10_000;

/**
 * The join without Kafka: append time is event time, offsets count events, and at the end every window is closed. The
 * events pass the same codec and the same checks as on their way through the topics. `onDelivery` sees each delivery before
 * the rows that it makes.
 */
export async function* replayJoin(
  lines: AsyncIterable<Merged>,
  settings: JoinSettings,
  onDelivery: (delivery: Delivery) => void,
): AsyncGenerator<DecidedRows> {
  const task = new Task(createSettingsLookup(settings), freshStart());
  const give = giver(task);
  let lastTime = 0;
  let committedAt = 0;
  const decided = (): DecidedRows[] =>
    task.takePieces().map((piece) => ({ piece: decodeCommitBody(bodyOf(piece)), decidedAt: lastTime }));
  for await (const line of lines) {
    if (line.what !== "event") continue;
    const { event } = line.event;
    lastTime = Math.max(lastTime, event.occurred_at);
    if (give(line.event) && line.event.input === "deliveries") onDelivery(line.event.event);
    if (lastTime - committedAt < commitIntervalMs && task.draft.rowCount < rowsMax) continue;
    committedAt = lastTime;
    if (task.draft.hasContent) yield* decided();
  }
  task.closeAll();
  yield* decided();
}

/** Gives events to the task as records of its inputs; true for one that is valid. */
function giver(task: Task): (event: InputEvent) => boolean {
  const reader = new ViewReader(new WriterSchemas());
  const view = new EventView();
  return ({ input, event }) => {
    const key = Buffer.from(event.message_id, "utf8");
    const value = encodeEvent(input, event);
    const record = Buffer.concat([key, value]);
    const offset = task.nextOffsets[input];
    const { length } = key;
    const verdict = reader.read(input, record, 0, length, length, value.length, event.occurred_at, view);
    if (verdict === null) task.apply(input, view, offset, event.occurred_at);
    else task.reject(input, offset, event.occurred_at);
    return verdict === null;
  };
}
