import { describe, expect, it } from "vitest";
import { createCanonicalParser } from "./canonical-parser.ts";

const origin = {
  event_id: "e1",
  message_id: "acme/m/1",
  tenant: "acme",
  source: "own",
  occurred_at: 1795453937228,
  precision_ms: 1,
};
const send = { ...origin, recipient_domain: "rcpt.example", recipient_hash: "00112233445566778899aabbccddeeff" };
const delivery = { ...origin, outcome: "deferred", stage: "rcpt", recipient_domain: "rcpt.example" };
const engagement = { ...origin, kind: "open" };

function parse(record: object): unknown {
  return createCanonicalParser().line(JSON.stringify(record), 1)[0];
}

describe("canonical lines", () => {
  it("are told apart by their fields, absent ones being null", () => {
    expect(parse(send)).toMatchObject({
      what: "event",
      event: {
        input: "sends",
        event: {
          campaign: null,
          link_count: null,
          recipient_hash: Uint8Array.from({ length: 16 }, (_, index) => index * 17),
        },
      },
    });
    expect(parse(delivery)).toEqual({
      what: "event",
      line: 1,
      event: {
        input: "deliveries",
        event: {
          ...delivery,
          started_at: null,
          attempt: null,
          smtp_code: null,
          enhanced_code: null,
          diagnostic: null,
          mx_host: null,
          mx_ip: null,
        },
      },
    });
    expect(parse(engagement)).toMatchObject({
      event: { input: "engagements", event: { kind: "open", recipient_ambiguous: false } },
    });
  });

  it("may name their record", () => {
    expect(parse({ record: "Engagement", ...engagement })).toMatchObject({ event: { input: "engagements" } });
    expect(parse({ record: "deliveries", ...delivery })).toMatchObject({ event: { input: "deliveries" } });
  });

  it("lose the addresses in their free text", () => {
    expect(parse({ ...delivery, diagnostic: "550 <ann@rcpt.example> unknown" })).toMatchObject({
      event: { event: { diagnostic: "550 <address> unknown" } },
    });
    expect(parse({ ...engagement, url: "https://x.example/?e=ann@rcpt.example" })).toMatchObject({
      event: { event: { url: "https://x.example/?e=<address>" } },
    });
  });

  it.each([
    [{ ...send, message_id: "" }, "missing_message_id"],
    [{ ...send, message_id: undefined }, "missing_message_id"],
    [{ ...send, occurred_at: 17.5 }, "invalid_time"],
    [{ ...send, occurred_at: 0 }, "invalid_time"],
    [{ ...send, recipient_hash: "0011" }, "undecodable"],
    [{ ...send, recipient_domain: "ann@rcpt.example" }, "undecodable"],
    [{ ...send, tenant: undefined }, "undecodable"],
    [{ ...delivery, stage: "dot" }, "undecodable"],
    [{ ...delivery, smtp_code: "450" }, "undecodable"],
    [{ ...engagement, occured_at: 5 }, "undecodable"],
    [{ ...engagement, recipient_ambiguous: "no" }, "undecodable"],
    [{ record: "Click", ...engagement }, "undecodable"],
    [{ record: "Send", ...engagement }, "undecodable"],
    [origin, "undecodable"],
  ])("are rejected: %j", (record, reason) => {
    expect(parse(record)).toMatchObject({ what: "rejected", reason });
  });
});
