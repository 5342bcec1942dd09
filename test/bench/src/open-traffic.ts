import { encodeEvent, type Input } from "@antedate/schemas";
import type { CoreRecord } from "./join-core.ts";
import { pack } from "./pack.ts";

/** Of ten messages that begin, so many records come for random earlier ones. */
const deferralsOfTen = 3;
const engagementsOfTen = 2;
/** Of ten messages that are decided so many have one. */
const decidedEngagementsOfTen = 9;

const startAt = Date.UTC(2026, 0, 5, 8);

/**
 * Messages that are `open`: each has its send, and deferrals and engagement of random earlier ones wait. Or messages that are
 * `decided` at once: a send, deferrals for 30 %, an acceptance, and engagement for 90 %.
 */
export class OpenTraffic {
  readonly #kind: "open" | "decided";
  readonly #partitions: number;
  readonly #offsets: Record<Input, number>[];
  #messages = 0;

  constructor(kind: "open" | "decided" = "open", partitions = 1) {
    this.#kind = kind;
    this.#partitions = partitions;
    this.#offsets = Array.from({ length: partitions }, () => ({ sends: 0, deliveries: 0, engagements: 0 }));
  }

  get messages(): number {
    return this.#messages;
  }

  /** The records of so many more messages, by partition. */
  next(count: number): CoreRecord[][] {
    const records: CoreRecord[][] = Array.from({ length: this.#partitions }, () => []);
    for (const end = this.#messages + count; this.#messages < end; this.#messages++) {
      const index = this.#messages;
      const add = (input: Input, message: number, outcome?: "accepted"): void =>
        void (records[message % this.#partitions] as CoreRecord[]).push(this.#record(input, message, index, outcome));
      add("sends", index);
      if (this.#kind === "decided") {
        if (index % 10 < deferralsOfTen) add("deliveries", index);
        add("deliveries", index, "accepted");
        if (index % 10 < decidedEngagementsOfTen) add("engagements", index);
        continue;
      }
      // A multiplier without a common factor: earlier messages in an order that no cache foresees.
      const earlier = Math.floor(((index * 2_654_435_761) % 4_294_967_296) * (index / 4_294_967_296));
      if (index % 10 < deferralsOfTen) add("deliveries", earlier);
      else if (index % 10 < deferralsOfTen + engagementsOfTen) add("engagements", earlier);
    }
    for (const own of records) pack(own);
    return records;
  }

  #record(input: Input, message: number, now: number, outcome?: "accepted"): CoreRecord {
    const id = `tenant-${message % 4}/${message.toString(36).padStart(8, "0")}.${message}@mta.tenant.example/${hashOf(message)}`;
    const value = valueOf(input, id, message, now, outcome);
    return {
      input,
      offset: (this.#offsets[message % this.#partitions] as Record<Input, number>)[input]++,
      appendTime: startAt + Math.floor(now / 1_000),
      bytes: Buffer.concat([Buffer.from(id), value]),
      keyStart: 0,
      keyLength: Buffer.byteLength(id),
      valueStart: Buffer.byteLength(id),
      valueLength: value.length,
    };
  }
}

function valueOf(input: Input, id: string, message: number, now: number, outcome?: "accepted"): Buffer {
  const base = { message_id: id, tenant: `tenant-${message % 4}`, precision_ms: 1, occurred_at: startAt + now };
  const domain = `mail${message % 200}.example`;
  switch (input) {
    case "sends":
      return encodeEvent(input, {
        ...base,
        source: "postfix",
        event_id: `${message.toString(36)}-s`,
        campaign: `campaign-${Math.floor(message / 5_000)}`,
        recipient_domain: domain,
        recipient_hash: Buffer.from(hashOf(message), "hex"),
        link_count: 5,
      });
    case "deliveries":
      return encodeEvent(input, {
        ...base,
        source: "postfix",
        event_id: `${message.toString(36)}-${outcome ?? ""}d${now}`,
        started_at: startAt + now - 300,
        outcome: outcome ?? "deferred",
        stage: "end_of_data",
        attempt: 1,
        smtp_code: 451,
        enhanced_code: "4.7.1",
        diagnostic: "451 4.7.1 try again later",
        mx_host: `mx1.${domain}`,
        mx_ip: "192.0.2.25",
        recipient_domain: domain,
      });
    case "engagements":
      return encodeEvent(input, {
        ...base,
        source: "tracker",
        event_id: `${message.toString(36)}-e${now}`,
        kind: "click",
        url: `https://track.example/c/${message.toString(36)}/1`,
        link_id: "1",
        ip: `198.51.100.${now % 256}`,
        user_agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36",
        method: "GET",
        machine_hint: null,
        recipient_ambiguous: false,
      });
  }
}

function hashOf(message: number): string {
  const word = (salt: number): string =>
    Math.imul(message + salt, 0x9e3779b1 + salt)
      .toString(16)
      .slice(-8);
  return [1, 7, 13, 29].map((salt) => word(salt).replace("-", "0").padStart(8, "0")).join("");
}
