import type { Admin, Kafka, Producer } from "kafkajs";
import { Partitioners } from "kafkajs";
import { encodeReject, inputs, type Input, type InputOffsets, type Reject } from "@antedate/schemas";
import {
  GroupMember,
  retryForever,
  type FlowControl,
  type Logger,
  type PartitionReader,
  type WriterSchemaSource,
} from "@antedate/runtime";
import { copartitionAssigner } from "./copartition-assigner.ts";
import type { SettingsLookup } from "./domain/index.ts";
import { EndAsker } from "./end-asker.ts";
import { KeySampler } from "./key-sampler.ts";
import { kafkaJoinLog } from "./kafka-join-log.ts";
import type { Identity } from "./take-over.ts";
import type { TaskPorts } from "./task-ports.ts";
import { TaskRunner } from "./task-runner.ts";

export interface JoinMemberOptions {
  kafka: Kafka;
  reader: PartitionReader;
  topics: Record<Input | "classified" | "rejects", string>;
  group: string;
  identity: Omit<Identity, "partition" | "topic">;
  settings: SettingsLookup;
  schemas: WriterSchemaSource;
  sampleKeys: boolean;
  log: Logger;
}

const rejectsPerSend = 200;

/** The join as a member of its consumer group: one task for each partition of the three inputs. */
export class JoinMember {
  readonly #options: JoinMemberOptions;
  readonly #member: GroupMember;
  /** Plain, no retries: for the join log only. */
  readonly #logProducer: Producer;
  readonly #rejectProducer: Producer;
  readonly #admin: Admin;
  readonly #runners = new Map<number, TaskRunner>();
  readonly #ends: EndAsker;
  readonly #keys: KeySampler | null;

  constructor(options: JoinMemberOptions) {
    const { kafka, group, topics, log } = options;
    this.#options = options;
    this.#keys = options.sampleKeys ? new KeySampler(options.identity.partitionCount, log) : null;
    this.#member = new GroupMember({
      kafka,
      group,
      topics: inputs.map((input) => topics[input]),
      assigners: [copartitionAssigner],
      flowKey: (_, partition) => String(partition),
      createFlow: ([first], control) => this.#createRunner(first?.partition as number, control),
      prepare: (batch) => options.schemas.loadFor(batch.messages),
      log,
    });
    const createPartitioner = Partitioners.DefaultPartitioner;
    this.#logProducer = kafka.producer({ createPartitioner, allowAutoTopicCreation: false, retry: { retries: 0 } });
    this.#rejectProducer = kafka.producer({ createPartitioner, allowAutoTopicCreation: false });
    this.#admin = kafka.admin();
    this.#ends = new EndAsker(this.#admin, topics, this.#runners, log);
  }

  /** Rejects with the error that ends this process. */
  get ended(): Promise<void> {
    return this.#member.ended;
  }

  async start(): Promise<void> {
    await Promise.all([this.#logProducer.connect(), this.#rejectProducer.connect(), this.#admin.connect()]);
    await this.#member.start();
    this.#ends.start();
  }

  /** Commits what was applied, leaves the group, closes the connections. */
  async stop(): Promise<void> {
    this.#ends.stop();
    await this.#member.stop();
    await Promise.all([this.#logProducer.disconnect(), this.#rejectProducer.disconnect(), this.#admin.disconnect()]);
  }

  #createRunner(partition: number, control: FlowControl): TaskRunner {
    const { settings, schemas, topics, identity, log } = this.#options;
    const runner = new TaskRunner({
      identity: { ...identity, partition, topic: topics.classified },
      topics,
      ports: this.#ports(partition, control),
      settings,
      schemas: schemas.schemas,
      log: log.child({ partition }),
      keys: this.#keys,
      now: () => performance.now(),
    });
    this.#runners.set(partition, runner);
    return runner;
  }

  #ports(partition: number, control: FlowControl): TaskPorts {
    const { reader, topics } = this.#options;
    const ends = (input: Input) => reader.ends(topics[input], partition);
    return {
      log: kafkaJoinLog(this.#logProducer, reader, topics.classified, partition),
      inputs: {
        ends: async () => ({
          sends: await ends("sends"),
          deliveries: await ends("deliveries"),
          engagements: await ends("engagements"),
        }),
        start: (offsets) => {
          for (const input of inputs) control.start(topics[input], offsets[input]);
        },
        pause: (input) => control.pause(topics[input]),
        resume: (input) => control.resume(topics[input]),
      },
      reject: (rejects) => this.#writeRejects(rejects, partition),
      committed: (next: InputOffsets) =>
        control.commit(inputs.map((input) => ({ topic: topics[input], partition, offset: next[input] }))),
    };
  }

  async #writeRejects(rejects: Reject[], partition: number): Promise<void> {
    const { topics, log } = this.#options;
    for (let from = 0; from < rejects.length; from += rejectsPerSend) {
      const messages = rejects
        .slice(from, from + rejectsPerSend)
        .map((reject) => ({ ...encodeReject(reject), partition }));
      await retryForever(() => this.#rejectProducer.send({ topic: topics.rejects, acks: -1, messages }), {
        onWait: (_, code) => log.warn({ code }, `waiting to write rejects to ${topics.rejects}`),
      });
    }
  }
}
