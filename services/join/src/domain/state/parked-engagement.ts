import { engagementField as field, type EventView } from "@antedate/schemas/model";
import { ByteWriter, copyBytes } from "./byte-writer.ts";
import { encodedEndOrNull, encodedStartOrNull } from "./encoded-run.ts";
import type { MessageTable } from "./message-table.ts";
import { textEnd, textOrNullEnd } from "./words.ts";

/** Before the row's bytes in the arena: append time, offset, precision. */
const headerBytes = 24;

/**
 * One engagement in the encoding of the parked row, whose parts are those of the engagement row too. Reused: it holds what
 * was read last, or points into the arena at what was parked.
 */
export class ParkedEngagement {
  data: DataView = new DataView(new ArrayBuffer(0));
  /** Places in `data`: of the row, of the parts that a row copies as they are, and behind it. */
  start = 0;
  messageIdAt = 0;
  kindAt = 0;
  urlAt = 0;
  ipAt = 0;
  hintAt = 0;
  end = 0;
  occurredAt = 0;
  precisionMs = 0;
  offset = 0;
  appendTime = 0;
  readonly #writer = new ByteWriter(2048);
  readonly #header = new Float64Array(3);
  readonly #headerData = new DataView(this.#header.buffer);

  /** Encodes what was read. */
  read(view: EventView, offset: number, appendTime: number): void {
    const writer = this.#writer;
    writer.clear();
    writer.reserve(headerBytes);
    writer.length = headerBytes;
    this.start = headerBytes;
    this.occurredAt = view.number[field.occurred_at] as number;
    this.precisionMs = Math.max(0, view.number[field.precision_ms] as number);
    this.offset = offset;
    this.appendTime = appendTime;
    this.#text(view, field.tenant);
    this.messageIdAt = writer.length;
    this.#text(view, field.message_id);
    this.#text(view, field.event_id);
    this.kindAt = writer.length;
    writer.long(view.number[field.kind] as number);
    writer.long(this.occurredAt);
    this.#detail(view);
    this.#text(view, field.source);
    writer.byte(view.number[field.recipient_ambiguous] as number);
    writer.long(offset);
    this.end = writer.length;
    this.data = writer.data;
  }

  /** From the URL to the machine hint: in one run where they stand so in the record, else one by one. */
  #detail(view: EventView): void {
    const writer = this.#writer;
    const from = encodedStartOrNull(view, field.url, field.machine_hint);
    const ip = encodedEndOrNull(view, field.link_id, encodedEndOrNull(view, field.url, from));
    const userAgent = encodedEndOrNull(view, field.ip, ip);
    const hint = encodedEndOrNull(view, field.method, encodedEndOrNull(view, field.user_agent, userAgent));
    const end = encodedEndOrNull(view, field.machine_hint, hint);
    this.urlAt = writer.length;
    if (end >= 0) {
      this.ipAt = this.urlAt + ip - from;
      this.hintAt = this.urlAt + hint - from;
      writer.copy(view.data, from, end);
      return;
    }
    this.#textOrNull(view, field.url);
    this.#textOrNull(view, field.link_id);
    this.ipAt = writer.length;
    this.#textOrNull(view, field.ip);
    this.#textOrNull(view, field.user_agent);
    this.#textOrNull(view, field.method);
    this.hintAt = writer.length;
    this.#textOrNull(view, field.machine_hint);
  }

  /** Puts it before the other blocks of a message. Gives its ref. */
  park(table: MessageTable, message: number): number {
    this.#header[0] = this.appendTime;
    this.#header[1] = this.offset;
    this.#header[2] = this.precisionMs;
    copyBytes(this.#headerData, 0, headerBytes, this.data, 0);
    const ref = table.open.add(message, table.openHead(message), this.data, 0, this.end);
    table.setOpenHead(message, ref);
    return ref;
  }

  /** Points at a parked one. */
  load(table: MessageTable, ref: number): void {
    const data = table.open.data(ref);
    const block = table.open.start(ref);
    copyBytes(data, block, block + headerBytes, this.#headerData, 0);
    this.appendTime = this.#header[0] as number;
    this.offset = this.#header[1] as number;
    this.precisionMs = this.#header[2] as number;
    this.data = data;
    this.start = block + headerBytes;
    this.end = block + table.open.length(ref);
    this.messageIdAt = textEnd(data, this.start);
    this.kindAt = textEnd(data, textEnd(data, this.messageIdAt));
    this.#readOccurredAt();
    this.ipAt = textOrNullEnd(data, textOrNullEnd(data, this.urlAt));
    this.hintAt = textOrNullEnd(data, textOrNullEnd(data, textOrNullEnd(data, this.ipAt)));
  }

  /** The kind is one byte; the time behind it is a long. */
  #readOccurredAt(): void {
    let at = this.kindAt + 1;
    let zigzag = 0;
    let scale = 1;
    for (; this.data.getUint8(at) >= 128; at++, scale *= 128) zigzag += (this.data.getUint8(at) & 127) * scale;
    zigzag += this.data.getUint8(at) * scale;
    this.occurredAt = zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
    this.urlAt = at + 1;
  }

  #text(view: EventView, of: number): void {
    this.#writer.text(view.data, view.start[of] as number, view.length[of] as number);
  }

  #textOrNull(view: EventView, of: number): void {
    this.#writer.textOrNull(view.data, view.start[of] as number, view.length[of] as number);
  }
}

/** Where a parked row's own bytes begin in its block. */
export const parkedRowStart: number = headerBytes;
