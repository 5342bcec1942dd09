import { describe, expect, it } from "vitest";
import { createCanonicalParser } from "./domain/canonical-parser.ts";
import { caughtUp, type Line, type LineSource } from "./line-source.ts";
import { mergeByTime, type Merged } from "./merge-by-time.ts";

const origin = { message_id: "m", tenant: "t", source: "s", precision_ms: 1, recipient_domain: "d.example" };

function send(id: string, at: number): string {
  return JSON.stringify({ ...origin, event_id: id, occurred_at: 1e12 + at, recipient_hash: "0".repeat(32) });
}

function delivery(id: string, at: number): string {
  return JSON.stringify({ ...origin, event_id: id, occurred_at: 1e12 + at, outcome: "deferred", stage: "rcpt" });
}

function open(id: string, at: number): string {
  const { recipient_domain: _, ...rest } = origin;
  return JSON.stringify({ ...rest, event_id: id, occurred_at: 1e12 + at, kind: "open" });
}

async function* source(
  texts: readonly string[],
  pulled: { count: number } = { count: 0 },
): LineSource & AsyncGenerator<Line | typeof caughtUp> {
  for (const [index, text] of texts.entries()) {
    pulled.count++;
    yield text === caughtUp ? caughtUp : { text, number: index + 1, cut: text === "cut" };
  }
}

function merging(files: Record<string, LineSource>, lookahead?: number): AsyncGenerator<Merged, void, undefined> {
  return mergeByTime(
    Object.entries(files).map(([file, lines]) => ({
      file,
      lines,
      parser: createCanonicalParser(),
      ...(lookahead === undefined ? {} : { lookahead }),
    })),
  );
}

function told(merged: Merged): string {
  if (merged.what === "idle") return "idle";
  return merged.what === "event"
    ? merged.event.event.event_id
    : `${merged.what} ${merged.place.file}:${merged.place.line}`;
}

async function all(merged: AsyncIterable<Merged>): Promise<string[]> {
  const lines: string[] = [];
  for await (const one of merged) lines.push(told(one));
  return lines;
}

describe("mergeByTime", () => {
  it("takes events in time order, and at one time sends before deliveries before engagements", async () => {
    const merged = merging({
      opens: source([open("o1", 1), open("o5", 5)]),
      log: source([delivery("d1", 1), delivery("d4", 4)]),
      sends: source([send("s1", 1), send("s6", 6)]),
    });
    expect(await all(merged)).toEqual(["s1", "d1", "o1", "d4", "o5", "s6"]);
  });

  it("puts right what is a little out of order in a file, keeping equal times as they stand", async () => {
    expect(await all(merging({ a: source([delivery("1", 5), delivery("2", 3), delivery("3", 5)]) }))).toEqual([
      "2",
      "1",
      "3",
    ]);
  });

  it("passes on rejected and ignored lines with their place, and lines that are too long unread", async () => {
    const merged = merging({ a: source(["nonsense", delivery("d", 1), "", "cut"]) }, 1);
    expect(await all(merged)).toEqual(["rejected a:1", "d", "ignored a:3", "rejected a:4"]);
  });

  it("reads no further ahead than it has to", async () => {
    const pulled = { count: 0 };
    const merged = merging(
      {
        a: source(
          Array.from({ length: 1000 }, (_, index) => delivery(String(index), index)),
          pulled,
        ),
      },
      10,
    );
    await merged.next();
    expect(pulled.count).toBeLessThanOrEqual(11);
    await merged.return();
  });

  it("lets no followed input at its end hold up the others, and says when all of them are there", async () => {
    const merged = merging({
      a: source([delivery("a1", 1), caughtUp, delivery("a2", 2)]),
      b: source([delivery("b3", 3), caughtUp, caughtUp]),
    });
    expect(await all(merged)).toEqual(["a1", "b3", "idle", "a2", "idle"]);
  });

  it("closes its sources where the reader goes away", async () => {
    let closed = false;
    async function* endless(): AsyncGenerator<Line> {
      try {
        for (let number = 1; ; number++) yield { text: delivery(String(number), number), number, cut: false };
      } finally {
        closed = true;
      }
    }
    for await (const _ of merging({ a: endless() })) break;
    expect(closed).toBe(true);
  });
});
