/* oxlint-disable no-restricted-globals -- tests write instants as people read them */
import { describe, expect, it } from "vitest";
import { createDigests } from "../recipient-key.ts";
import { createSendsParser } from "./sends-parser.ts";
import { createTokenMap } from "./token-map.ts";

const digests = createDigests("a test's key");
const send = {
  message_id: "<m-1@sender.example>",
  recipient: " Ann@Rcpt.Example ",
  token: "t1",
  campaign: "spring",
  links: 2,
  sent_at: "2026-03-02T10:00:00.120+01:00",
};

function parse(...lines: string[]): ReturnType<ReturnType<typeof createSendsParser>["line"]> {
  const parser = createSendsParser({ tenant: "acme", account: "main", digests, tokens: createTokenMap() });
  return lines.flatMap((line, index) => parser.line(line, index + 1));
}

describe("a send list", () => {
  it("gives a send whose message ID is that of the mail log", () => {
    const hash = digests.recipientHash("ann@rcpt.example");
    expect(parse(JSON.stringify(send))).toMatchObject([
      {
        what: "event",
        event: {
          input: "sends",
          event: {
            message_id: `main/m-1@sender.example/${hash.hex}`,
            recipient_hash: hash.bytes,
            recipient_domain: "rcpt.example",
            tenant: "acme",
            campaign: "spring",
            link_count: 2,
            occurred_at: Date.parse("2026-03-02T09:00:00.120Z"),
            precision_ms: 1,
          },
        },
      },
    ]);
  });

  it("gives a send told twice one event ID, whatever the order of its fields", () => {
    const ids = parse(JSON.stringify(send), JSON.stringify(Object.fromEntries(Object.entries(send).toReversed()))).map(
      (line) => (line.what === "event" ? line.event.event.event_id : ""),
    );
    expect(ids[0]).toBe(ids[1]);
  });

  it("maps tokens to messages, and knows one that stands in several", () => {
    const tokens = createTokenMap();
    const parser = createSendsParser({ tenant: "acme", account: "acme", digests, tokens });
    parser.line(JSON.stringify(send), 1);
    parser.line(JSON.stringify(send), 2);
    expect(tokens.find("t1")?.ambiguous).toBe(false);
    parser.line(JSON.stringify({ ...send, recipient: "bob@rcpt.example" }), 3);
    expect(tokens.find("t1")).toEqual({
      message_id: `acme/m-1@sender.example/${digests.recipientHash("ann@rcpt.example").hex}`,
      ambiguous: true,
    });
    expect(tokens.find("t2")).toBeNull();
  });

  it.each([
    ["not JSON, of ann@rcpt.example", "undecodable"],
    ["[1]", "undecodable"],
    [JSON.stringify({ ...send, message_id: "<>" }), "missing_message_id"],
    [JSON.stringify({ ...send, message_id: undefined }), "missing_message_id"],
    [JSON.stringify({ ...send, recipient: "ann" }), "undecodable"],
    [JSON.stringify({ ...send, recipient: 5 }), "undecodable"],
    [JSON.stringify({ ...send, links: 1.5 }), "undecodable"],
    [JSON.stringify({ ...send, sent_at: "2026-03-02T10:00:00" }), "invalid_time"],
    [JSON.stringify({ ...send, sent_at: "1999-12-31T23:59:59Z" }), "invalid_time"],
    [JSON.stringify({ ...send, sent_at: undefined }), "invalid_time"],
  ])("rejects %s", (line, reason) => {
    const [parsed] = parse(line);
    expect(parsed).toMatchObject({ what: "rejected", reason });
    expect(JSON.stringify(parsed).toLowerCase()).not.toContain("ann@");
  });
});
