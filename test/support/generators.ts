import type { JoinSettings } from "@antedate/join";
import {
  kinds,
  outcomes,
  stages,
  type Delivery,
  type Engagement,
  type Input,
  type InputEvent,
  type Send,
} from "@antedate/schemas";
import fc from "fast-check";
import { waitsOf, windowsOf, type OracleRecord } from "./oracle.ts";

/**
 * Settings so small that a handful of records meets every bound of them: the window, both waits, both sides of the near
 * band, the tolerance.
 */
export const denseSettings: JoinSettings = {
  nearBeforeMs: 20,
  nearAfterMs: 30,
  clockToleranceMs: 3,
  windowMs: 100,
  sendHoldMs: 10,
  settleMs: 0,
  sources: { slow: { settleMs: 7 }, slower: { settleMs: 15, sendHoldMs: 12 } },
  domains: { "aspen.example": { nearBeforeMs: 40, nearAfterMs: 0 }, "birch.example": { nearAfterMs: 60 } },
  mxSuffixes: { "pphosted.com": { nearBeforeMs: 60 }, "mx1.pphosted.com": { nearAfterMs: 10 } },
};

/** When the events of dense traffic happen, and what their append times begin with. */
const denseFrom: number = Date.UTC(2026, 0, 1);

const gaps = fc.constantFrom(0, 0, 0, 1, 1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 15, 16, 40, 99, 100, 101);
const messageIds = fc.constantFrom("a", "a", "a", "b", "c");
const eventIds = fc.constantFrom("1", "2", "3", "4", "5", "6");
const sources = fc.constantFrom("quick", "quick", "slow", "slower");
const tenants = fc.constantFrom("t1", "t2", "t3");
const domains = fc.constantFrom("aspen.example", "birch.example", "cedar.example");
const mxHosts = fc.constantFrom(null, null, "mx1.pphosted.com", "mx2.pphosted.com", "notpphosted.com");
const precisions = fc.constantFrom(0, 1, 5);
/** Mostly within two near bands of each other; now and then as far as an attempt of unknown start reaches. */
const moments = fc
  .oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 130 }) },
    { weight: 1, arbitrary: fc.integer({ min: -30_020, max: -29_980 }) },
  )
  .map((offset) => denseFrom + offset);

const sends = fc.record<Send>({
  event_id: eventIds,
  message_id: messageIds,
  tenant: tenants,
  campaign: fc.constantFrom("spring", "autumn", null),
  source: fc.constantFrom("app", "own"),
  occurred_at: moments,
  precision_ms: precisions,
  recipient_domain: domains,
  recipient_hash: fc.integer({ min: 0, max: 255 }).map((byte) => Buffer.alloc(16, byte)),
  link_count: fc.constantFrom(null, 3),
});

const deliveries = fc
  .record({
    event_id: eventIds,
    message_id: messageIds,
    tenant: tenants,
    source: sources,
    occurred_at: moments,
    precision_ms: precisions,
    duration: fc.constantFrom(null, 0, 3, 20),
    outcome: fc.constantFrom("deferred", "deferred", "deferred", ...outcomes),
    stage: fc.constantFrom(...stages, "end_of_data"),
    attempt: fc.constantFrom(null, 1),
    smtp_code: fc.constantFrom(null, 250, 451),
    enhanced_code: fc.constant(null),
    diagnostic: fc.constantFrom(null, "try again\nlater"),
    mx_host: mxHosts,
    mx_ip: fc.constant(null),
    recipient_domain: domains,
  })
  .map(({ duration, ...own }): Delivery => ({
    ...own,
    started_at: duration === null ? null : own.occurred_at - duration,
  }));

const engagements = fc.record<Engagement>({
  event_id: eventIds,
  message_id: messageIds,
  tenant: tenants,
  source: fc.constantFrom("tracker", "slow"),
  occurred_at: moments,
  precision_ms: precisions,
  kind: fc.constantFrom(...kinds),
  url: fc.constantFrom(null, "/c/ünï\t'quoted'"),
  link_id: fc.constantFrom(null, "1"),
  ip: fc.constantFrom(null, "192.0.2.1"),
  user_agent: fc.constantFrom(null, "Mozilla/5.0"),
  method: fc.constantFrom(null, "GET", "HEAD"),
  machine_hint: fc.constantFrom(null, "apple_mpp"),
  recipient_ambiguous: fc.boolean(),
});

const inputEvents: fc.Arbitrary<InputEvent> = fc.oneof(
  { weight: 1, arbitrary: sends.map((event): InputEvent => ({ input: "sends", event })) },
  { weight: 3, arbitrary: deliveries.map((event): InputEvent => ({ input: "deliveries", event })) },
  { weight: 3, arbitrary: engagements.map((event): InputEvent => ({ input: "engagements", event })) },
);

/**
 * Traffic of three messages that live through several windows each: every order between the inputs, repeated event IDs,
 * contradictions, gaps that end exactly at a bound. Offsets and append times are as the topics would have them.
 */
export const denseTraffic: fc.Arbitrary<OracleRecord[]> = fc
  .array(fc.tuple(gaps, inputEvents), { minLength: 1, maxLength: 30, size: "max" })
  .map((steps) => {
    const offsets: Record<Input, number> = { sends: 0, deliveries: 0, engagements: 0 };
    let appendTime = denseFrom;
    const records = steps.map(([gap, inputEvent]): OracleRecord => {
      appendTime += gap;
      return { ...inputEvent, offset: offsets[inputEvent.input]++, appendTime };
    });
    return inAppendOrder(records);
  });

const places: Record<Input, number> = { sends: 0, deliveries: 1, engagements: 2 };

/** The order in which a task takes records that are all there: by append time; equal ones send, delivery, engagement. */
export function inAppendOrder(records: OracleRecord[]): OracleRecord[] {
  return records.toSorted((a, b) => a.appendTime - b.appendTime || places[a.input] - places[b.input]);
}

/**
 * Dense traffic without the sends that came after their message's row: which engagement those serve depends on when they
 * are read.
 */
export const punctualTraffic: fc.Arbitrary<OracleRecord[]> = denseTraffic.map((records) =>
  withoutLateSends(records, denseSettings),
);

/** The records without the sends that came after their message's row. */
export function withoutLateSends(records: OracleRecord[], settings: JoinSettings): OracleRecord[] {
  const kept = windowsOf(records, settings.windowMs).flatMap((window) => {
    const { heldUntil } = waitsOf(window, settings);
    return window.filter(({ input, appendTime }) => input !== "sends" || appendTime <= heldUntil);
  });
  const isKept = new Set(kept);
  return records.filter((record) => isKept.has(record));
}

/** The last append time; task time can be no further by the records alone. */
export function lastAppendTime(records: OracleRecord[]): number {
  return Math.max(denseFrom, ...records.map(({ appendTime }) => appendTime));
}
