import type { Delivery } from "@antedate/schemas";
import { expect, test } from "vitest";
import { deliveryEvent, engagementEvent, sendEvent } from "./events.ts";
import { denseSettings } from "./generators.ts";
import { oracle, type OracleRecord } from "./oracle.ts";

const settings = { ...denseSettings, domains: {}, mxSuffixes: {}, nearBeforeMs: 5_000, nearAfterMs: 60_000 };
const at = Date.UTC(2026, 0, 1);
const minute = 60_000;

function send(appendTime: number): OracleRecord {
  return { input: "sends", event: sendEvent({ occurred_at: at }), offset: 0, appendTime };
}

function delivery(offset: number, appendTime: number, change: Partial<Delivery>): OracleRecord {
  const own = { event_id: `d${offset}`, occurred_at: at, outcome: "deferred", mx_host: "mx1.pphosted.com" } as const;
  return { input: "deliveries", event: deliveryEvent({ ...own, ...change }), offset, appendTime };
}

function click(offset: number, appendTime: number, occurredAt: number, eventId = `e${offset}`): OracleRecord {
  const event = engagementEvent({ event_id: eventId, occurred_at: occurredAt });
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

test.each([
  ["the band for all", "cedar.example", "mx.example", "near_acceptance"],
  ["that of an MX suffix", "cedar.example", "mx9.pphosted.com", "post_delivery"],
  ["that of the longer suffix", "cedar.example", "mx1.pphosted.com", "near_acceptance"],
  ["that of the domain before either", "aspen.example", "mx1.pphosted.com", "post_delivery"],
  ["no suffix within a label", "cedar.example", "notpphosted.com", "near_acceptance"],
])("half a minute after the acceptance, by %s", (_, domain, mx, expected) => {
  const bands = {
    ...settings,
    domains: { "aspen.example": { nearAfterMs: 1_000 } },
    mxSuffixes: { "pphosted.com": { nearAfterMs: 2_000 }, "mx1.pphosted.com": { nearAfterMs: 40_000 } },
  };
  const accepted = delivery(0, 1, { outcome: "accepted", recipient_domain: domain, mx_host: mx });
  const { engagements } = oracle([accepted, click(0, 2, at + minute / 2)], bands);
  expect(engagements.map((row) => row.class)).toEqual([expected]);
});
