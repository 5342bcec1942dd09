import type { Kafka, Producer } from "kafkajs";
import { Partitioners } from "kafkajs";
import { encodeReject, inputs, type Input, type InputOffsets } from "@antedate/schemas";
import {
  atMost,
  connectPatiently,
  GroupMember,
  createKeyedProducer,
  type FlowCalls,
  type FlowControl,
  type HealthPlace,
  type KeyedProducer,
  type Logger,
  type PartitionReader,
  type Telemetry,
  type WriterSchemaSource,
} from "@antedate/runtime";
import { Descriptors } from "./checked-file.ts";
import { copartitionAssigner } from "./copartition-assigner.ts";
import { countedPorts } from "./counted-ports.ts";
import type { SettingsLookup } from "./domain/index.ts";
import { EndAsker } from "./end-asker.ts";
import { createJoinMetrics, type JoinMetrics } from "./join-metrics.ts";
import { KeySampler } from "./key-sampler.ts";
import { kafkaJoinLog } from "./kafka-join-log.ts";
import { newestSnapshots, taskFolder } from "./state-folder.ts";
import { StateFolders } from "./state-folders.ts";
import type { Identity } from "./take-over.ts";
import { TaskKeeper, type TaskKeeperOptions } from "./task-keeper.ts";
import type { TaskPorts } from "./task-ports.ts";
import { TaskRunner } from "./task-runner.ts";

export interface JoinMemberOptions {
  kafka: Kafka;
  reader: PartitionReader;
  /** Tells how far members fetch. */
  endsReader: PartitionReader;
  topics: Record<Input | "classified" | "rejects", string>;
  group: string;
  sessionTimeoutMs: number;
  watchdogMs: number;
  identity: Omit<Identity, "partition" | "topic">;
  settings: SettingsLookup;
  schemas: WriterSchemaSource;
  keeping: Keeping;
  sampleKeys: boolean;
  signal: AbortSignal;
  log: Logger;
  telemetry: Telemetry;
  health: HealthPlace;
}

/** Where and how tasks keep their state. */
export interface Keeping extends Pick<TaskKeeperOptions, "hotMs" | "snapshotIntervalMs" | "slabBits"> {
  folder: string;
  sharedFolder: string | null;
}

/** A connection waits for its answers before it closes. */
const closeMsMax = 2_000;

/** The join as a member of its consumer group: one task for each partition of the three inputs. */
export class JoinMember {
  readonly #options: JoinMemberOptions;
  readonly #member: GroupMember;
  /** Plain, no retries: for the join log only. */
  readonly #logProducer: Producer;
  readonly #rejectProducer: KeyedProducer;
  readonly #runners = new Map<number, TaskRunner>();
  readonly #calls = new Map<string, FlowCalls>();
  readonly #ends: EndAsker;
  readonly #keys: KeySampler | null;
  readonly #metrics: JoinMetrics;
  readonly #descriptors = new Descriptors();

  constructor(options: JoinMemberOptions) {
    const { kafka, group, topics, log, telemetry } = options;
    this.#options = options;
    this.#metrics = createJoinMetrics(telemetry.registry, () =>
      [...this.#runners.values()].flatMap(({ standing }) => standing ?? []),
    );
    this.#keys = options.sampleKeys ? new KeySampler(options.identity.partitionCount, log) : null;
    this.#member = new GroupMember({
      kafka,
      group,
      topics: inputs.map((input) => topics[input]),
      assigners: [
        copartitionAssigner({
          partitionCount: options.identity.partitionCount,
          ownedTasks: () => this.#ownedTasks(),
          snapshotOffsets: () =>
            newestSnapshots(options.keeping.folder, topics.classified, options.identity.partitionCount),
        }),
      ],
      flowKey: (_, partition) => String(partition),
      createFlow: ([first], control) => this.#createRunner(first?.partition as number, control),
      prepare: (batches) => options.schemas.loadFor(batches),
      sessionTimeoutMs: options.sessionTimeoutMs,
      watchdog: {
        stillMsMax: options.watchdogMs,
        ends: options.endsReader.highs,
        callsOf: (key) => this.#calls.get(key),
      },
      log,
      health: options.health,
    });
    const createPartitioner = Partitioners.DefaultPartitioner;
    this.#logProducer = kafka.producer({ createPartitioner, allowAutoTopicCreation: false, retry: { retries: 0 } });
    this.#rejectProducer = createKeyedProducer(kafka, log);
    this.#ends = new EndAsker({
      reader: options.reader,
      topics,
      partitionCount: options.identity.partitionCount,
      runners: this.#runners,
      log,
    });
  }

  /** Rejects with the error that ends this process. */
  get ended(): Promise<void> {
    return this.#member.ended;
  }

  async start(): Promise<void> {
    await connectPatiently([this.#logProducer, this.#rejectProducer], this.#options.log, this.#options.signal);
    await this.#member.start();
    this.#ends.start();
  }

  /** Commits what was applied, leaves the group, closes the connections. */
  async stop(): Promise<void> {
    this.#ends.stop();
    await this.#member.stop();
    await atMost(closeMsMax, Promise.all([this.#logProducer.disconnect(), this.#rejectProducer.disconnect()]));
    this.#descriptors.closeAll();
  }

  #ownedTasks(): Map<number, number> {
    return new Map(
      [...this.#runners].flatMap(([partition, { ownedTo }]) =>
        ownedTo === null ? [] : [[partition, ownedTo] as const],
      ),
    );
  }

  #createRunner(partition: number, control: FlowControl): TaskRunner {
    const { settings, schemas, topics, telemetry } = this.#options;
    const identity = { ...this.#options.identity, partition, topic: topics.classified };
    const log = this.#options.log.child({ partition });
    const calls = { settled: 0, outstanding: 0, patient: 0 };
    this.#calls.set(String(partition), calls);
    const runner = new TaskRunner({
      identity,
      topics,
      ports: countedPorts(this.#ports(partition, control), calls),
      settings,
      schemas: schemas.schemas,
      log,
      metrics: this.#metrics.task(partition),
      health: telemetry.health.place(`join partition ${partition}`),
      keys: this.#keys,
      createKeeper: () => this.#createKeeper(identity, log),
      now: () => performance.now(),
    });
    this.#runners.set(partition, runner);
    return runner;
  }

  #createKeeper(identity: Identity, log: Logger): TaskKeeper {
    const { folder, sharedFolder, ...paces } = this.#options.keeping;
    const store = new StateFolders({
      local: taskFolder(folder, identity),
      shared: sharedFolder && taskFolder(sharedFolder, identity),
      descriptors: this.#descriptors,
      log,
      now: Date.now,
    });
    return new TaskKeeper({ ...paces, identity, store, log, now: () => performance.now() });
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
      reject: (rejects) => this.#rejectProducer.send(topics.rejects, rejects.map(encodeReject)),
      committed: (next: InputOffsets) =>
        control.commit(inputs.map((input) => ({ topic: topics[input], partition, offset: next[input] }))),
    };
  }
}
