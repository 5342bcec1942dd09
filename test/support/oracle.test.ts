import type { Delivery, Engagement, Send } from "@antedate/schemas";
import { expect, test } from "vitest";
import { denseSettings } from "./generators.ts";
import { oracle, type OracleRecord } from "./oracle.ts";

const settings = { ...denseSettings, domains: {}, mxSuffixes: {}, nearBeforeMs: 5_000, nearAfterMs: 60_000 };
const at = Date.UTC(2026, 0, 1);
const minute = 60_000;

function send(appendTime: number): OracleRecord {
  const event: Send = {
    event_id: "s",
    message_id: "m",
    tenant: "t",
    campaign: "spring",
    source: "app",
    occurred_at: at,
    precision_ms: 1,
    recipient_domain: "d.example",
    recipient_hash: Buffer.alloc(16),
    link_count: null,
  };
  return { input: "sends", event, offset: 0, appendTime };
}

function delivery(offset: number, appendTime: number, change: Partial<Delivery>): OracleRecord {
  const event: Delivery = {
    event_id: `d${offset}`,
    message_id: "m",
    tenant: "t",
    source: "mta",
    occurred_at: at,
    precision_ms: 1,
    started_at: null,
    outcome: "deferred",
    stage: "end_of_data",
    attempt: null,
    smtp_code: null,
    enhanced_code: null,
    diagnostic: null,
    mx_host: "mx1.pphosted.com",
    mx_ip: null,
    recipient_domain: "d.example",
    ...change,
  };
  return { input: "deliveries", event, offset, appendTime };
}

function click(offset: number, appendTime: number, occurredAt: number, eventId = `e${offset}`): OracleRecord {
  const event: Engagement = {
    event_id: eventId,
    message_id: "m",
    tenant: "t",
    source: "tracker",
    occurred_at: occurredAt,
    precision_ms: 1,
    kind: "click",
    url: null,
    link_id: null,
    ip: null,
    user_agent: null,
    method: null,
    machine_hint: null,
    recipient_ambiguous: false,
  };
  return { input: "engagements", event, offset, appendTime };
}

/** The story of the design's first page: deferred at the end of DATA, followed by a scanner, accepted an hour later. */
const story = [
  send(1),
  delivery(0, 2, { occurred_at: at + minute }),
  click(0, 3, at + 2 * minute),
  delivery(1, 4, { occurred_at: at + 60 * minute, outcome: "accepted" }),
  click(1, 5, at + 90 * minute),
];

test("a click between the deferral and the acceptance came before it, a click half an hour later after it", () => {
  const { engagements, messages, parked } = oracle(story, settings);
  expect(engagements.map((row) => [row.class, row.exposure, row.exposed_attempt, row.delta_ms])).toEqual([
    ["pre_acceptance", "after_deferral", 1, -58 * minute],
    ["post_delivery", "after_acceptance", 2, 30 * minute],
  ]);
  expect(messages).toMatchObject([
    {
      campaign: "spring",
      sent_at: at,
      accepted_at: at + 60 * minute,
      first_attempt_at: at + minute,
      attempts: 2,
      deferrals: 1,
      content_deferrals: 1,
      filter_vendor: "Proofpoint",
    },
  ]);
  expect(parked).toEqual([]);
});

test("before the acceptance is read the click waits; what is repeated counts once", () => {
  expect(oracle(story.slice(0, 3), settings, 3)).toEqual({ engagements: [], messages: [], parked: [0] });
  const repeated = [...story, click(2, 6, at + 90 * minute, "e1")];
  expect(oracle(repeated, settings)).toEqual(oracle(story, settings));
});

test("a record behind the window is another message", () => {
  const later = delivery(2, 1 + settings.windowMs + 1, { outcome: "bounced" });
  expect(oracle([...story, later], settings).messages.map((row) => row.outcome)).toEqual(["accepted", "bounced"]);
  const within = delivery(2, 1 + settings.windowMs, { outcome: "bounced" });
  expect(oracle([...story, within], settings).messages.map((row) => row.outcome)).toEqual(["accepted"]);
});
