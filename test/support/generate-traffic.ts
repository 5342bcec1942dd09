import { stages, type Delivery, type Engagement, type InputEvent, type Send } from "@antedate/schemas";

export interface TrafficOptions {
  seed: number;
  messages: number;
  /** Events happen around this time, epoch ms. */
  now: number;
}

/** Mulberry32: the same seed gives the same traffic on every machine. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Random traffic in the order in which producers would write it: every outcome and stage, contradictions, engagement
 * before, inside and after attempts, of unknown messages too; duplicates, loss, and disorder between and within the
 * inputs. Messages overlap, so that what belongs together lies apart.
 */
export function* generateTraffic({ seed, messages, now }: TrafficOptions): Generator<InputEvent> {
  const random = createRandom(seed);
  const waiting: { at: number; event: InputEvent }[] = [];
  for (let index = 0; index < messages; index++) {
    for (const event of messageTraffic(random, `m-${seed}-${index}`, now - Math.floor(random() * 3_600_000))) {
      // A place among the next messages: near its own, and now and then far behind.
      waiting.push({ at: index + random() * (random() < 0.05 ? 400 : 30), event });
    }
    if (index % 1_000 === 999) yield* flush(waiting, index);
  }
  yield* flush(waiting, Infinity);
}

function* flush(waiting: { at: number; event: InputEvent }[], until: number): Generator<InputEvent> {
  waiting.sort((a, b) => a.at - b.at);
  const due = waiting.findIndex(({ at }) => at > until);
  for (const { event } of waiting.splice(0, due < 0 ? waiting.length : due)) yield event;
}

function messageTraffic(random: () => number, messageId: string, sentAt: number): InputEvent[] {
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T;
  const chance = (share: number): boolean => random() < share;
  const domain = pick(["aspen.example", "birch.example", "cedar.example"]);
  const source = pick(["postfix", "ses", "own"]);
  const base = { message_id: messageId, tenant: pick(["t1", "t2"]), source, precision_ms: pick([1, 1, 1000]) };
  const events: InputEvent[] = [];
  if (!chance(0.1)) events.push({ input: "sends", event: send(base, sentAt, domain, pick) });
  let time = sentAt;
  const attemptCount = chance(0.05) ? 0 : 1 + Math.floor(random() * 4);
  for (let attempt = 1; attempt <= attemptCount; attempt++) {
    time += Math.floor(random() * 60_000);
    const isLast = attempt === attemptCount;
    const outcome = isLast
      ? pick(["accepted", "accepted", "accepted", "bounced", "expired", "deferred"] as const)
      : "deferred";
    events.push({ input: "deliveries", event: delivery(base, { attempt, time, outcome, domain }, pick, chance) });
    if (isLast && chance(0.05)) {
      events.push({
        input: "deliveries",
        event: delivery(
          base,
          { attempt: 9, time: time + 5, outcome: pick(["accepted", "bounced"] as const), domain },
          pick,
          chance,
        ),
      });
    }
  }
  const engagementCount = Math.floor(random() * 5);
  for (let index = 0; index < engagementCount; index++) {
    const at = sentAt + Math.floor((random() * 1.6 - 0.2) * (time - sentAt + 120_000));
    events.push({ input: "engagements", event: engagement(base, index, at, pick) });
  }
  const kept = events.filter(() => !chance(0.03));
  return kept.flatMap((event) => (chance(0.1) ? [event, event] : [event]));
}

type Shared = Pick<Send, "message_id" | "tenant" | "source" | "precision_ms">;
type Pick_ = <T>(choices: readonly T[]) => T;

function send(base: Shared, at: number, domain: string, pick: Pick_): Send {
  return {
    ...base,
    event_id: "send",
    campaign: pick(["spring", "autumn", null]),
    occurred_at: at,
    recipient_domain: domain,
    // A Buffer, as the codec gives it: avsc writes no other bytes.
    recipient_hash: Buffer.from(Array.from({ length: 16 }, (_, index) => (at + index) % 256)),
    link_count: pick([null, 3]),
  };
}

function delivery(
  base: Shared,
  own: { attempt: number; time: number; outcome: Delivery["outcome"]; domain: string },
  pick: Pick_,
  chance: (share: number) => boolean,
): Delivery {
  return {
    ...base,
    event_id: `delivery-${own.attempt}`,
    occurred_at: own.time,
    started_at: chance(0.5) ? own.time - 2_000 : null,
    outcome: own.outcome,
    stage: own.outcome === "accepted" ? "end_of_data" : pick(stages),
    attempt: own.attempt,
    smtp_code: pick([250, 451, 550, null]),
    enhanced_code: null,
    diagnostic: pick(["try again later\nwith a second line", null]),
    mx_host: pick(["mx1.pphosted.com", "mx.example", null]),
    mx_ip: null,
    recipient_domain: own.domain,
  };
}

function engagement(base: Shared, index: number, at: number, pick: Pick_): Engagement {
  return {
    ...base,
    event_id: `engagement-${index}`,
    source: "tracker",
    occurred_at: at,
    kind: pick(["open", "click", "unsubscribe", "complaint"] as const),
    url: pick(["/c/1", "/c/ünï\t'quoted'", null]),
    link_id: pick(["1", null]),
    ip: "192.0.2.1",
    user_agent: pick(["Mozilla/5.0", null]),
    method: pick(["GET", "HEAD"]),
    machine_hint: null,
    recipient_ambiguous: pick([true, false]),
  };
}
