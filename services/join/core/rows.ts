import { blockLength, blockStart } from "./arena";
import { Outcome } from "./attempts";
import { putByte, putLong, putLongOrNull, putRun, putText, textEnd, textOrNullEnd } from "./bytes";
import { sendDomainOf, sendOccurredAtOf, sendWordOf } from "./cell-fields";
import { classify, deltaMs, engagementClass, expose, exposedAttempt, exposure, isUncertain } from "./classify";
import {
  attemptCount,
  cell,
  contentDeferrals,
  deferrals,
  firstAttemptAt,
  hasSend,
  host,
  outcome,
  outcomeAt,
  route,
  rowDueAt,
  sendAppended,
  slab,
} from "./facts";
import { appendTime, end, hintAt, ipAt, kindAt, messageIdAt, occurredAt, precisionMs, start, urlAt } from "./parked";
import { domainOf, originOf } from "./routes";
import { Cell } from "./slab";
import { textStart, textStop } from "./texts";
import { vendorAt } from "./words";

// Rows in the encoding of the COMMIT (schemas/avro/commit.avsc), field by field in its order, of the message whose facts are
// loaded. Each function takes where to write and gives where it ended.

/** Bytes of numbers and of the vendor, and what copies may write too much. */
const fixedBytes = 320;

/** Room for a row of the message beside what it copies of the engagement or of its ID. */
export function rowBytes(): i32 {
  let bytes = fixedBytes;
  if (hasSend) bytes += textLength(sendWordOf(cell)) + textLength(sendDomainOf(cell));
  if (route >= 0) bytes += textLength(originOf(slab, route)) + textLength(domainOf(slab, route));
  return host < 0 ? bytes : bytes + textLength(host);
}

function textLength(word: i32): i32 {
  return <i32>(textStop(slab, word) - textStart(slab, word));
}

/** The row of the engagement that is loaded. */
export function putEngagementRow(to: usize): usize {
  // A send that was appended later than the row was due does not serve it, even where it happened to be read before.
  const withSend = hasSend && sendAppended <= max(appendTime, rowDueAt);
  const domain = withSend ? sendDomainOf(cell) : route < 0 ? -1 : domainOf(slab, route);
  classify(occurredAt, precisionMs, domain);
  expose(occurredAt, precisionMs);
  let at = withSend || route >= 0 ? putHead(to, withSend) : putByte(putRun(to, start, <i32>(messageIdAt - start)), 0);
  at = putRun(at, messageIdAt, <i32>(kindAt + 1 - messageIdAt));
  at = putByte(at, engagementClass << 1);
  at = putByte(at, exposure << 1);
  at = putLongOrNull(at, exposedAttempt == 0 ? NaN : <f64>exposedAttempt);
  at = putByte(at, isUncertain ? 1 : 0);
  at = putLong(at, <i64>occurredAt);
  at = putLongOrNull(at, withSend ? sendOccurredAtOf(cell) : NaN);
  at = putLongOrNull(at, outcome == Outcome.accepted ? outcomeAt : NaN);
  at = putLongOrNull(at, deltaMs);
  at = putLong(at, attemptCount);
  at = putLong(at, deferrals);
  at = putRecipient(at, withSend, domain);
  at = putHost(at);
  at = putRun(at, ipAt, <i32>(hintAt - ipAt));
  at = putRun(at, urlAt, <i32>(ipAt - urlAt));
  return putRun(at, hintAt, <i32>(end - hintAt));
}

/** Places of outcomes among those of messages. */
const messageOutcome: usize = memory.data<u8>([0, 3, 1, 2]);
const unknownOutcome = 3;

/** The row of a message that has a send or a delivery. `id` is the block of its ID in the open arena. */
export function putMessageRow(to: usize, id: i32): usize {
  const withSend = hasSend && sendAppended <= rowDueAt;
  const domain = withSend ? sendDomainOf(cell) : route < 0 ? -1 : domainOf(slab, route);
  let at = putText(putHead(to, withSend), blockStart(id), blockLength(id));
  at = putRecipient(at, withSend, domain);
  at = putSource(at, withSend);
  at = putLongOrNull(at, withSend ? sendOccurredAtOf(cell) : NaN);
  at = putLongOrNull(at, firstAttemptAt);
  at = putByte(at, (outcome < 0 ? unknownOutcome : load<u8>(messageOutcome + outcome)) << 1);
  at = putLongOrNull(at, outcome == Outcome.accepted ? outcomeAt : NaN);
  at = putLong(at, attemptCount);
  at = putLong(at, deferrals);
  at = putLong(at, contentDeferrals);
  return putHost(at);
}

/** Tenant and campaign. Tenant and domain follow the send, then the outcome, then the first attempt. */
function putHead(at: usize, withSend: bool): usize {
  if (withSend) {
    const from = textStart(slab, sendWordOf(cell));
    return putRun(at, from, <i32>(textOrNullEnd(textEnd(from)) - from));
  }
  if (route < 0) return putByte(putByte(at, 0), 0);
  const from = textStart(slab, originOf(slab, route));
  return putByte(putRun(at, from, <i32>(textEnd(from) - from)), 0);
}

function putSource(at: usize, withSend: bool): usize {
  if (!withSend && route < 0) return putByte(at, 0);
  const word = withSend ? sendWordOf(cell) : originOf(slab, route);
  const tenantEnd = textEnd(textStart(slab, word));
  const from = withSend ? textOrNullEnd(tenantEnd) : tenantEnd;
  return putRun(at, from, <i32>(textStop(slab, word) - from));
}

/** Domain and hash. */
function putRecipient(to: usize, withSend: bool, domain: i32): usize {
  const at = domain < 0 ? putByte(to, 0) : putWord(to, domain);
  if (!withSend) return putByte(at, 0);
  return putText(putByte(at, 2), cell + Cell.recipientHash, 16);
}

/** A domain's or a host's name as a string. */
function putWord(at: usize, word: i32): usize {
  const from = textStart(slab, word);
  return putText(at, from, <i32>(textStop(slab, word) - from));
}

/** MX host and its filter vendor. */
function putHost(to: usize): usize {
  const at = host < 0 ? putByte(to, 0) : putWord(putByte(to, 2), host);
  const vendor = vendorAt(slab, host);
  return putRun(at, vendor, load<i32>(vendor - 4));
}
