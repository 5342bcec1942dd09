import type { Engagement } from "@antedate/schemas";
import { describe, expect, it } from "vitest";
import { createDigests } from "../recipient-key.ts";
import type { ParsedLine } from "./parsed-line.ts";
import { createTokenMap } from "./token-map.ts";
import { createTrackerParser } from "./tracker-parser.ts";

const request = {
  n: 1,
  ts: "2026-11-23T17:12:17.228Z",
  ts_ms: 1795453937228,
  method: "GET",
  path: "/c/t1/2",
  status: 302,
  ua: "Mozilla/5.0",
  ip: "127.0.0.23",
};

function parse(...requests: (object | string)[]): ParsedLine[] {
  const tokens = createTokenMap();
  tokens.add("t1", "acme/m/1");
  tokens.add("shared", "acme/m/1");
  tokens.add("shared", "acme/m/2");
  const parser = createTrackerParser({
    tenant: "acme",
    account: "acme",
    digests: createDigests("a test's key"),
    tokens,
  });
  return requests.flatMap((line, index) =>
    parser.line(typeof line === "string" ? line : JSON.stringify(line), index + 1),
  );
}

function engagements(...requests: object[]): Engagement[] {
  return parse(...requests).flatMap((line) =>
    line.what === "event" && line.event.input === "engagements" ? [line.event.event] : [],
  );
}

describe("a tracker's requests", () => {
  it("are clicks with their link, opens and unsubscribes", () => {
    expect(
      engagements(request, { ...request, path: "/o/t1.gif" }, { ...request, path: "/u/t1", method: "post" }),
    ).toMatchObject([
      {
        kind: "click",
        link_id: "2",
        url: "/c/t1/2",
        message_id: "acme/m/1",
        occurred_at: 1795453937228,
        precision_ms: 1,
        method: "GET",
        ip: "127.0.0.23",
        user_agent: "Mozilla/5.0",
        source: "tracker",
      },
      { kind: "open", link_id: null, url: "/o/t1.gif" },
      { kind: "unsubscribe", link_id: null, method: "POST" },
    ]);
  });

  it("keep the client's address behind a proxy", () => {
    expect(
      engagements(
        { ...request, xff: "198.51.100.7, 10.0.0.1" },
        { ...request, xff: "unknown" },
        { ...request, xff: "[2001:db8::7]:443" },
      ).map((event) => event.ip),
    ).toEqual(["198.51.100.7", "127.0.0.23", "2001:db8::7"]);
  });

  it("take the time from ts where there is no ts_ms", () => {
    const { ts_ms: _, ...rest } = request;
    expect(engagements({ ...rest, ts: "2026-11-23T17:12:17Z" })).toMatchObject([
      { occurred_at: 1795453937000, precision_ms: 1000 },
    ]);
  });

  it("have event IDs that outlive another numbering, while equal requests stay two", () => {
    const ids = engagements(request, { ...request, n: 2 }).map((event) => event.event_id);
    expect(new Set(ids).size).toBe(2);
    expect(engagements({ ...request, n: 77 }, { ...request, n: 78 }).map((event) => event.event_id)).toEqual(ids);
  });

  it("say so where a token stands in several messages", () => {
    expect(engagements({ ...request, path: "/c/shared/1" })).toMatchObject([{ recipient_ambiguous: true }]);
  });

  it("are ignored with other paths, and where nothing was served", () => {
    const lines = parse(
      { ...request, path: "/favicon.ico" },
      { ...request, status: 404 },
      { ...request, status: 503 },
      { ...request, method: "OPTIONS" },
      "",
    );
    expect(lines.map((line) => line.what)).toEqual(["ignored", "ignored", "ignored", "ignored", "ignored"]);
  });

  it("are rejected where token, time or form are not known", () => {
    const lines = parse(
      { ...request, path: "/c/nobody/1?e=ann@rcpt.example" },
      { ...request, ts_ms: "soon" },
      { ...request, path: 5 },
      "{",
    );
    expect(lines).toMatchObject(
      ["unknown_token", "invalid_time", "undecodable", "undecodable"].map((reason) => ({ what: "rejected", reason })),
    );
    expect(JSON.stringify(lines)).not.toContain("ann");
  });

  it("lose the addresses in their URL", () => {
    expect(engagements({ ...request, path: "/c/t1/2?to=ann%40rcpt.example&a=b" })).toMatchObject([
      { url: "/c/t1/2?to=<address>&a=b", link_id: "2" },
    ]);
  });
});
