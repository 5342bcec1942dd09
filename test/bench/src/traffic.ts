import { encodeEvent, type Delivery, type Engagement, type Input, type InputEvent, type Send } from "@antedate/schemas";

export interface TrafficOptions {
  seed: number;
  messages: number;
  /** Sends per second of made-up time; with it grows what is open at once. */
  messagesPerSecond: number;
}

/** A record as a producer writes it, in the order in which records reach their topics. */
export interface EncodedRecord {
  input: Input;
  key: string;
  value: Buffer;
}

/** To be raised with every change of what the same options make: preloaded topics are made anew then. */
export const trafficVersion = 3;

/** Records that one message makes on average: 1 send, 1.3 deliveries, 0.9 engagements, 2 % of them twice. */
export const recordsPerMessage = 3.2;

const startAt = Date.UTC(2026, 0, 5, 8);
const second = 1_000;
const minute = 60 * second;

const domains = Array.from({ length: 200 }, (_, index) => ({
  name: `mail${index}.example`,
  mxHost: index % 3 === 0 ? `mx${index % 7}.pphosted.com` : `mx1.mail${index}.example`,
}));
const agents = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)",
  "Mozilla/5.0",
];

/**
 * Mail whose every message has its send, most an outcome, few none; made fast, so that it can be made where it is
 * measured. What becomes of it is not known beforehand: that is what `antedate simulate` is for.
 *
 * Times are compressed: what takes hours in the field takes minutes here, so that messages overlap as they do at a
 * thousand times the volume.
 */
export function* benchTraffic({ seed, messages, messagesPerSecond }: TrafficOptions): Generator<EncodedRecord> {
  const random = createRandom(seed);
  const waiting = new Buckets<EncodedRecord>();
  for (let index = 0; index < messages; index++) {
    const sentAt = startAt + Math.floor((index * second) / messagesPerSecond);
    yield* waiting.until(sentAt);
    for (const event of messageEvents(random, index, sentAt)) {
      // One in twenty comes late, by up to five minutes; one in fifty comes twice.
      const appendAt = event.event.occurred_at + random() * (random() < 0.05 ? 5 * minute : 200);
      const record = {
        input: event.input,
        key: event.event.message_id,
        value: encodeEvent(event.input, event.event),
      };
      waiting.add(appendAt, record);
      if (random() < 0.02) waiting.add(appendAt + random() * minute, record);
    }
  }
  yield* waiting.until(Infinity);
}

/** What waits, by the tenth of a second in which it is due. */
class Buckets<T> {
  readonly #buckets = new Map<number, T[]>();
  #next = Infinity;
  #last = -Infinity;

  add(at: number, item: T): void {
    const bucket = Math.floor(at / 100);
    const held = this.#buckets.get(bucket);
    if (held) held.push(item);
    else this.#buckets.set(bucket, [item]);
    this.#next = Math.min(this.#next, bucket);
    this.#last = Math.max(this.#last, bucket);
  }

  *until(at: number): Generator<T> {
    for (const end = Math.min(Math.floor(at / 100), this.#last + 1); this.#next < end; this.#next++) {
      const due = this.#buckets.get(this.#next);
      this.#buckets.delete(this.#next);
      if (due) yield* due;
    }
  }
}

type Shared = Pick<Send, "message_id" | "tenant" | "precision_ms" | "source">;

function messageEvents(random: () => number, index: number, sentAt: number): InputEvent[] {
  const domain = domains[Math.floor(random() ** 2 * domains.length)] as (typeof domains)[number];
  const tenant = `tenant-${index % 4}`;
  const token = index.toString(36).padStart(8, "0");
  const hash = Buffer.alloc(16);
  for (let byte = 0; byte < 16; byte += 4) hash.writeUInt32LE((random() * 4_294_967_296) >>> 0, byte);
  const shared: Shared = {
    message_id: `${tenant}/${token}.${index}@mta.${tenant}.example/${hash.toString("hex")}`,
    tenant,
    precision_ms: index % 8 === 0 ? 1_000 : 1,
    source: "postfix",
  };
  const send: Send = {
    ...shared,
    event_id: `${token}-s`,
    campaign: `campaign-${Math.floor(index / 5_000)}`,
    occurred_at: sentAt,
    recipient_domain: domain.name,
    recipient_hash: hash,
    link_count: 5,
  };
  const story = deliveries(random, shared, token, sentAt, domain);
  const events: InputEvent[] = [{ input: "sends", event: send }];
  for (const event of story) events.push({ input: "deliveries", event });
  for (const event of engagements(random, shared, token, story)) events.push({ input: "engagements", event });
  return events;
}

function deliveries(
  random: () => number,
  shared: Shared,
  token: string,
  sentAt: number,
  domain: { name: string; mxHost: string },
): Delivery[] {
  const made: Delivery[] = [];
  let at = sentAt;
  const attempt = (outcome: Delivery["outcome"], stage: Delivery["stage"], code: number): void => {
    const startedAt = at + 200 + Math.floor(random() * second);
    at = startedAt + 100 + Math.floor(random() * 4 * second);
    const isDeferred = outcome === "deferred";
    made.push({
      ...shared,
      event_id: `${token}-d${made.length + 1}`,
      occurred_at: at,
      started_at: outcome === "expired" ? null : startedAt,
      outcome,
      stage,
      attempt: made.length + 1,
      smtp_code: code,
      enhanced_code: isDeferred ? "4.7.1" : outcome === "accepted" ? "2.0.0" : "5.1.1",
      diagnostic: isDeferred ? "451 4.7.1 try again later" : `${code} ok: queued as ${token.toUpperCase()}`,
      mx_host: domain.mxHost,
      mx_ip: "192.0.2.25",
      recipient_domain: domain.name,
    });
    if (isDeferred) at += Math.floor((0.5 + random()) * minute);
  };
  const share = random();
  const deferrals = share < 0.78 ? 0 : share < 0.9 ? 1 : share < 0.94 ? 2 : share < 0.97 ? 0 : 3;
  const stage = random() < 0.6 ? "end_of_data" : "rcpt";
  for (let index = 0; index < deferrals; index++) attempt("deferred", stage, 451);
  if (share < 0.94) attempt("accepted", "end_of_data", 250);
  else if (share < 0.97) attempt("bounced", random() < 0.3 ? "end_of_data" : "rcpt", 550);
  else if (share < 0.99) attempt("expired", "unknown", 451);
  return made;
}

function engagements(random: () => number, shared: Shared, token: string, story: readonly Delivery[]): Engagement[] {
  const made: Engagement[] = [];
  const engage = (at: number, kind: Engagement["kind"]): void => {
    const link = kind === "click" ? 1 + Math.floor(random() * 5) : null;
    made.push({
      ...shared,
      source: "tracker",
      precision_ms: 1,
      event_id: `${token}-e${made.length + 1}`,
      occurred_at: Math.floor(at),
      kind,
      url: link === null ? null : `https://track.${shared.tenant}.example/c/${token}/${link}`,
      link_id: link === null ? null : String(link),
      ip: `198.51.100.${Math.floor(random() * 256)}`,
      user_agent: agents[Math.floor(random() * agents.length)] as string,
      method: "GET",
      machine_hint: null,
      recipient_ambiguous: false,
    });
  };
  const first = story[0];
  const last = story.at(-1);
  // A filter reads at the end of DATA and follows a link or two, there and then or, with time to spare, a little later.
  if (first?.stage === "end_of_data" && random() < 0.2) {
    const waitMs = first.outcome === "accepted" ? 0 : 25 * second;
    for (let link = random() < 0.5 ? 1 : 2; link > 0; link--) {
      engage(first.occurred_at - 500 + random() * waitMs, "click");
    }
  }
  if (last?.outcome === "accepted") {
    if (random() < 0.12) engage(last.occurred_at + random() * 40 * second, "click");
    if (random() < 0.4) {
      let at = last.occurred_at + 20 * second + random() ** 2 * 30 * minute;
      engage(at, "open");
      if (random() < 0.25) engage((at += random() * minute), "click");
      if (random() < 0.2) engage(at + random() * minute, "open");
    }
  }
  return made;
}

/** Mulberry32: the same seed gives the same traffic on every machine. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
