import type { Input } from "@antedate/schemas";
import type { CoreRecord } from "./join-core.ts";
import { mark, RecordTemplate, startAt } from "./record-template.ts";

/** Of ten messages that begin, so many records come for random earlier ones. */
const deferralsOfTen = 3;
const engagementsOfTen = 2;
/** Of ten messages that are decided so many have one. */
const decidedEngagementsOfTen = 9;

/** So many bytes are the records of one batch. */
const batchBytes = 256 * 1024;

const base = {
  message_id: `tenant-${mark.tenant}/${mark.message}.${mark.message}@mta.tenant.example/${mark.hash}`,
  tenant: `tenant-${mark.tenant}`,
  precision_ms: 1,
  occurred_at: mark.occurredAt,
};
const domain = `mail${mark.domain}.example`;

const send = new RecordTemplate("sends", {
  ...base,
  source: "postfix",
  event_id: `${mark.message}-s`,
  campaign: `campaign-${mark.campaign}`,
  recipient_domain: domain,
  recipient_hash: mark.hashBytes,
  link_count: 5,
});
const [deferral, acceptance] = (["deferred", "accepted"] as const).map(
  (outcome) =>
    new RecordTemplate("deliveries", {
      ...base,
      source: "postfix",
      event_id: `${mark.message}-${outcome}-${mark.now}`,
      started_at: mark.startedAt,
      outcome,
      stage: "end_of_data",
      attempt: 1,
      smtp_code: 451,
      enhanced_code: "4.7.1",
      diagnostic: "451 4.7.1 try again later",
      mx_host: `mx1.${domain}`,
      mx_ip: "192.0.2.25",
      recipient_domain: domain,
    }),
) as [RecordTemplate, RecordTemplate];
const engagement = new RecordTemplate("engagements", {
  ...base,
  source: "tracker",
  event_id: `${mark.message}-e${mark.now}`,
  kind: "click",
  url: `https://track.example/c/${mark.message}/1`,
  link_id: "1",
  ip: `198.51.100.${mark.tenant}`,
  user_agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36",
  method: "GET",
  machine_hint: null,
  recipient_ambiguous: false,
});

/** The records of one task: each input's in the bytes of its batches, as they come from Kafka. */
interface TaskTraffic {
  records: CoreRecord[];
  inputs: Record<Input, { offset: number; bytes: Buffer; filled: number }>;
}

/**
 * Messages that are `open`: each has its send, and deferrals and engagement of random earlier ones wait. Or messages that are
 * `decided` at once: a send, deferrals for 30 %, an acceptance, and engagement for 90 %.
 */
export class OpenTraffic {
  readonly #kind: "open" | "decided";
  readonly #tasks: TaskTraffic[];
  #messages = 0;

  constructor(kind: "open" | "decided" = "open", partitions = 1) {
    this.#kind = kind;
    const input = () => ({ offset: 0, bytes: Buffer.alloc(0), filled: 0 });
    this.#tasks = Array.from({ length: partitions }, () => ({
      records: [],
      inputs: { sends: input(), deliveries: input(), engagements: input() },
    }));
  }

  get messages(): number {
    return this.#messages;
  }

  /** The records of so many more messages, by partition. */
  next(count: number): CoreRecord[][] {
    for (const task of this.#tasks) {
      task.records = [];
      // A batch does not change once somebody has it.
      for (const input of Object.values(task.inputs)) input.bytes = Buffer.alloc(0);
    }
    for (const end = this.#messages + count; this.#messages < end; this.#messages++) {
      const index = this.#messages;
      this.#add(send, index);
      if (this.#kind === "decided") {
        if (index % 10 < deferralsOfTen) this.#add(deferral, index);
        this.#add(acceptance, index);
        if (index % 10 < decidedEngagementsOfTen) this.#add(engagement, index);
        continue;
      }
      // A multiplier without a common factor: earlier messages in an order that no cache foresees.
      const earlier = Math.floor(((index * 2_654_435_761) % 4_294_967_296) * (index / 4_294_967_296));
      if (index % 10 < deferralsOfTen) this.#add(deferral, earlier);
      else if (index % 10 < deferralsOfTen + engagementsOfTen) this.#add(engagement, earlier);
    }
    return this.#tasks.map(({ records }) => records);
  }

  #add(template: RecordTemplate, message: number): void {
    const task = this.#tasks[message % this.#tasks.length] as TaskTraffic;
    const input = task.inputs[template.input];
    if (input.filled + template.length > input.bytes.length) {
      input.bytes = Buffer.allocUnsafeSlow(batchBytes);
      input.filled = 0;
    }
    const now = this.#messages;
    template.write(input.bytes, input.filled, { message, now });
    const valueStart = input.filled + template.keyLength;
    task.records.push({
      input: template.input,
      offset: input.offset++,
      appendTime: startAt + Math.floor(now / 1_000),
      bytes: input.bytes,
      keyStart: input.filled,
      keyLength: template.keyLength,
      valueStart,
      valueLength: template.length - template.keyLength,
    });
    input.filled += template.length;
  }
}
