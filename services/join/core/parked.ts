import { blockLength, blockStart, openBlock } from "./arena";
import {
  copyBytes,
  longEnd,
  putByte,
  putLong,
  putRun,
  putText,
  putTextOrNull,
  readLong,
  textEnd,
  textOrNullEnd,
} from "./bytes";
import { cellAt } from "./cells";
import { Cell } from "./slab";
import {
  encodedEndOrNull,
  encodedStartOrNull,
  Engagement,
  eventIdField,
  fieldLength,
  fieldNumber,
  fieldStart,
  messageIdField,
} from "./view";

// One engagement in the encoding of the parked row, whose parts are those of the engagement row too: it holds what was read
// last, or points into the arena at what was parked.

/** Before the row's bytes in the arena: append time, offset, precision, f64 each. */
const headerBytes: i32 = 24;

/** Where the row begins, the parts of it that a row copies as they are, and where it ends. */
export let start: usize = 0;
export let messageIdAt: usize = 0;
export let kindAt: usize = 0;
export let urlAt: usize = 0;
export let ipAt: usize = 0;
export let hintAt: usize = 0;
export let end: usize = 0;
export let occurredAt: f64 = 0;
export let precisionMs: f64 = 0;
export let offset: f64 = 0;
export let appendTime: f64 = 0;

let buffer: usize = heap.alloc(4096);
let room: i32 = 4096;

/** Encodes what the view has. */
export function readEngagement(ownOffset: f64, ownAppendTime: f64): void {
  offset = ownOffset;
  appendTime = ownAppendTime;
  occurredAt = fieldNumber(Engagement.occurred_at);
  precisionMs = max(0, fieldNumber(Engagement.precision_ms));
  makeRoom();
  start = buffer;
  messageIdAt = text(start, Engagement.tenant);
  kindAt = text(text(messageIdAt, messageIdField), eventIdField);
  urlAt = putLong(putByte(kindAt, (<i32>fieldNumber(Engagement.kind)) << 1), <i64>occurredAt);
  let at = text(putDetail(), Engagement.source);
  at = putByte(at, <i32>fieldNumber(Engagement.recipient_ambiguous));
  end = putLong(at, <i64>offset);
}

/** Strings with their lengths, and the numbers. */
function makeRoom(): void {
  let bytes = 256;
  for (let field: usize = 0; field <= Engagement.machine_hint; field++) bytes += max(0, fieldLength(field));
  if (bytes <= room) return;
  room = max(bytes, 2 * room);
  heap.free(buffer);
  buffer = heap.alloc(room);
}

/** From the URL to the machine hint: in one run where they stand so in the record, else one by one. Gives its end. */
function putDetail(): usize {
  const from = encodedStartOrNull(Engagement.url, Engagement.machine_hint);
  const ip = encodedEndOrNull(Engagement.link_id, encodedEndOrNull(Engagement.url, from));
  const agent = encodedEndOrNull(Engagement.user_agent, encodedEndOrNull(Engagement.ip, ip));
  const hint = encodedEndOrNull(Engagement.method, agent);
  const to = encodedEndOrNull(Engagement.machine_hint, hint);
  if (to != 0) {
    ipAt = urlAt + (ip - from);
    hintAt = urlAt + (hint - from);
    return putRun(urlAt, from, <i32>(to - from));
  }
  ipAt = textOrNull(textOrNull(urlAt, Engagement.url), Engagement.link_id);
  hintAt = textOrNull(textOrNull(textOrNull(ipAt, Engagement.ip), Engagement.user_agent), Engagement.method);
  return textOrNull(hintAt, Engagement.machine_hint);
}

/** Puts what was read before the other blocks of a message. Gives its ref. */
export function park(ref: i32): i32 {
  const cell = cellAt(ref);
  const length = <i32>(end - start);
  const block = openBlock(ref, load<i32>(cell, Cell.open), headerBytes + length);
  const at = blockStart(block);
  store<f64>(at, appendTime);
  store<f64>(at, offset, 8);
  store<f64>(at, precisionMs, 16);
  copyBytes(at + headerBytes, start, length);
  store<i32>(cell, block, Cell.open);
  return block;
}

/** Points at a parked one. */
export function loadParked(block: i32): void {
  const at = blockStart(block);
  appendTime = load<f64>(at);
  offset = load<f64>(at, 8);
  precisionMs = load<f64>(at, 16);
  start = at + headerBytes;
  end = at + blockLength(block);
  messageIdAt = textEnd(start);
  kindAt = textEnd(textEnd(messageIdAt));
  occurredAt = <f64>readLong(kindAt + 1);
  urlAt = longEnd;
  ipAt = textOrNullEnd(textOrNullEnd(urlAt));
  hintAt = textOrNullEnd(textOrNullEnd(textOrNullEnd(ipAt)));
}

/** The row's own bytes in a block. */
export function parkedRowStart(block: i32): usize {
  return blockStart(block) + headerBytes;
}

export function parkedRowLength(block: i32): i32 {
  return blockLength(block) - headerBytes;
}

function text(at: usize, field: usize): usize {
  return putText(at, fieldStart(field), fieldLength(field));
}

function textOrNull(at: usize, field: usize): usize {
  return putTextOrNull(at, fieldStart(field), fieldLength(field));
}
