import type { JoinSettings } from "@antedate/join";
import {
  encodeEvent,
  kinds,
  outcomes,
  stages,
  type Delivery,
  type Engagement,
  type Input,
  type InputEvent,
  type Send,
} from "@antedate/schemas";
import { denseSettings, withoutLateSends } from "../support/generators.ts";
import type { OracleRecord } from "../support/oracle.ts";

/** Epoch ms of virtual time 0: a month ends 4 s later, so that blocks of two months are met. */
export const startOfTime: number = Date.UTC(2026, 11, 1) - 4_000;

/** Bounds that a minute of virtual time meets many times over. */
export const simSettings: JoinSettings = {
  ...denseSettings,
  windowMs: 16_000,
  sendHoldMs: 2_000,
  sources: { slow: { settleMs: 1_500 }, slower: { settleMs: 3_000, sendHoldMs: 2_500 } },
};

/** When producers write, ms of virtual time. */
export const bursts: readonly { from: number; to: number }[] = [
  { from: 500, to: 6_500 },
  { from: 21_000, to: 27_500 },
];

/** What a producer appends, in the order of time; `marker` is the end of its transaction. */
export interface PlannedRecord {
  at: number;
  partition: number;
  input: Input;
  offset: number;
  key: Buffer | null;
  value: Buffer | null;
  kind: "event" | "invalid" | "marker";
}

export interface Traffic {
  planned: PlannedRecord[];
  /** The valid records of each partition, as the oracle takes them. */
  events: OracleRecord[][];
}

type Random = () => number;
type Draft = { at: number; input: Input; event: InputEvent | "invalid" | "marker" };

/**
 * Few messages, much about each: repeats, contradictions, engagement before and after outcomes and of messages that nobody
 * knows, IDs that come again after their window, records at the bounds of every wait, invalid ones. No send comes after
 * its message's row: which engagement such a one serves depends on when it is read (design §5, Deciding).
 */
export function createTraffic(random: Random, partitionCount: number): Traffic {
  const planned: PlannedRecord[] = [];
  const events: OracleRecord[][] = [];
  for (let partition = 0; partition < partitionCount; partition++) {
    const own = partitionTraffic(random, partition);
    events.push(own.flatMap(({ record }) => record ?? []));
    planned.push(...own.map((one) => one.planned));
  }
  return { planned: planned.sort((a, b) => a.at - b.at), events };
}

interface Appended {
  planned: PlannedRecord;
  /** The valid record, as the oracle takes it. */
  record?: OracleRecord;
}

function partitionTraffic(random: Random, partition: number): Appended[] {
  const drafts = draftsOf(random, partition);
  const isEvent = (draft: Draft): boolean => typeof draft.event === "object";
  const records = new Map(
    drafts.filter(isEvent).map((draft, offset) => {
      const appendTime = startOfTime + draft.at;
      return [draft, { ...(draft.event as InputEvent), offset, appendTime }] as const;
    }),
  );
  const kept = new Set(withoutLateSends([...records.values()], simSettings));
  const offsets = { sends: 0, deliveries: 0, engagements: 0 };
  return drafts.flatMap((draft): Appended[] => {
    const { at, input, event } = draft;
    if (typeof event === "string") {
      const bytes = event === "invalid" ? invalidRecord(random, input) : { key: null, value: null };
      return [{ planned: { at, partition, input, offset: offsets[input]++, ...bytes, kind: event } }];
    }
    const known = records.get(draft) as OracleRecord;
    if (!kept.has(known)) return [];
    const offset = offsets[input]++;
    const bytes = { key: Buffer.from(event.event.message_id), value: encodeEvent(input, event.event) };
    return [{ planned: { at, partition, input, offset, ...bytes, kind: "event" }, record: { ...known, offset } }];
  });
}

function draftsOf(random: Random, partition: number): Draft[] {
  const ids = Array.from({ length: 3 + Math.floor(random() * 7) }, (_, index) => `${partition}-${index}`);
  const invalidShare = random() * 0.12;
  const markerShare = random() * 0.08;
  return timesOf(random).map((at): Draft => {
    const event = eventOf(random, ids);
    const { input } = event;
    const luck = random();
    if (luck < invalidShare) return { at, input, event: "invalid" };
    return luck < invalidShare + markerShare ? { at, input, event: "marker" } : { at, input, event };
  });
}

const waits = [1, 1_500, 1_501, 2_000, 2_001, 2_500, 2_501, 3_000, 16_000, 16_001];

function timesOf(random: Random): number[] {
  const times: number[] = [];
  for (const { from, to } of bursts) {
    const count = Math.floor(random() * 50);
    for (let index = 0; index < count; index++) {
      const after = pick(random, times) ?? 0;
      const bound = after + (pick(random, waits) as number);
      const isBound = random() < 0.5 && bound >= from && bound < to;
      times.push(isBound ? bound : Math.floor(from + random() * (to - from)));
    }
  }
  return times.sort((a, b) => a - b);
}

function eventOf(random: Random, ids: string[]): InputEvent {
  const message_id = ids[Math.floor(random() ** 2 * ids.length)] as string;
  const luck = random();
  if (luck < 0.15) return { input: "sends", event: send(random, message_id) };
  if (luck < 0.45) return { input: "deliveries", event: delivery(random, message_id) };
  return { input: "engagements", event: engagement(random, message_id) };
}

function shared(random: Random, message_id: string) {
  return {
    event_id: String(Math.floor(random() * 9)),
    message_id,
    tenant: pick(random, ["t1", "t2", "t3"]) as string,
    occurred_at: startOfTime + Math.floor(random() < 0.85 ? random() * 130 : random() * 40 - 30_020),
    precision_ms: pick(random, [0, 1, 5]) as number,
  };
}

function send(random: Random, messageId: string): Send {
  return {
    ...shared(random, messageId),
    campaign: pick(random, ["spring", "autumn", null]) ?? null,
    source: "app",
    recipient_domain: pick(random, domains) as string,
    recipient_hash: Buffer.alloc(16, Math.floor(random() * 256)),
    link_count: pick(random, [null, 3]) ?? null,
  };
}

const domains = ["aspen.example", "birch.example", "cedar.example"];

function delivery(random: Random, messageId: string): Delivery {
  const own = shared(random, messageId);
  const duration = pick(random, [null, 0, 3, 20]) ?? null;
  return {
    ...own,
    source: pick(random, ["quick", "quick", "slow", "slower"]) as string,
    started_at: duration === null ? null : own.occurred_at - duration,
    outcome: random() < 0.4 ? "deferred" : (pick(random, outcomes) as Delivery["outcome"]),
    stage: pick(random, [...stages, "end_of_data"]) as Delivery["stage"],
    attempt: null,
    smtp_code: pick(random, [null, 250, 451]) ?? null,
    enhanced_code: null,
    diagnostic: null,
    mx_host: pick(random, [null, null, "mx1.pphosted.com", "mx2.pphosted.com", "notpphosted.com"]) ?? null,
    mx_ip: null,
    recipient_domain: pick(random, domains) as string,
  };
}

function engagement(random: Random, messageId: string): Engagement {
  return {
    ...shared(random, messageId),
    source: pick(random, ["tracker", "slow"]) as string,
    kind: pick(random, kinds) as Engagement["kind"],
    url: pick(random, [null, "/c/ünï\t'quoted'"]) ?? null,
    link_id: pick(random, [null, "1"]) ?? null,
    ip: pick(random, [null, "192.0.2.1"]) ?? null,
    user_agent: pick(random, [null, "Mozilla/5.0"]) ?? null,
    method: pick(random, [null, "GET", "HEAD"]) ?? null,
    machine_hint: pick(random, [null, "apple_mpp"]) ?? null,
    recipient_ambiguous: random() < 0.5,
  };
}

function invalidRecord(random: Random, input: Input): { key: Buffer | null; value: Buffer | null } {
  const event = { sends: send, deliveries: delivery, engagements: engagement }[input](random, "0-0");
  const key = Buffer.from("0-0");
  const value = encodeEvent(input, event);
  const unknown = Buffer.concat([Buffer.from([0xc3, 0x01]), Buffer.alloc(8, 7), Buffer.from("who knows")]);
  return pick(random, [
    { key, value: null },
    { key, value: Buffer.from("no record") },
    { key: null, value },
    { key: Buffer.from("another"), value },
    { key, value: unknown },
    { key, value: value.subarray(0, value.length - 1 - Math.floor(random() * 5)) },
    { key, value: encodeEvent(input, { ...event, occurred_at: Date.UTC(1999, 0, 1) }) },
    { key: Buffer.alloc(0), value: encodeEvent(input, { ...event, message_id: "" }) },
  ]) as { key: Buffer | null; value: Buffer | null };
}

function pick<T>(random: Random, choices: readonly T[]): T | undefined {
  return choices[Math.floor(random() * choices.length)];
}
