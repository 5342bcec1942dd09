import { toRecords, type Fetched, type FetchedRecord, type FlowControl } from "@antedate/runtime";

/** Above this a partition is not fetched until its queue is down to half. */
const queueBytesMax = 16 * 1024 * 1024;

/** What was fetched of one partition and waits to be stored; tells kafkajs to pause where it grows too large. */
export class FetchQueue {
  readonly #topic: string;
  readonly #control: FlowControl;
  /** Null where one was taken: it must not be held until the rest is. */
  #records: (FetchedRecord | null)[] = [];
  #head = 0;
  #bytes = 0;
  #position: number | null = null;
  /** Offsets below it exist; above nothing is known. */
  #knownEnd = 0;

  constructor(topic: string, control: FlowControl) {
    this.#topic = topic;
    this.#control = control;
  }

  get position(): number | null {
    return this.#position;
  }

  /** By offsets: how many records are known to exist and were not taken; null before the start. */
  get lag(): number | null {
    if (this.#position === null) return null;
    return Math.max(0, this.#knownEnd - (this.#records[this.#head]?.offset ?? this.#position));
  }

  start(offset: number): void {
    this.#position = offset;
    this.#control.start(this.#topic, offset);
  }

  push(fetched: Fetched): boolean {
    if (this.#position === null || fetched.fetchedOffset !== this.#position) return false;
    for (const batch of fetched.batches) {
      for (const record of toRecords(batch, this.#position)) {
        this.#records.push(record);
        this.#bytes += sizeOf(record);
      }
    }
    this.passOver(fetched.nextOffset);
    this.#knownEnd = fetched.highWatermark;
    if (this.#bytes > queueBytesMax) this.#control.pause(this.#topic);
    return true;
  }

  passOver(offset: number): void {
    if (this.#position !== null) this.#position = Math.max(this.#position, offset);
  }

  take(): FetchedRecord | null {
    const record = this.#records[this.#head];
    if (!record) return null;
    this.#records[this.#head++] = null;
    this.#bytes -= sizeOf(record);
    if (this.#head === this.#records.length || this.#head > 4096) {
      this.#records.splice(0, this.#head);
      this.#head = 0;
    }
    if (this.#bytes <= queueBytesMax / 2) this.#control.resume(this.#topic);
    return record;
  }
}

function sizeOf(record: FetchedRecord): number {
  return 200 + (record.value?.length ?? 0);
}
