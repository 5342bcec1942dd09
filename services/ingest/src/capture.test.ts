import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Delivery, Engagement, Send } from "@antedate/schemas";
import { beforeAll, describe, expect, it } from "vitest";
import { readInputs, type FileOptions } from "./file-inputs.ts";
import type { PlacedLine } from "./merge-by-time.ts";
import { createDigests } from "./recipient-key.ts";

const folder = join(import.meta.dirname, "../../../test/data/postfix-rspamd");
const options: FileOptions = {
  inputs: [
    { format: "postfix", file: join(folder, "sender-mail.log") },
    { format: "tracker", file: join(folder, "tracker.jsonl") },
    { format: "sends", file: join(folder, "sends.jsonl") },
  ],
  tenant: "acme",
  nowMs: Date.parse("2026-11-24T00:00:00Z"),
  digests: createDigests("a test's key"),
};

async function collect(of: FileOptions): Promise<PlacedLine[]> {
  const lines: PlacedLine[] = [];
  for await (const merged of readInputs(of)) if (merged.what !== "idle") lines.push(merged);
  return lines;
}

function sendsOf(lines: PlacedLine[]): Send[] {
  return lines.flatMap((line) => (line.what === "event" && line.event.input === "sends" ? [line.event.event] : []));
}

function deliveriesOf(lines: PlacedLine[]): Delivery[] {
  return lines.flatMap((line) =>
    line.what === "event" && line.event.input === "deliveries" ? [line.event.event] : [],
  );
}

function engagementsOf(lines: PlacedLine[]): Engagement[] {
  return lines.flatMap((line) =>
    line.what === "event" && line.event.input === "engagements" ? [line.event.event] : [],
  );
}

describe("the bundled capture", () => {
  let lines: PlacedLine[] = [];
  const behaviourOf = new Map(
    (JSON.parse(readFileSync(join(folder, "domains.json"), "utf8")) as { domain: string; behaviour: string }[]).map(
      ({ domain, behaviour }) => [domain, behaviour],
    ),
  );
  beforeAll(async () => {
    lines = await collect(options);
  });

  it("gives 400 sends and 1934 engagements, and rejects nothing", () => {
    expect(lines.filter((line) => line.what === "rejected")).toEqual([]);
    expect(sendsOf(lines)).toHaveLength(400);
    expect(engagementsOf(lines)).toHaveLength(1934);
    expect(engagementsOf(lines).filter((engagement) => engagement.kind === "open")).toHaveLength(527);
  });

  it("gives the attempts of the README's table, behaviour by behaviour", () => {
    const counted: Record<string, number[]> = {};
    const domains = new Map(sendsOf(lines).map((send) => [send.message_id, send.recipient_domain]));
    const lettersOf = (delivery: Delivery): string => behaviourOf.get(domains.get(delivery.message_id) ?? "") ?? "?";
    for (const delivery of deliveriesOf(lines)) {
      const row = (counted[lettersOf(delivery)] ??= [0, 0, 0, 0]);
      const column = ["accepted", "deferred", "bounced", "expired"].indexOf(delivery.outcome);
      row[column] = (row[column] ?? 0) + 1;
    }
    expect(counted).toEqual({
      a: [60, 0, 0, 0],
      b: [70, 0, 0, 0],
      c: [126, 246, 0, 0],
      d: [46, 92, 0, 0],
      e: [0, 0, 30, 0],
      f: [0, 239, 0, 30],
      g: [38, 0, 0, 0],
    });
  });

  it("finds the messages' stages: 46 greylisted at RCPT, 151 at the end of DATA, 30 refused there", () => {
    const messages = (outcome: string, stage: string): number =>
      new Set(
        deliveriesOf(lines)
          .filter((delivery) => delivery.outcome === outcome && delivery.stage === stage)
          .map((delivery) => delivery.message_id),
      ).size;
    expect(messages("deferred", "rcpt")).toBe(46);
    expect(messages("deferred", "end_of_data")).toBe(151);
    expect(messages("bounced", "end_of_data")).toBe(30);
    expect(deliveriesOf(lines).filter((delivery) => delivery.outcome !== "expired")).toHaveLength(947);
    expect(
      new Set(
        deliveriesOf(lines)
          .filter((d) => d.outcome !== "expired")
          .map((d) => d.stage),
      ),
    ).toEqual(new Set(["rcpt", "end_of_data"]));
  });

  it("joins every delivery and every engagement to a send", () => {
    const sent = new Set(sendsOf(lines).map((send) => send.message_id));
    for (const { message_id } of [...deliveriesOf(lines), ...engagementsOf(lines)]) expect(sent).toContain(message_id);
  });

  it("gives each event an ID of its own, the same when read again", async () => {
    const ids = lines.flatMap((line) => (line.what === "event" ? [line.event.event.event_id] : []));
    expect(new Set(ids).size).toBe(ids.length);
    const again = await collect({ ...options, nowMs: options.nowMs + 400 * 86_400_000 });
    expect(again.flatMap((line) => (line.what === "event" ? [line.event.event.event_id] : []))).toEqual(ids);
  });

  it("comes in time order, sends first", () => {
    const times = lines.flatMap((line) => (line.what === "event" ? [line.event.event.occurred_at] : []));
    expect(times).toEqual(times.toSorted((left, right) => left - right));
  });

  it("holds no recipient's address", () => {
    const told = JSON.stringify(lines);
    for (const line of readFileSync(join(folder, "sends.jsonl"), "utf8").trim().split("\n")) {
      expect(told).not.toContain((JSON.parse(line) as { recipient: string }).recipient);
    }
  });

  it("has attempts that begin before they are answered and not much earlier", () => {
    for (const delivery of deliveriesOf(lines)) {
      if (delivery.started_at === null) expect(delivery.outcome).toBe("expired");
      else expect(delivery.occurred_at - delivery.started_at).toBeGreaterThanOrEqual(20);
    }
  });

  it("makes nothing of the receiver's log", async () => {
    const received = await collect({
      ...options,
      inputs: [{ format: "postfix", file: join(folder, "receiver-mail.log") }],
    });
    expect(received.filter((line) => line.what === "event")).toEqual([]);
    expect(received.filter((line) => line.what === "rejected")).toEqual([]);
  });
});
