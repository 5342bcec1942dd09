import type { Merged } from "@antedate/ingest";
import { createMapStore, createSettingsLookup, Task, type JoinSettings, type Piece } from "@antedate/join";
import {
  encodeEvent,
  readRecord,
  WriterSchemas,
  zeroCounters,
  type Delivery,
  type InputEvent,
  type InputOffsets,
} from "@antedate/schemas";

/** Rows decided together, and when in the replay's time. */
export interface DecidedRows {
  piece: Piece;
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
  const schemas = new WriterSchemas();
  const nextOffsets: InputOffsets = { sends: 0, deliveries: 0, engagements: 0 };
  const task = new Task(createSettingsLookup(settings), {
    store: createMapStore(),
    nextOffsets,
    taskTime: 0,
    counters: zeroCounters(),
    lastAppendTimes: { sends: -Infinity, deliveries: -Infinity, engagements: -Infinity },
  });
  let lastTime = 0;
  let committedAt = 0;
  const decided = (): DecidedRows[] => task.takePieces().map((piece) => ({ piece, decidedAt: lastTime }));
  for await (const line of lines) {
    if (line.what !== "event") continue;
    const { input, event } = line.event;
    lastTime = Math.max(lastTime, event.occurred_at);
    const record = checked(line.event, schemas);
    if (record.input === "deliveries" && "event" in record) onDelivery(record.event);
    task.apply({ ...record, offset: nextOffsets[input]++, appendTime: event.occurred_at });
    if (lastTime - committedAt < commitIntervalMs && task.draft.rowCount < rowsMax) continue;
    committedAt = lastTime;
    if (task.draft.hasContent) yield* decided();
  }
  task.closeAll();
  yield* decided();
}

function checked(
  inputEvent: InputEvent,
  schemas: WriterSchemas,
): InputEvent | { input: InputEvent["input"]; rejected: true } {
  const { input, event } = inputEvent;
  const value = encodeEvent(input, event);
  const read = readRecord(
    input,
    { key: Buffer.from(event.message_id, "utf8"), value, appendTime: event.occurred_at },
    schemas,
  );
  return "event" in read ? read : { input, rejected: true };
}
