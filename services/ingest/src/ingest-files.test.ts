import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Reject } from "@antedate/schemas";
import { afterAll, describe, expect, it } from "vitest";
import { checkFiles } from "./check-files.ts";
import { ingestFiles, type IngestOptions, type IngestPort, type ProducedEvent } from "./ingest-files.ts";
import { createDigests } from "./recipient-key.ts";

const folder = mkdtempSync(join(tmpdir(), "antedate-ingest-"));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, ...lines: (object | string)[]): string {
  const file = join(folder, name);
  writeFileSync(file, lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join(""));
  return file;
}

function send(index: number): object {
  return {
    message_id: `<m${index}@x>`,
    recipient: `ann${index}@rcpt.example`,
    token: `t${index}`,
    sent_at: 1_795_000_000_000 + index,
  };
}

function request(index: number): object {
  return { ts_ms: 1_795_000_000_000 + index, path: `/c/t${index}/1`, method: "GET", status: 302 };
}

function options(inputs: IngestOptions["inputs"]): IngestOptions {
  return { inputs, tenant: "acme", nowMs: Date.now(), digests: createDigests("a test's key") };
}

function memory(): IngestPort & { batches: ProducedEvent[][]; rejects: Reject[] } {
  const batches: ProducedEvent[][] = [];
  const rejects: Reject[] = [];
  return {
    batches,
    rejects,
    produce: async (batch) => void batches.push(batch),
    reject: async (batch) => void rejects.push(...batch),
  };
}

describe("ingestFiles", () => {
  it("produces batches keyed by message ID, a send before its request, and tells the books", async () => {
    const count = 1200;
    const port = memory();
    const books = await ingestFiles(
      options([
        {
          format: "tracker",
          file: write("tracker", ...Array.from({ length: count }, (_, index) => request(index)), request(5000)),
        },
        {
          format: "sends",
          file: write("sends", ...Array.from({ length: count }, (_, index) => send(index)), "", "of ann1@rcpt.example"),
        },
      ]),
      port,
    );
    expect(books).toEqual({
      lines: 2403,
      sends: count,
      deliveries: 0,
      engagements: count,
      ignored: { "blank line": 1 },
      rejected: { unknown_token: 1, undecodable: 1 },
    });
    expect(port.batches.map((batch) => batch.length)).toEqual([500, 500, 500, 500, 400]);
    const events = port.batches.flat();
    expect(events.every((event) => event.key === event.value.message_id)).toBe(true);
    expect(events.map((event) => event.input).slice(0, 4)).toEqual(["sends", "engagements", "sends", "engagements"]);
    expect(
      port.rejects
        .map((reject) => ({ ...reject, raw: reject.raw.toString() }))
        .toSorted((a, b) => a.topic.localeCompare(b.topic)),
    ).toEqual([
      { topic: "file:sends", partition: 0, offset: 1202, reason: "undecodable", raw: "of <address>" },
      {
        topic: "file:tracker",
        partition: 0,
        offset: 1201,
        reason: "unknown_token",
        raw: JSON.stringify(request(5000)),
      },
    ]);
  });

  it("ends with what the port threw", async () => {
    const file = write("failing", send(1));
    const port = { ...memory(), produce: () => Promise.reject(new Error("broker away")) };
    await expect(ingestFiles(options([{ format: "sends", file }]), port)).rejects.toThrow("broker away");
  });

  it("goes on with what is appended, until it is told to stop", async () => {
    const stop = new AbortController();
    const port = memory();
    const sends = write("growing-sends", send(1));
    const tracker = write("growing-tracker");
    const running = ingestFiles(
      {
        ...options([
          { format: "tracker", file: tracker },
          { format: "sends", file: sends },
        ]),
        follow: true,
        signal: stop.signal,
      },
      port,
    );
    await expect.poll(() => port.batches.flat().length).toBe(1);
    appendFileSync(sends, `${JSON.stringify(send(2))}\n`);
    await expect.poll(() => port.batches.flat().length).toBe(2);
    appendFileSync(tracker, `${JSON.stringify(request(2))}\n`);
    await expect.poll(() => port.batches.flat().length).toBe(3);
    stop.abort();
    expect(await running).toMatchObject({ sends: 2, engagements: 1 });
  });
});

describe("checkFiles", () => {
  it("says of each line what it became or why not, then sums up", async () => {
    const written: string[] = [];
    await checkFiles(
      options([
        { format: "tracker", file: write("checked-tracker", request(1), { ...request(1), path: "/robots.txt" }) },
        { format: "sends", file: write("checked-sends", send(1), "of ann1@rcpt.example \u001b[31m") },
        {
          format: "postfix",
          file: write(
            "mail.log",
            "2026-11-23T17:12:16.934071+00:00 mta postfix/cleanup[1]: E37F72127C1: message-id=<m1@x>",
            "2026-11-23T17:12:16.976919+00:00 mta postfix/smtp[2]: E37F72127C1: to=<ann1@rcpt.example>, relay=mx5.receiver.example[127.0.0.43]:25, delay=0.05, delays=0.01/0.01/0/0.03, dsn=4.2.0, status=deferred (host mx5.receiver.example[127.0.0.43] said: 450 4.2.0 <ann1@rcpt.example>: Greylisted (in reply to RCPT TO command))",
          ),
        },
      ]),
      (line) => written.push(line),
    );
    const text = written.join("\n");
    expect(text).toMatch(/^checked-sends:1 {2}send {8}2026-\S+Z acme\/m1@x\/[0-9a-f]{32} to rcpt\.example$/m);
    expect(text).toMatch(/^checked-tracker:1 {2}engagement {2}2026-\S+Z acme\/m1@x\/[0-9a-f]{32} click of link 1$/m);
    expect(text).toMatch(
      /^mail\.log:2 {2}delivery {4}\S+ \S+ deferred at rcpt by mx5\.receiver\.example \(450 4\.2\.0\)$/m,
    );
    expect(text).toContain("checked-tracker:2  ignored     not a tracked path");
    expect(text).toContain("checked-sends:2  rejected    undecodable: of <address>  [31m");
    expect(text).toMatch(/^lines +6$/m);
    expect(text).toMatch(/^ {2}undecodable +1$/m);
    expect(text).not.toContain("ann1@");
  });
});

describe("inputs of one name", () => {
  it("keep their places apart", async () => {
    const port = memory();
    const file = write("twice", "nonsense");
    await ingestFiles(
      options([
        { format: "sends", file },
        { format: "canonical", file },
      ]),
      port,
    );
    expect(port.rejects.map((reject) => reject.topic)).toEqual(["file:twice", "file:twice#2"]);
  });
});
