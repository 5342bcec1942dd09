import type avro from "avsc";
import { isUtf8 } from "node:buffer";
import { fieldsOf, partsOf, withoutNull, type AvroField } from "./avro-parts.ts";
import { avroType } from "./avro-types.ts";
import { compileWalk, type Walk } from "./compiled-walk.ts";
import { earliestMs, latestAfterMs, readRecord } from "./event-codec.ts";
import type { EventView } from "./model/event-view.ts";
import { singleObjectHeaderBytes, confluentHeaderBytes } from "./framing.ts";
import { type Input, type RejectReason } from "./model/index.ts";
import { valueBytesMax } from "./topics.ts";
import { readerName, type WriterSchemas } from "./writer-schemas.ts";

/** A writer that was met: by the two halves of its fingerprint, or by its registry ID and 0. */
interface Met {
  low: number;
  high: number;
  writer: avro.Type;
  walk: Walk | null;
}

/** What is known of one input's writers. */
class Writers {
  readonly fields: readonly AvroField[];
  readonly messageId: number;
  readonly occurredAt: number;
  readonly byFingerprint: Met[] = [];
  readonly byId: Met[] = [];
  lastByFingerprint: Met | null = null;
  lastById: Met | null = null;
  /** The buffer that was read last, and its view by words: an input's records come many to a buffer. */
  bytes: Buffer = noBytes;
  data: DataView = noData;

  constructor(input: Input) {
    this.fields = fieldsOf(avroType(readerName[input]).type);
    this.messageId = this.fields.findIndex(({ name }) => name === "message_id");
    this.occurredAt = this.fields.findIndex(({ name }) => name === "occurred_at");
  }

  dataOf(bytes: Buffer): DataView {
    if (bytes !== this.bytes) {
      this.bytes = bytes;
      this.data = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    return this.data;
  }

  letGo(): void {
    this.bytes = noBytes;
    this.data = noData;
  }
}

const noBytes = Buffer.alloc(0);
const noData = new DataView(new ArrayBuffer(0));

/**
 * Reads Kafka records into views, with the verdicts of `readRecord` and without an object or a string per record.
 *
 * A record that a compiled walk passes in full is an event. All others (invalid, or of a writer that only avsc can
 * resolve, or written in an unusual way) are judged by `readRecord` itself; an event's fields are then written anew, so
 * their bytes that were no UTF-8 are replaced there.
 */
export class ViewReader {
  readonly #schemas: WriterSchemas;
  readonly #sends = new Writers("sends");
  readonly #deliveries = new Writers("deliveries");
  readonly #engagements = new Writers("engagements");

  constructor(schemas: WriterSchemas) {
    this.#schemas = schemas;
  }

  /**
   * `null`: the view holds a valid event. Else the reason to reject the record, or the registry ID to ask for first; the
   * view then holds nothing. A length of −1 is a null key or value.
   */
  read(
    input: Input,
    bytes: Buffer,
    keyStart: number,
    keyLength: number,
    valueStart: number,
    valueLength: number,
    appendTime: number,
    view: EventView,
  ): null | RejectReason | { schemaId: number } {
    const writers = input === "sends" ? this.#sends : input === "deliveries" ? this.#deliveries : this.#engagements;
    if (valueLength <= valueBytesMax) {
      const met = this.#writerOf(input, writers, bytes, valueStart, valueLength);
      if (met !== null && met.walk !== null) {
        const bodyStart = valueStart + (bytes[valueStart] === 0 ? confluentHeaderBytes : singleObjectHeaderBytes);
        if (
          met.walk(bytes, bodyStart, valueStart + valueLength, view) &&
          isInTime(view.number[writers.occurredAt] as number, appendTime) &&
          view.length[writers.messageId] === keyLength &&
          isKey(writers.dataOf(bytes), bytes, view.start[writers.messageId] as number, keyStart, keyLength)
        ) {
          view.bytes = bytes;
          view.from = bodyStart;
          view.to = valueStart + valueLength;
          return null;
        }
      }
    }
    const key = keyLength < 0 ? null : bytes.subarray(keyStart, keyStart + keyLength);
    const value = valueLength < 0 ? null : bytes.subarray(valueStart, valueStart + valueLength);
    return this.#judge(input, writers, key, value, appendTime, view);
  }

  /** Lets go of the arrays that were read last. */
  letGo(): void {
    for (const writers of [this.#sends, this.#deliveries, this.#engagements]) writers.letGo();
  }

  /** The writer of a value, null where it has none that is known by now. */
  #writerOf(input: Input, writers: Writers, bytes: Buffer, start: number, length: number): Met | null {
    if (length >= singleObjectHeaderBytes && bytes[start] === 0xc3 && bytes[start + 1] === 0x01) {
      const low = int32At(bytes, start + 2);
      const high = int32At(bytes, start + 6);
      const last = writers.lastByFingerprint;
      if (last !== null && last.low === low && last.high === high) return last;
      return (writers.lastByFingerprint =
        find(writers.byFingerprint, low, high) ?? this.#meetByFingerprint(input, writers, bytes, start, low, high));
    }
    if (length >= confluentHeaderBytes && bytes[start] === 0x00) {
      const low = int32At(bytes, start + 1);
      const last = writers.lastById;
      if (last !== null && last.low === low) return last;
      return (writers.lastById = find(writers.byId, low, 0) ?? this.#meetById(input, writers, low));
    }
    return null;
  }

  #meetByFingerprint(
    input: Input,
    writers: Writers,
    bytes: Buffer,
    start: number,
    low: number,
    high: number,
  ): Met | null {
    const fingerprint = bytes.toString("hex", start + 2, start + singleObjectHeaderBytes);
    const writer = this.#schemas.writerByFingerprint(fingerprint);
    // One that is unknown may be added later.
    if (writer === undefined) return null;
    const met = { low, high, writer, walk: this.#walkOf(input, writer) };
    writers.byFingerprint.push(met);
    return met;
  }

  #meetById(input: Input, writers: Writers, low: number): Met | null {
    const writer = this.#schemas.writerById(schemaIdOf(low));
    // One that is unknown may be registered later.
    if (writer === undefined) return null;
    const met = { low, high: 0, writer, walk: this.#walkOf(input, writer) };
    writers.byId.push(met);
    return met;
  }

  #walkOf(input: Input, writer: avro.Type): Walk | null {
    const reader = avroType(readerName[input]).type;
    return this.#schemas.canRead(input, writer) ? compileWalk(reader, writer) : null;
  }

  #judge(
    input: Input,
    writers: Writers,
    key: Buffer | null,
    value: Buffer | null,
    appendTime: number,
    view: EventView,
  ): null | RejectReason | { schemaId: number } {
    const result = readRecord(input, { key, value, appendTime }, this.#schemas);
    if ("rejected" in result) return result.rejected;
    if ("schemaId" in result) return result;
    writeAnew(result.event as unknown as Record<string, unknown>, writers.fields, view);
    return null;
  }
}

const nonAscii = 0x80808080;

/**
 * Whether the message ID is not empty, is UTF-8 and is the key. An ID that is no UTF-8 has the key of its replacement,
 * which is for `readRecord` to see. Four bytes at a time: byte by byte takes longer than all the rest of a record.
 */
function isKey(data: DataView, bytes: Buffer, start: number, keyStart: number, length: number): boolean {
  let bits = 0;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    const word = data.getInt32(start + at, true);
    if (word !== data.getInt32(keyStart + at, true)) return false;
    bits |= word;
  }
  for (; at < length; at++) {
    const byte = data.getUint8(start + at);
    if (byte !== data.getUint8(keyStart + at)) return false;
    bits |= byte;
  }
  return length > 0 && ((bits & nonAscii) === 0 || isUtf8(bytes.subarray(start, start + length)));
}

function isInTime(occurredAt: number, appendTime: number): boolean {
  return occurredAt >= earliestMs && occurredAt <= appendTime + latestAfterMs;
}

function find(met: Met[], low: number, high: number): Met | null {
  for (const one of met) if (one.low === low && one.high === high) return one;
  return null;
}

function int32At(bytes: Buffer, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}

const schemaIdOf = (low: number): number => low >>> 0;

function writeAnew(event: Record<string, unknown>, fields: readonly AvroField[], view: EventView): void {
  const parts: Buffer[] = [];
  let at = 0;
  fields.forEach(({ name, type }, index) => {
    const value = event[name];
    const symbols = partsOf(withoutNull(type) ?? type).symbols;
    view.length[index] = -1;
    view.number[index] = Number.NaN;
    if (typeof value === "number" || typeof value === "boolean") view.number[index] = Number(value);
    else if (symbols) view.number[index] = symbols.indexOf(value as string);
    else if (value !== null) {
      const part = Buffer.from(value as string | Uint8Array);
      parts.push(part);
      view.start[index] = at;
      view.length[index] = part.length;
      at += part.length;
    }
  });
  view.bytes = Buffer.concat(parts);
  view.from = 0;
  view.to = view.bytes.length;
}
