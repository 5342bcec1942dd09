import { AssignerProtocol, type GroupMember, type PartitionAssigner } from "kafkajs";
import { toRecordBatch, type FetchedRecord } from "@antedate/runtime";
import type { Faults } from "./faults.ts";
import type { GroupOffset, SimGroup, SimKafka } from "./sim-kafka.ts";
import type { SimProcess, VirtualTime } from "./virtual-time.ts";
import type { Wire } from "./wire.ts";

interface Place {
  topic: string;
  partition: number;
  position: number;
  isFetching: boolean;
}

interface Batch {
  topic: string;
  partition: number;
  fetchedOffset: string;
  highWatermark: string;
  messages: object[];
  lastOffset(): string;
}

interface BatchPayload {
  batch: Batch;
  resolveOffset(offset: string): void;
  isStale(): boolean;
  isRunning(): boolean;
  heartbeat(): Promise<void>;
}

interface TopicPartitions {
  topic: string;
  partitions?: number[];
}

export interface FakeConsumerOptions {
  kafka: SimKafka;
  group: SimGroup;
  process: SimProcess;
  wire: Wire;
  time: VirtualTime;
  faults: Faults;
  assigner: ReturnType<PartitionAssigner> | undefined;
}

/** What a member tells of itself as it joins, for its leader's assigner. */
type Claims = GroupMember;

/**
 * What GroupMember uses of a kafkajs consumer, as 2.2.4 behaves: an assignment is told by GROUP_JOIN before the first
 * fetch of it; positions begin at the group's offsets and are moved by `seek`; pauses outlive a rebalance; what was
 * fetched before a seek or for an earlier assignment is stale; one batch of a partition at a time.
 */
export class FakeConsumer {
  readonly events = {
    GROUP_JOIN: "consumer.group_join",
    HEARTBEAT: "consumer.heartbeat",
    CRASH: "consumer.crash",
    END_BATCH_PROCESS: "consumer.end_batch_process",
  } as const;
  readonly process: SimProcess;
  topics: string[] = [];
  hasLeft = false;
  readonly #options: FakeConsumerOptions;
  readonly #listeners = new Map<string, ((event: { payload: object }) => void)[]>();
  readonly #paused = new Set<string>();
  #places = new Map<string, Place>();
  #epoch = -1;
  #claims: Claims | null = null;
  #eachBatch: (payload: BatchPayload) => Promise<void> = () => Promise.resolve();

  constructor(options: FakeConsumerOptions) {
    this.#options = options;
    this.process = options.process;
  }

  on(event: string, listener: (event: { payload: object }) => void): void {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
  }

  connect(): Promise<void> {
    const { wire, kafka } = this.#options;
    return wire.request(kafka, "read", "connects", () => {});
  }

  async subscribe({ topics }: { topics: string[] }): Promise<void> {
    this.topics = topics;
    await Promise.resolve();
  }

  async run({ eachBatch }: { eachBatch: (payload: BatchPayload) => Promise<void> }): Promise<void> {
    this.#eachBatch = eachBatch;
    this.rejoin();
    await Promise.resolve();
  }

  /** Asks to be a member until it is one. */
  rejoin(): void {
    const { wire, kafka, group, time, faults } = this.#options;
    if (this.hasLeft) return;
    const again = (): void =>
      void time.schedule(faults.span(20, 500), this.process, "tries to join again", () => this.rejoin());
    wire.request(kafka, "read", "joins its group", () => group.join(this)).catch(again);
  }

  /** As the process tells them now; one that cannot has told them before. */
  claims(): Claims {
    const { assigner } = this.#options;
    const { isAlive, isFrozen } = this.process;
    if (assigner && (this.#claims === null || (isAlive && !isFrozen))) {
      const { metadata } = assigner.protocol({ topics: this.topics });
      this.#claims = { memberId: this.process.name, memberMetadata: metadata };
    }
    return this.#claims as Claims;
  }

  /** What each of these members gets, as this one's assigner has it; undefined where it has none. */
  get assign(): ((claims: Claims[]) => Promise<Record<string, number[]>[]>) | undefined {
    const { assigner } = this.#options;
    return (
      assigner &&
      (async (claims) => {
        const given = await assigner.assign({ members: claims, topics: this.topics });
        return claims.map(({ memberId }) => {
          const own = given.find((one) => one.memberId === memberId);
          return own ? (AssignerProtocol.MemberAssignment.decode(own.memberAssignment)?.assignment ?? {}) : {};
        });
      })
    );
  }

  /** Runs as a turn of the process. */
  assigned(epoch: number, assignment: Record<string, number[]>): void {
    if (this.hasLeft) return;
    this.#epoch = epoch;
    this.#places = new Map();
    for (const [topic, partitions] of Object.entries(assignment)) {
      for (const partition of partitions) {
        const known = this.#options.group.offsets.get(`${topic}/${partition}`);
        const position = Number(known?.offset ?? 0);
        this.#places.set(`${topic}/${partition}`, { topic, partition, position, isFetching: false });
      }
    }
    this.#emit(this.events.GROUP_JOIN, { memberAssignment: assignment });
    for (const place of this.#places.values()) this.#pump(place);
  }

  pause(paused: TopicPartitions[]): void {
    for (const place of this.#named(paused)) this.#paused.add(place);
  }

  resume(resumed: TopicPartitions[]): void {
    for (const name of this.#named(resumed)) {
      this.#paused.delete(name);
      const place = this.#places.get(name);
      if (place) this.#pump(place);
    }
  }

  seek({ topic, partition, offset }: { topic: string; partition: number; offset: string }): void {
    const place = this.#places.get(`${topic}/${partition}`);
    if (!place) return;
    // A place of its own, so that what is being fetched for the old one is stale.
    const moved = { ...place, position: Number(offset), isFetching: false };
    this.#places.set(`${topic}/${partition}`, moved);
    this.#pump(moved);
  }

  commitOffsets(
    offsets: { topic: string; partition: number; offset: string; metadata?: string | null }[],
  ): Promise<void> {
    const { wire, kafka, group } = this.#options;
    const epoch = this.#epoch;
    const own = new Map<string, GroupOffset>(
      offsets.map(({ topic, partition, offset, metadata }) => [
        `${topic}/${partition}`,
        { offset, metadata: metadata ?? null },
      ]),
    );
    return wire.request(kafka, "write", "commits to its group", () => group.commit(this, epoch, own));
  }

  async disconnect(): Promise<void> {
    this.hasLeft = true;
    this.#places = new Map();
    this.#options.group.leave(this);
    await Promise.resolve();
  }

  #named(topicPartitions: TopicPartitions[]): string[] {
    return topicPartitions.flatMap(({ topic, partitions = [] }) => partitions.map((own) => `${topic}/${own}`));
  }

  #emit(event: string, payload: object): void {
    for (const listener of this.#listeners.get(event) ?? []) listener({ payload });
  }

  #isCurrent(place: Place): boolean {
    return this.#places.get(`${place.topic}/${place.partition}`) === place;
  }

  /** Fetches where there is something to fetch, else waits for it. */
  #pump(place: Place): void {
    const { topic, partition } = place;
    const { kafka, time, faults } = this.#options;
    if (place.isFetching || !this.#isCurrent(place) || this.#paused.has(`${topic}/${partition}`)) return;
    const { records, watchers } = kafka.partition(topic, partition);
    if (place.position >= records.length) {
      watchers.add(() => this.#pump(place));
      return;
    }
    place.isFetching = true;
    const delayMs = faults.strikes("slow") ? faults.span(10, 1_500) : faults.span(1, 120);
    time.schedule(delayMs, this.process, `fetches ${topic}/${partition} from ${place.position}`, () =>
      this.#fetch(place),
    );
  }

  #fetch(place: Place): void {
    const { kafka, time } = this.#options;
    const { topic, partition } = place;
    if (!this.#isCurrent(place)) return;
    if (kafka.isAway || kafka.cutOff.has(this.process)) {
      time.schedule(150, this.process, `cannot fetch ${topic}/${partition}`, () => this.#fetch(place));
      return;
    }
    const slice = this.#slice(place);
    const end = Math.max(place.position, slice.end);
    const records = slice.records.filter((record) => record !== null);
    if (records.length === 0) {
      const lastOffset = String(end - 1);
      const firstOffset = String(place.position);
      place.position = end;
      this.#emit(this.events.END_BATCH_PROCESS, { topic, partition, batchSize: 0, firstOffset, lastOffset });
      this.#goOn(place);
      return;
    }
    const fetchedOffset = place.position;
    const batch: Batch = {
      topic,
      partition,
      fetchedOffset: String(fetchedOffset),
      highWatermark: String(kafka.partition(topic, partition).records.length),
      messages: [{ batch: toRecordBatch(records) }],
      lastOffset: () => String(end - 1),
    };
    void this.#handOver(place, {
      batch,
      resolveOffset: (offset) => void (place.position = Number(offset) + 1),
      isStale: () => !this.#isCurrent(place),
      isRunning: () => !this.hasLeft,
      heartbeat: () => Promise.resolve(),
    });
  }

  async #handOver(place: Place, payload: BatchPayload): Promise<void> {
    try {
      await this.#eachBatch(payload);
    } catch (error) {
      this.#emit(this.events.CRASH, { error, restart: false });
      return;
    }
    this.#goOn(place);
  }

  #goOn(place: Place): void {
    place.isFetching = false;
    this.#pump(place);
  }

  /** Some of what is there from the position on. A batch is given whole, so it may begin before it. */
  #slice({ topic, partition, position }: Place): { records: (FetchedRecord | null)[]; end: number } {
    const { kafka, faults } = this.#options;
    const { records } = kafka.partition(topic, partition);
    const from = faults.random() < 0.2 ? Math.max(0, position - 2) : position;
    const end = Math.min(records.length, position + 1 + Math.floor(faults.span(0, 30)));
    return { records: records.slice(from, end), end };
  }
}
