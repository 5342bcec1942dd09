import { setTimeout as sleep } from "node:timers/promises";
import type { InputEvent, Reject } from "@antedate/schemas";
import { createBatcher } from "./batcher.ts";
import { createBookKeeper, type Books } from "./books.ts";
import { readInputs, type FileOptions } from "./file-inputs.ts";
import type { PlacedLine } from "./merge-by-time.ts";

/** An event on its way to its topic. */
export interface ProducedEvent {
  input: InputEvent["input"];
  /** The message ID (design §4.1). */
  key: string;
  value: InputEvent["event"];
}

/** Where events and rejects go. Batches are handed over one after the other, so order within a topic is kept. */
export interface IngestPort {
  /** Resolves when the batch is durable; a rejection ends the ingest. */
  produce(batch: ProducedEvent[]): Promise<void>;
  reject(batch: Reject[]): Promise<void>;
}

export interface IngestOptions extends FileOptions {
  /** Ends a followed ingest: what was read is produced, then it returns. */
  signal?: AbortSignal | undefined;
}

const batchEventsMax = 500;
const batchAgeMsMax = 1000;
/** How long a followed file at its end is left alone. */
const pollMs = 200;

/**
 * Files into the topics, in time order. At most one batch of each kind is being written and one being gathered; a full
 * one waits for the one before it, so a slow broker slows reading down. Returns what became of the lines.
 */
export async function ingestFiles(options: IngestOptions, port: IngestPort): Promise<Books> {
  const limits = { itemsMax: batchEventsMax, ageMsMax: batchAgeMsMax };
  const events = createBatcher<ProducedEvent>(limits, (batch) => port.produce(batch));
  const rejects = createBatcher<Reject>(limits, (batch) => port.reject(batch));
  const keeper = createBookKeeper();
  for await (const merged of readInputs(options)) {
    if (options.signal?.aborted === true) break;
    if (merged.what === "idle") {
      await Promise.all([events.flush(), rejects.flush()]);
      await sleep(pollMs, undefined, { signal: options.signal }).catch(() => undefined);
      continue;
    }
    keeper.enter(merged);
    if (merged.what === "event") await events.add(producedEvent(merged.event));
    else if (merged.what === "rejected") await rejects.add(rejectOf(merged));
  }
  await Promise.all([events.flush(), rejects.flush()]);
  return keeper.books();
}

function producedEvent({ input, event }: InputEvent): ProducedEvent {
  return { input, key: event.message_id, value: event };
}

/** A rejected line as the topic of rejects has it: the file is its topic, the line number its offset. */
function rejectOf({ place, reason, raw }: Extract<PlacedLine, { what: "rejected" }>): Reject {
  return { topic: `file:${place.file}`, partition: 0, offset: place.line, reason, raw: Buffer.from(raw) };
}
