/* oxlint-disable no-restricted-globals -- tests write instants as people read them */
import type { Delivery } from "@antedate/schemas";
import { describe, expect, it } from "vitest";
import { createDigests } from "../recipient-key.ts";
import type { ParsedLine } from "./parsed-line.ts";
import { createPostfixParser } from "./postfix-parser.ts";

const digests = createDigests("a test's key");
const ann = "ann@rcpt.example";

function idOf(messageId: string, recipient: string): string {
  return `acme/${messageId}/${digests.recipientHash(recipient).hex}`;
}

function parse(log: string, options: { year?: number; timezone?: string } = {}): ParsedLine[] {
  const parser = createPostfixParser({
    tenant: "acme",
    account: "acme",
    digests,
    year: options.year ?? null,
    timezone: options.timezone ?? "UTC",
    nowMs: Date.parse("2026-11-24T00:00:00Z"),
  });
  const lines = log.trim().split("\n");
  return [...lines.flatMap((line, index) => parser.line(line, index + 1)), ...parser.end()];
}

function deliveries(log: string, options: { year?: number; timezone?: string } = {}): Delivery[] {
  return parse(log, options).flatMap((parsed) =>
    parsed.what === "event" && parsed.event.input === "deliveries" ? [parsed.event.event] : [],
  );
}

function at(second: number, rest: string, daemon = "smtp[103]"): string {
  const stamp = new Date(Date.parse("2026-03-02T09:00:00Z") + second * 1000).toISOString().replace("Z", "+00:00");
  return `${stamp} mta1 postfix/${daemon}: ${rest}`;
}

function begin(id: string, messageId: string, second = 0): string {
  return [
    at(second, `${id}: client=app1[192.0.2.5]`, "smtpd[1]"),
    at(second, `${id}: message-id=<${messageId}>`, "cleanup[2]"),
  ].join("\n");
}

/** An attempt for Ann whose outcome and text are given. */
function attempt(
  second: number,
  id: string,
  status: string,
  text: string,
  more: Partial<Record<"to" | "relay" | "daemon", string>> = {},
): string {
  const to = more.to ?? `to=<${ann}>`;
  const relay = more.relay ?? "mx1.rcpt.example[203.0.113.25]:25";
  return at(
    second,
    `${id}: ${to}, relay=${relay}, delay=4.2, delays=0.02/0/0.9/3.3, dsn=4.7.1, status=${status} (${text})`,
    more.daemon,
  );
}

const sample = `
2026-03-02T09:00:00.120000+00:00 mta1 postfix/smtpd[101]: 4AbCd1: client=app1[192.0.2.5]
2026-03-02T09:00:00.130000+00:00 mta1 postfix/cleanup[102]: 4AbCd1: message-id=<m-0001@sender.example>
2026-03-02T09:00:00.140000+00:00 mta1 postfix/qmgr[100]: 4AbCd1: from=<b@sender.example>, size=900, nrcpt=2 (queue active)
2026-03-02T09:00:02.900000+00:00 mta1 postfix/smtp[103]: 4AbCd1: host mx1.rcpt.example[203.0.113.25] said: 451 4.7.1 content under review, try later (in reply to end of DATA command)
2026-03-02T09:00:04.310000+00:00 mta1 postfix/smtp[103]: 4AbCd1: to=<ann@rcpt.example>, relay=mx2.rcpt.example[203.0.113.26]:25, delay=4.2, delays=0.02/0/0.9/3.3, dsn=4.7.1, status=deferred (host mx2.rcpt.example[203.0.113.26] said: 451 4.7.1 content under review, try later (in reply to end of DATA command))
2026-03-02T09:00:03.001000+00:00 mta1 postfix/smtp[104]: 4AbCd1: to=<bob@rcpt.example>, relay=mx1.rcpt.example[203.0.113.25]:25, delay=2.9, delays=0.02/0/2.5/0.4, dsn=5.1.1, status=bounced (host mx1.rcpt.example[203.0.113.25] said: 550 5.1.1 no such user (in reply to RCPT TO command))
2026-03-02T09:05:00.000000+00:00 mta1 postfix/error[105]: 4AbCd1: to=<ann@rcpt.example>, relay=none, delay=300, delays=300/0/0/0, dsn=4.4.1, status=deferred (delivery temporarily suspended: connect to mx1.rcpt.example[203.0.113.25]:25: Connection refused)
Mar  2 09:10:05 mta1 postfix/smtp[106]: 4AbCd1: to=<ann@rcpt.example>, relay=mx1.rcpt.example[203.0.113.25]:25, delay=605, delays=604/0.1/0.5/0.8, dsn=2.6.0, status=sent (250 2.6.0 queued as 77F)
Mar  2 09:10:05 mta1 postfix/qmgr[100]: 4AbCd1: removed`;

describe("a Postfix log", () => {
  it("gives one delivery per attempt and recipient, and says what became of every line", () => {
    const parsed = parse(sample);
    expect(parsed.map((line) => line.line)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const [deferred, bounced, accepted, ...more] = deliveries(sample);
    expect(more).toEqual([]);
    expect(deferred).toEqual({
      event_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      message_id: idOf("m-0001@sender.example", ann),
      tenant: "acme",
      source: "postfix",
      occurred_at: Date.parse("2026-03-02T09:00:04.310Z"),
      precision_ms: 1,
      started_at: Date.parse("2026-03-02T09:00:04.310Z") - 900 - 10 - 3300 - 100,
      outcome: "deferred",
      stage: "end_of_data",
      attempt: null,
      smtp_code: 451,
      enhanced_code: "4.7.1",
      diagnostic:
        "host mx2.rcpt.example[203.0.113.26] said: 451 4.7.1 content under review, try later (in reply to end of DATA command)",
      mx_host: "mx2.rcpt.example",
      mx_ip: "203.0.113.26",
      recipient_domain: "rcpt.example",
    } satisfies Delivery);
    expect(bounced).toMatchObject({
      outcome: "bounced",
      stage: "rcpt",
      smtp_code: 550,
      message_id: idOf("m-0001@sender.example", "bob@rcpt.example"),
    });
    expect(accepted).toMatchObject({
      outcome: "accepted",
      stage: "end_of_data",
      smtp_code: 250,
      enhanced_code: "2.6.0",
      occurred_at: Date.parse("2026-03-02T09:10:05Z"),
      precision_ms: 1000,
    });
  });

  it.each([
    ["host mx[192.0.2.1] said: 450 4.2.0 later (in reply to RCPT TO command)", "rcpt", 450],
    ["host mx[192.0.2.1] said: 451 4.7.1 wait (in reply to end of DATA command)", "end_of_data", 451],
    ["host mx[192.0.2.1] said: 421 4.3.2 busy (in reply to MAIL FROM command)", "mail", 421],
    ["host mx[192.0.2.1] said: 451 no (in reply to DATA command)", "data", 451],
    [
      "host mx[192.0.2.1] said: 450-4.2.1 one, 450 4.2.1 (in reply to end of DATA command) (in reply to RCPT TO command)",
      "rcpt",
      450,
    ],
    ["host mx[192.0.2.1] refused to talk to me: 421 4.7.0 too many", "connect", 421],
    ["connect to mx.rcpt.example[2001:db8::1]:25: Connection refused", "connect", null],
    [
      "Host or domain name not found. Name service error for name=rcpt.example type=MX: Host not found, try again",
      "connect",
      null,
    ],
    ["lost connection with mx[192.0.2.1] while receiving the initial server greeting", "connect", null],
    ["lost connection with mx[192.0.2.1] while performing the EHLO handshake", "ehlo", null],
    ["conversation with mx[192.0.2.1] timed out while sending MAIL FROM", "mail", null],
    ["lost connection with mx[192.0.2.1] while sending RCPT TO", "rcpt", null],
    [
      "conversation with mx[192.0.2.1] timed out while sending end of data -- message may be sent more than once",
      "end_of_data",
      null,
    ],
    ["lost connection with mx[192.0.2.1] while sending message body", "unknown", null],
    ["Cannot start TLS: handshake failure", "ehlo", null],
    ["host mx[192.0.2.1] said: 451 4.7.1 this text was cut by the syslog daem", "unknown", 451],
  ])("reads the stage of: %s", (text, stage, code) => {
    const log = [begin("AAAA1", "m@x"), attempt(5, "AAAA1", "deferred", text)].join("\n");
    expect(deliveries(log)).toMatchObject([{ outcome: "deferred", stage, smtp_code: code }]);
  });

  it("takes the furthest stage of an attempt that went on to another host, and only of that attempt", () => {
    const log = [
      begin("AAAA1", "m@x"),
      at(2, "AAAA1: host mx1[192.0.2.1] said: 451 4.7.1 later (in reply to end of DATA command)"),
      attempt(4, "AAAA1", "deferred", "connect to mx2[192.0.2.2]:25: Connection refused", { relay: "none" }),
      at(60, "AAAA1: host mx1[192.0.2.1] said: 450 later (in reply to RCPT TO command)", "smtp[999]"),
      attempt(64, "AAAA1", "deferred", "connect to mx2[192.0.2.2]:25: Connection refused", { relay: "none" }),
    ].join("\n");
    expect(deliveries(log).map((delivery) => delivery.stage)).toEqual(["end_of_data", "connect"]);
    expect(deliveries(log)[0]).toMatchObject({ mx_host: "mx2", mx_ip: "192.0.2.2" });
  });

  it("subtracts connection and transmission with one unit each: hundredths, tenths, and whole seconds from ten on", () => {
    const began = (delays: string): number | null => {
      const log = [
        begin("AAAA1", "m@x"),
        at(
          100,
          `AAAA1: to=<${ann}>, relay=mx[192.0.2.1]:25, delay=1, delays=${delays}, dsn=2.0.0, status=sent (250 ok)`,
        ),
      ].join("\n");
      const [delivery] = deliveries(log);
      return delivery?.started_at == null ? null : delivery.occurred_at - delivery.started_at;
    };
    expect(began("0/0/0/0")).toBe(20);
    expect(began("300/0/0.05/0.3")).toBe(50 + 10 + 300 + 10);
    expect(began("0/0/1.5/6")).toBe(1500 + 100 + 6000 + 100);
    expect(began("0/0/0/47")).toBe(10 + 47_000 + 1000);
    expect(began("0/0/x/1")).toBeNull();
  });

  it("keeps two messages apart that use one queue ID after the other", () => {
    const log = [
      begin("AAAA1", "first@x"),
      attempt(1, "AAAA1", "sent", "250 ok"),
      at(1, "AAAA1: removed", "qmgr[1]"),
      begin("AAAA1", "second@x", 2),
      attempt(3, "AAAA1", "sent", "250 ok"),
    ].join("\n");
    expect(deliveries(log).map((delivery) => delivery.message_id)).toEqual([
      idOf("first@x", ann),
      idOf("second@x", ann),
    ]);
  });

  it("reads what stands behind `removed` or before its message-id line, as merged and sorted logs have it", () => {
    const log = [
      at(0, "AAAA1: removed", "qmgr[1]"),
      attempt(0, "AAAA1", "sent", "250 ok"),
      begin("AAAA1", "m@x", 0.5),
      begin("BBBB2", "n@x", 1),
      at(1, "BBBB2: removed", "qmgr[1]"),
      attempt(1, "BBBB2", "sent", "250 ok"),
    ].join("\n");
    expect(deliveries(log).map((delivery) => delivery.message_id)).toEqual([idOf("m@x", ann), idOf("n@x", ann)]);
  });

  it("rejects attempts of messages that begin before the log, and forgets removed messages after a while", () => {
    const log = [
      attempt(0, "AAAA1", "sent", "250 ok"),
      begin("BBBB2", "n@x", 5),
      at(6, "BBBB2: removed", "qmgr[1]"),
      attempt(5000, "BBBB2", "sent", "250 ok"),
    ].join("\n");
    expect(deliveries(log)).toEqual([]);
    expect(parse(log).filter((line) => line.what === "rejected")).toMatchObject([
      { line: 1, reason: "missing_message_id" },
      { line: 5, reason: "missing_message_id" },
    ]);
  });

  it("ends all recipients that are left when the queue manager gives up, each once", () => {
    const log = [
      begin("AAAA1", "m@x"),
      attempt(1, "AAAA1", "sent", "250 ok"),
      attempt(1, "AAAA1", "deferred", "host mx[192.0.2.1] said: 450 no (in reply to RCPT TO command)", {
        to: "to=<Bob@Other.Example>",
      }),
      attempt(2, "AAAA1", "deferred", "delivery temporarily suspended: connect to mx", {
        to: "to=<cy@rcpt.example>",
        relay: "none",
        daemon: "error[9]",
      }),
      at(9, "AAAA1: from=<b@sender.example>, status=expired, returned to sender", "qmgr[1]"),
      at(9, "AAAA1: from=<b@sender.example>, status=force-expired, returned to sender", "qmgr[1]"),
    ].join("\n");
    const expired = deliveries(log).filter((delivery) => delivery.outcome === "expired");
    expect(expired).toMatchObject([
      { message_id: idOf("m@x", "bob@other.example"), recipient_domain: "other.example", started_at: null },
      { message_id: idOf("m@x", "cy@rcpt.example"), occurred_at: Date.parse("2026-03-02T09:00:09Z") },
    ]);
    expect(new Set(expired.map((delivery) => delivery.event_id)).size).toBe(2);
  });

  it("follows a content filter to the new queue ID instead of counting it as a receiver", () => {
    const filter = "127.0.0.1[127.0.0.1]:10024";
    const log = [
      begin("AAAA1", "m@x"),
      attempt(1, "AAAA1", "deferred", "connect to 127.0.0.1[127.0.0.1]:10024: Connection refused", { relay: "none" }),
      begin("BBBB2", "m@x", 3),
      attempt(3, "AAAA1", "sent", "250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as BBBB2", {
        relay: filter,
      }),
      begin("CCCC3", "other@x", 4),
      begin("DDDD4", "other@x", 5),
      attempt(5, "CCCC3", "sent", "250 2.0.0 Ok: queued as DDDD4", { relay: "127.0.0.1[127.0.0.1]:8025" }),
      attempt(6, "BBBB2", "sent", "250 2.0.0 Ok: queued as EEEE5"),
    ].join("\n");
    expect(deliveries(log)).toMatchObject([
      { outcome: "accepted", message_id: idOf("m@x", ann), occurred_at: Date.parse("2026-03-02T09:00:06Z") },
    ]);
  });

  it("takes a receiver on this very machine for one, even where both log into one file", () => {
    const log = [
      begin("AAAA1", "m@x"),
      begin("BBBB2", "m@x", 3).replaceAll("postfix/", "postfix-in/"),
      attempt(3, "AAAA1", "sent", "250 2.0.0 Ok: queued as BBBB2", { relay: "mx[127.0.0.1]:2525" }),
    ].join("\n");
    expect(deliveries(log)).toHaveLength(1);
  });

  it("makes nothing of local deliveries, address probes and Postfix's own notices", () => {
    const log = [
      begin("AAAA1", "m@x"),
      ...["local[1]", "virtual[1]", "pipe[1]", "discard[1]"].map((daemon) =>
        attempt(1, "AAAA1", "sent", "delivered", { daemon, relay: "local" }),
      ),
      attempt(1, "AAAA1", "sent", "250 2.1.5 Ok", { daemon: "lmtp[1]", relay: "mx.example[private/dovecot-lmtp]" }),
      attempt(1, "AAAA1", "deliverable", "250 ok"),
      at(2, "NNNN1: message-id=<20260302090002.NNNN1@mta1.example>", "cleanup[1]"),
      attempt(3, "NNNN1", "sent", "250 ok"),
      at(4, "OOOO1: message-id=<strange@x>", "cleanup[1]"),
      at(4, "AAAA1: sender non-delivery notification: OOOO1", "bounce[1]"),
      attempt(5, "OOOO1", "sent", "250 ok"),
    ].join("\n");
    expect(parse(log).filter((line) => line.what !== "ignored")).toEqual([]);
  });

  it("takes a final refusal of the error service as the message's end, before any connection", () => {
    const log = [
      begin("AAAA1", "m@x"),
      attempt(1, "AAAA1", "bounced", "mail not accepted here", { daemon: "error[1]", relay: "none" }),
    ].join("\n");
    expect(deliveries(log)).toMatchObject([{ outcome: "bounced", stage: "connect", started_at: null, mx_host: null }]);
  });

  it("knows the recipient that the application handed in, whatever Postfix made of it", () => {
    const log = [
      begin("AAAA1", "m@x"),
      attempt(1, "AAAA1", "sent", "250 ok", { to: "to=<ann@mailbox.example>, orig_to=<Ann@Rcpt.Example>" }),
      attempt(2, "AAAA1", "sent", "250 ok", { to: `to=<${ann}>, orig_to=<root>` }),
      attempt(3, "AAAA1", "sent", "250 ok", { to: 'to=<"a>, b"@rcpt.example>' }),
    ].join("\n");
    expect(
      deliveries(log)
        .slice(0, 2)
        .map((delivery) => delivery.message_id),
    ).toEqual([idOf("m@x", ann), idOf("m@x", ann)]);
    expect(deliveries(log)[0]?.recipient_domain).toBe("rcpt.example");
  });

  it("reads long queue IDs, other instances, IPv6 relays, CRLF and RFC 3164 stamps with their zone", () => {
    const log = [
      "Mar  2 10:00:00 mta1 postfix-out/cleanup[2]: 4XyZ9w3bTGz1B: message-id=<m@x>\r",
      "Mar  2 10:00:01 mta1 postfix-out/smtp[3]: 4XyZ9w3bTGz1B: to=<ann@rcpt.example>, relay=mx.rcpt.example[2001:db8::1]:25, conn_use=2, delay=1, delays=0/0/0/0.5, dsn=2.0.0, status=sent (250 ok)\r",
    ].join("\n");
    expect(deliveries(log, { timezone: "Europe/Berlin" })).toMatchObject([
      {
        mx_host: "mx.rcpt.example",
        mx_ip: "2001:db8::1",
        occurred_at: Date.parse("2026-03-02T09:00:01Z"),
        precision_ms: 1000,
      },
    ]);
  });

  it("rejects lines that are cut or have no time, and messages without a Message-ID", () => {
    const log = [
      begin("AAAA1", "m@x"),
      at(1, `AAAA1: to=<${ann}>, relay=mx[192.0.2.1]:25, delay=1, del`),
      at(1, `AAAA1: to=<${ann}>, relay=mx[192.0.2.1]:25, delay=1, status=defer`),
      `2026-13-02T09:00:00+00:00 mta1 postfix/smtp[1]: AAAA1: to=<${ann}>, relay=none, status=sent (250)`,
      "no log line of ann@rcpt.example at all",
      at(2, "BBBB2: message-id=<>", "cleanup[2]"),
      attempt(3, "BBBB2", "sent", "250 ok"),
    ].join("\n");
    const rejects = parse(log).filter((line) => line.what === "rejected");
    expect(rejects.map((line) => line.reason)).toEqual([
      "undecodable",
      "undecodable",
      "invalid_time",
      "undecodable",
      "missing_message_id",
    ]);
    expect(JSON.stringify(rejects)).not.toContain("ann");
    expect(rejects[3]?.raw).toBe("no log line of <address> at all");
  });

  it("gives the same event IDs to a part of the log, and two to two equal lines", () => {
    const twice = attempt(1, "AAAA1", "deferred", "host mx[192.0.2.1] said: 450 no (in reply to RCPT TO command)");
    const whole = [
      begin("ZZZZ9", "other@x"),
      attempt(0, "ZZZZ9", "sent", "250 ok"),
      begin("AAAA1", "m@x", 1),
      twice,
      twice,
    ].join("\n");
    const part = whole.split("\n").slice(3).join("\n");
    const ids = deliveries(part).map((delivery) => delivery.event_id);
    expect(new Set(ids).size).toBe(2);
    expect(
      deliveries(whole)
        .slice(1)
        .map((delivery) => delivery.event_id),
    ).toEqual(ids);
  });

  it("masks addresses in diagnostics", () => {
    const log = [
      begin("AAAA1", "m@x"),
      attempt(
        1,
        "AAAA1",
        "bounced",
        `host mx[192.0.2.1] said: 550 5.1.1 <${ann}>: unknown, ask post@rcpt.example (in reply to RCPT TO command)`,
      ),
    ].join("\n");
    expect(deliveries(log)[0]?.diagnostic).toBe(
      "host mx[192.0.2.1] said: 550 5.1.1 <address>: unknown, ask <address> (in reply to RCPT TO command)",
    );
  });
});
