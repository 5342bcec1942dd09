import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCanonicalParser } from "./domain/canonical-parser.ts";
import type { LineParser, ParsedLine } from "./domain/parsed-line.ts";
import { createPostfixParser } from "./domain/postfix-parser.ts";
import { createSendsParser } from "./domain/sends-parser.ts";
import { createTokenMap } from "./domain/token-map.ts";
import { createTrackerParser } from "./domain/tracker-parser.ts";
import { createDigests } from "./recipient-key.ts";

const folder = join(import.meta.dirname, "../../../test/data/postfix-rspamd");
const realLines = ["sender-mail.log", "tracker.jsonl", "sends.jsonl", "receiver-mail.log"].flatMap((name) =>
  readFileSync(join(folder, name), "utf8").split("\n").slice(0, 400),
);
const source = { tenant: "acme", account: "acme", digests: createDigests("a test's key") };
const secret = "secret.person";

function parsers(): LineParser[] {
  const tokens = createTokenMap();
  tokens.add("891a45da16d7a205ff6b", "acme/m/1");
  return [
    createPostfixParser({
      ...source,
      year: null,
      timezone: "Europe/Berlin",
      nowMs: Date.parse("2026-11-24T00:00:00Z"),
    }),
    createSendsParser({ ...source, tokens }),
    createTrackerParser({ ...source, tokens }),
    createCanonicalParser(),
  ];
}

function parseAll(lines: string[]): ParsedLine[] {
  return parsers().flatMap((parser) => [
    ...lines.flatMap((line, index) => parser.line(line, index + 1)),
    ...parser.end(),
  ]);
}

/** A real line, cut, with a piece of another put in, or with an address in place of one of its words. */
const mangled = fc
  .record({
    line: fc.constantFrom(...realLines),
    other: fc.constantFrom(...realLines),
    at: fc.nat(400),
    to: fc.nat(400),
    noise: fc.string({ unit: "binary", maxLength: 10 }),
  })
  .map(
    ({ line, other, at, to, noise }) =>
      line.slice(0, at) + noise + other.slice(Math.min(at, to), Math.max(at, to)) + line.slice(to),
  );
const address = fc.constantFrom(
  `${secret}@rcpt.example`,
  `<${secret}@RCPT.example>`,
  `"${secret}"@rcpt.example`,
  `x=${secret}%40rcpt.example`,
  `${secret}@[192.0.2.1]`,
  `${secret}\\u0040rcpt.example`,
);

describe("whatever the lines are", () => {
  it("no parser throws, and each line is answered for", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(mangled, fc.string({ unit: "binary" }), fc.json()), { maxLength: 20 }), (lines) => {
        for (const parser of parsers()) {
          const parsed = [...lines.flatMap((line, index) => parser.line(line, index + 1)), ...parser.end()];
          expect(new Set(parsed.map((line) => line.line)).size).toBe(lines.length);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("no address gets through", () => {
    const leaky = fc
      .record({ line: fc.constantFrom(...realLines), at: fc.nat(500), address })
      .map((of) => `${of.line.slice(0, of.at)}${of.address}${of.line.slice(of.at)}`);
    const replaced = fc
      .record({ line: fc.constantFrom(...realLines), address })
      .map((of) => of.line.replaceAll(/[\w.+-]+@(?!sender\.example)[\w.-]+/g, of.address.replace(/^<(.*)>$/, "$1")));
    fc.assert(
      fc.property(fc.array(fc.oneof(leaky, replaced), { maxLength: 10 }), (lines) => {
        const parsed = parseAll([
          "2026-11-23T17:12:16+00:00 mta postfix/cleanup[1]: E37F72127C1: message-id=<m@x>",
          ...lines,
        ]);
        // A Message-ID is an ID, whatever its maker put into it.
        const told = JSON.stringify(parsed, (name, value: unknown) => (name === "message_id" ? null : value));
        expect(told).not.toMatch(/secret\.person"?(?:\\*"?)(?:@|%40|\\+u0040)/i);
      }),
      { numRuns: 1000 },
    );
  });

  it("every line of the capture, cut anywhere, gives what it gave or less", () => {
    fc.assert(
      fc.property(fc.constantFrom(...realLines), fc.nat(500), (line, at) => {
        expect(() => parseAll([line.slice(0, at)])).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });

  it("a log read from any line on gives the same event IDs", () => {
    const log = readFileSync(join(folder, "sender-mail.log"), "utf8").split("\n");
    const ids = (lines: string[]): Set<string> => {
      const [parser] = parsers();
      return new Set(
        (parser === undefined ? [] : lines.flatMap((line, index) => parser.line(line, index + 1))).flatMap((line) =>
          line.what === "event" ? [line.event.event.event_id] : [],
        ),
      );
    };
    const whole = ids(log);
    fc.assert(
      fc.property(fc.nat(log.length), (from) => {
        for (const id of ids(log.slice(from))) expect(whole).toContain(id);
      }),
      { numRuns: 20 },
    );
  });

  // Who reads these in a time that grows with the square takes minutes.
  it.each(["[", "a[", "@[", "x@[", "a=<, "])("a line of nothing but %s is read to its end", (unit) => {
    const head = "2026-11-23T17:12:16+00:00 mta postfix/smtp[1]: E37F72127C1: to=<r@x>, ";
    const noise = unit.repeat(2 ** 18 / unit.length);
    const suspended = (text: string) => `relay=none, delay=1, delays=0/0/1/1, dsn=4.0.0, status=deferred (${text})`;
    const lines = [noise, suspended(`host ${noise}`), suspended(`connect to ${noise}`)].map((rest) => head + rest);
    expect(() =>
      parseAll([...lines, JSON.stringify({ ts_ms: 1_790_000_000_000, path: "/c/t", ua: noise })]),
    ).not.toThrow();
  });

  it("very many deliveries of one second may wait for their message-id lines", () => {
    const [postfix] = parsers() as [LineParser];
    for (let number = 0; number < 100_000; number++) {
      const id = (0x100000 + number).toString(16).toUpperCase();
      const rest = "to=<r@x>, relay=mx[192.0.2.1]:25, delay=1, delays=0/0/1/1, dsn=2.0.0, status=sent (250 ok)";
      postfix.line(`2026-11-23T17:12:16+00:00 mta postfix/smtp[1]: ${id}: ${rest}`, number);
    }
    expect(postfix.end()).toHaveLength(100_000);
  });
});
