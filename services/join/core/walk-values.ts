import { Delivery, Engagement, Entry, eventIdField, messageIdField, Send } from "./view";
import { bitsOf, numberBytes, signed } from "./numbers";

// Where the fields of our own events are, noted in an entry as the owner's `ViewReader` does it for the same bytes; a test
// holds the one against the other. What is odd in any way is not passed: it is for the owner to judge.
//
// All take where a field begins and where the value ends, and give where the field ends: behind the value's end where it
// cannot be passed, from where no later field leads back. Texts are held against the end, numbers are not: at the most 41
// bytes of them and of nulls follow each other, and eight are read at once. So up to 50 bytes behind a value may be read, never
// used; there are 64 behind what is staged.

function text(at: usize, end: usize, entry: usize, field: usize): usize {
  let length = <i32>load<u8>(at);
  let start = at + 1;
  if (length > 127) {
    const word = load<u64>(at);
    const bytes = numberBytes(word);
    if (bytes > 4) return end + 1;
    length = <i32>bitsOf(word);
    start = at + bytes;
  }
  if ((length & 1) != 0 || length >> 1 > <i32>(end - start)) return end + 1;
  length >>= 1;
  store<usize>(entry + (field << 2), start, Entry.starts);
  store<i32>(entry + (field << 2), length, Entry.lengths);
  return start + length;
}

function textOrNull(at: usize, end: usize, entry: usize, field: usize): usize {
  const branch = load<u8>(at);
  if (branch == 2) return text(at + 1, end, entry, field);
  store<i32>(entry + (field << 2), -1, Entry.lengths);
  return branch == 0 ? at + 1 : end + 1;
}

/** Of 32 bits in five bytes. */
function int(at: usize, end: usize, entry: usize, field: usize): usize {
  const word = load<u64>(at);
  const bytes = numberBytes(word);
  if (bytes > 5) return end + 1;
  const bits = bitsOf(word);
  if (bits > <u64>u32.MAX_VALUE) return end + 1;
  store<f64>(entry + (field << 3), <f64>signed(bits), Entry.numbers);
  return at + bytes;
}

/** Of 52 bits in eight bytes. */
function long(at: usize, end: usize, entry: usize, field: usize): usize {
  const word = load<u64>(at);
  const bytes = numberBytes(word);
  if (bytes > 8) return end + 1;
  const bits = bitsOf(word);
  if (bits >> 52 != 0) return end + 1;
  store<f64>(entry + (field << 3), <f64>signed(bits), Entry.numbers);
  return at + bytes;
}

function intOrNull(at: usize, end: usize, entry: usize, field: usize): usize {
  const branch = load<u8>(at);
  if (branch == 2) return int(at + 1, end, entry, field);
  store<f64>(entry + (field << 3), NaN, Entry.numbers);
  return branch == 0 ? at + 1 : end + 1;
}

function longOrNull(at: usize, end: usize, entry: usize, field: usize): usize {
  const branch = load<u8>(at);
  if (branch == 2) return long(at + 1, end, entry, field);
  store<f64>(entry + (field << 3), NaN, Entry.numbers);
  return branch == 0 ? at + 1 : end + 1;
}

/** One of so many symbols. */
function symbol(at: usize, end: usize, entry: usize, field: usize, count: i32): usize {
  const byte = <i32>load<u8>(at);
  store<f64>(entry + (field << 3), <f64>(byte >> 1), Entry.numbers);
  return (byte & 1) == 0 && byte < 2 * count ? at + 1 : end + 1;
}

function boolean(at: usize, entry: usize, field: usize): usize {
  store<f64>(entry + (field << 3), load<u8>(at) != 0 ? 1 : 0, Entry.numbers);
  return at + 1;
}

/** Notes the fields of a value, its header left out, from `at` to `end`. False means nothing. */
export function walkValue(input: i32, at: usize, end: usize, entry: usize): bool {
  const to =
    input == 0 ? walkSend(at, end, entry) : input == 1 ? walkDelivery(at, end, entry) : walkEngagement(at, end, entry);
  return to == end;
}

function walkSend(from: usize, end: usize, entry: usize): usize {
  let at = text(from, end, entry, eventIdField);
  at = text(at, end, entry, messageIdField);
  at = text(at, end, entry, Send.tenant);
  at = textOrNull(at, end, entry, Send.campaign);
  at = text(at, end, entry, Send.source);
  at = long(at, end, entry, Send.occurred_at);
  at = int(at, end, entry, Send.precision_ms);
  at = text(at, end, entry, Send.recipient_domain);
  at = text(at, end, entry, Send.recipient_hash);
  return intOrNull(at, end, entry, Send.link_count);
}

function walkDelivery(from: usize, end: usize, entry: usize): usize {
  let at = text(from, end, entry, eventIdField);
  at = text(at, end, entry, messageIdField);
  at = text(at, end, entry, Delivery.tenant);
  at = text(at, end, entry, Delivery.source);
  at = long(at, end, entry, Delivery.occurred_at);
  at = int(at, end, entry, Delivery.precision_ms);
  at = longOrNull(at, end, entry, Delivery.started_at);
  at = symbol(at, end, entry, Delivery.outcome, outcomeCount);
  at = symbol(at, end, entry, Delivery.stage, stageCount);
  at = intOrNull(at, end, entry, Delivery.attempt);
  at = intOrNull(at, end, entry, Delivery.smtp_code);
  at = textOrNull(at, end, entry, Delivery.enhanced_code);
  at = textOrNull(at, end, entry, Delivery.diagnostic);
  at = textOrNull(at, end, entry, Delivery.mx_host);
  at = textOrNull(at, end, entry, Delivery.mx_ip);
  return text(at, end, entry, Delivery.recipient_domain);
}

function walkEngagement(from: usize, end: usize, entry: usize): usize {
  let at = text(from, end, entry, eventIdField);
  at = text(at, end, entry, messageIdField);
  at = text(at, end, entry, Engagement.tenant);
  at = text(at, end, entry, Engagement.source);
  at = long(at, end, entry, Engagement.occurred_at);
  at = int(at, end, entry, Engagement.precision_ms);
  at = symbol(at, end, entry, Engagement.kind, kindCount);
  at = textOrNull(at, end, entry, Engagement.url);
  at = textOrNull(at, end, entry, Engagement.link_id);
  at = textOrNull(at, end, entry, Engagement.ip);
  at = textOrNull(at, end, entry, Engagement.user_agent);
  at = textOrNull(at, end, entry, Engagement.method);
  at = textOrNull(at, end, entry, Engagement.machine_hint);
  return boolean(at, entry, Engagement.recipient_ambiguous);
}

// How many symbols the vocabulary has.
const outcomeCount: i32 = 4;
const stageCount: i32 = 7;
const kindCount: i32 = 4;
