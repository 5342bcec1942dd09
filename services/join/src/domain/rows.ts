import { messageOutcomes, outcomes } from "@antedate/schemas/model";
import { classCode, classifyAccepted, type Classified } from "./classify.ts";
import { accepted, deferred, endOfData } from "./codes.ts";
import { exposureOf, type Exposed } from "./exposure.ts";
import type { SettingsLookup } from "./settings.ts";
import type { ByteWriter } from "./state/byte-writer.ts";
import type { MessageFacts } from "./state/message-facts.ts";
import type { MessageTable } from "./state/message-table.ts";
import type { ParkedEngagement } from "./state/parked-engagement.ts";
import { i32, type Slab } from "./state/slab.ts";
import { bandOf, domainOf, originOf, textEnd, textOrNullEnd, vendorOf } from "./state/words.ts";

// Rows in the encoding of the COMMIT (schemas/avro/commit.avsc), field by field in its order: no row is an object.

const classified: Classified = { class: 0, deltaMs: 0, uncertain: false };
const exposed: Exposed = { exposure: 0, attempt: 0 };
const unknownClass = classCode("unknown");
const neverAccepted = classCode("never_accepted");
const unknownOutcome = messageOutcomes.indexOf("unknown");

/** The row of an engagement whose message is decided: closed, or its window at its end. */
export function writeEngagementRow(
  to: ByteWriter,
  table: MessageTable,
  facts: MessageFacts,
  engagement: ParkedEngagement,
  settings: SettingsLookup,
): void {
  // A send that was appended later than the row was due does not serve it, even where it happened to be read before.
  const withSend = facts.hasSend && facts.sendAppendedAt <= Math.max(engagement.appendTime, facts.rowDueAt);
  classify(table, facts, engagement, withSend, settings);
  exposureOf(engagement, facts.attempts, facts.acceptedIndex, settings.clockToleranceMs, exposed);
  if (withSend || facts.route >= 0) writeHead(to, table, facts, withSend);
  else {
    to.copy(engagement.data, engagement.start, engagement.messageIdAt);
    to.byte(0);
  }
  to.copy(engagement.data, engagement.messageIdAt, engagement.kindAt + 1);
  to.long(classified.class);
  to.long(exposed.exposure);
  to.longOrNull(exposed.attempt === 0 ? Number.NaN : exposed.attempt);
  to.byte(classified.uncertain ? 1 : 0);
  to.long(engagement.occurredAt);
  to.longOrNull(withSend ? table.sendOccurredAt(facts.message) : Number.NaN);
  to.longOrNull(facts.outcome === accepted ? facts.outcomeAt : Number.NaN);
  to.longOrNull(classified.deltaMs);
  to.long(facts.attempts.count);
  to.long(facts.deferrals);
  writeRecipient(to, table, facts, withSend);
  writeHost(to, facts);
  to.copy(engagement.data, engagement.ipAt, engagement.hintAt);
  to.copy(engagement.data, engagement.urlAt, engagement.ipAt);
  to.copy(engagement.data, engagement.hintAt, engagement.end);
}

/** The row of a message that has a send or a delivery. `id` is the block of its ID in the open arena. */
export function writeMessageRow(to: ByteWriter, table: MessageTable, facts: MessageFacts, id: number): void {
  const { attempts } = facts;
  const withSend = facts.hasSend && facts.sendAppendedAt <= facts.rowDueAt;
  writeHead(to, table, facts, withSend);
  to.text(table.open.data(id), table.open.start(id), table.open.length(id));
  writeRecipient(to, table, facts, withSend);
  writeSource(to, table, facts, withSend);
  to.longOrNull(withSend ? table.sendOccurredAt(facts.message) : Number.NaN);
  const startedAt = attempts.startedAt[0] as number;
  const firstAt = Number.isNaN(startedAt) ? (attempts.occurredAt[0] as number) : startedAt;
  to.longOrNull(attempts.count === 0 ? Number.NaN : firstAt);
  to.long(facts.outcome < 0 ? unknownOutcome : (messageOutcomeCodes[facts.outcome] as number));
  to.longOrNull(facts.outcome === accepted ? facts.outcomeAt : Number.NaN);
  to.long(attempts.count);
  to.long(facts.deferrals);
  to.long(contentDeferrals(facts));
  writeHost(to, facts);
}

const messageOutcomeCodes = outcomes.map((name) => messageOutcomes.indexOf(name as (typeof messageOutcomes)[number]));

function classify(
  table: MessageTable,
  facts: MessageFacts,
  engagement: ParkedEngagement,
  withSend: boolean,
  settings: SettingsLookup,
): void {
  if (facts.outcome === accepted) {
    const slab = facts.slab as Slab;
    const domain = withSend ? table.word(facts.message, i32.sendDomain) : domainOf(slab, facts.route);
    const slackMs = engagement.precisionMs + facts.outcomePrecisionMs + settings.clockToleranceMs;
    const band = bandOf(slab, domain, facts.host, settings);
    classifyAccepted(engagement.occurredAt - facts.outcomeAt, slackMs, band, classified);
    return;
  }
  classified.class = facts.outcome < 0 ? unknownClass : neverAccepted;
  classified.deltaMs = Number.NaN;
  classified.uncertain = false;
}

function contentDeferrals({ attempts }: MessageFacts): number {
  let count = 0;
  for (let index = 0; index < attempts.count; index++) {
    if (attempts.outcome[index] === deferred && attempts.stage[index] === endOfData) count++;
  }
  return count;
}

/** Tenant and campaign. Tenant and domain follow the send, then the outcome, then the first attempt. */
function writeHead(to: ByteWriter, table: MessageTable, facts: MessageFacts, withSend: boolean): void {
  const { texts } = facts.slab as Slab;
  if (withSend) {
    const start = texts.start(table.word(facts.message, i32.sendWord));
    to.copy(texts.data, start, textOrNullEnd(texts.data, textEnd(texts.data, start)));
    return;
  }
  if (facts.route < 0) to.byte(0);
  else {
    const start = texts.start(originOf(facts.slab as Slab, facts.route));
    to.copy(texts.data, start, textEnd(texts.data, start));
  }
  to.byte(0);
}

function writeSource(to: ByteWriter, table: MessageTable, facts: MessageFacts, withSend: boolean): void {
  const { texts } = facts.slab as Slab;
  if (withSend) {
    const word = table.word(facts.message, i32.sendWord);
    const tenantEnd = textEnd(texts.data, texts.start(word));
    to.copy(texts.data, textOrNullEnd(texts.data, tenantEnd), texts.end(word));
  } else if (facts.route >= 0) {
    const origin = originOf(facts.slab as Slab, facts.route);
    to.copy(texts.data, textEnd(texts.data, texts.start(origin)), texts.end(origin));
  } else to.byte(0);
}

/** Domain and hash. */
function writeRecipient(to: ByteWriter, table: MessageTable, facts: MessageFacts, withSend: boolean): void {
  const slab = facts.slab as Slab;
  if (withSend || facts.route >= 0) {
    const domain = withSend ? table.word(facts.message, i32.sendDomain) : domainOf(slab, facts.route);
    writeWord(to, slab, domain);
  } else to.byte(0);
  if (!withSend) {
    to.byte(0);
    return;
  }
  to.byte(2);
  const at = table.recipientHashAt(facts.message);
  to.text(slab.data, at, 16);
}

/** A domain's or a host's name as a string. */
function writeWord(to: ByteWriter, { texts }: Slab, word: number): void {
  const start = texts.start(word);
  to.text(texts.data, start, texts.end(word) - start);
}

/** MX host and its filter vendor. */
function writeHost(to: ByteWriter, facts: MessageFacts): void {
  const slab = facts.slab as Slab;
  if (facts.host < 0) to.byte(0);
  else {
    to.byte(2);
    writeWord(to, slab, facts.host);
  }
  const vendor = vendorOf(slab, facts.host);
  to.copy(vendor, 0, vendor.byteLength);
}
