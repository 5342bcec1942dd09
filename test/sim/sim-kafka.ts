import type { FetchedRecord } from "@antedate/runtime";
import type { FakeConsumer } from "./fake-consumer.ts";
import type { Faults } from "./faults.ts";
import { startOfTime } from "./traffic.ts";
import type { SimProcess, VirtualTime } from "./virtual-time.ts";
import type { Server } from "./wire.ts";

/** A partition as its broker has it. */
export class SimPartition {
  /** Null at the offset of a transaction's marker, which is no record. */
  readonly records: (FetchedRecord | null)[] = [];
  /** Consumers that wait for more. */
  readonly watchers: Set<() => void> = new Set();
}

/** What a group keeps for a partition. */
export interface GroupOffset {
  offset: string;
  metadata: string | null;
}

/** The brokers: partitions that stamp append times, and groups. */
export class SimKafka implements Server {
  readonly name = "Kafka";
  isAway = false;
  readonly cutOff: Set<SimProcess> = new Set();
  readonly groups: Map<string, SimGroup> = new Map();
  readonly #topics = new Map<string, SimPartition[]>();
  readonly #time: VirtualTime;
  readonly #faults: Faults;

  constructor(time: VirtualTime, faults: Faults, topics: Record<string, number>) {
    this.#time = time;
    this.#faults = faults;
    for (const [topic, count] of Object.entries(topics)) {
      this.#topics.set(
        topic,
        Array.from({ length: count }, () => new SimPartition()),
      );
    }
  }

  partitionCount(topic: string): number {
    return this.#partitions(topic).length;
  }

  partition(topic: string, partition: number): SimPartition {
    return this.#partitions(topic)[partition] as SimPartition;
  }

  #partitions(topic: string): SimPartition[] {
    return this.#topics.get(topic) as SimPartition[];
  }

  append(topic: string, partition: number, key: Buffer | null, value: Buffer | null): FetchedRecord {
    const { records } = this.partition(topic, partition);
    const appendTime = startOfTime + Math.floor(this.#time.now);
    // A broker's copy: producers use their buffers again.
    const record = { offset: records.length, appendTime, key, value: value && Buffer.from(value) };
    records.push(record);
    this.#wakeWatchers(topic, partition);
    return record;
  }

  /** A marker: an offset without a record. */
  mark(topic: string, partition: number): void {
    this.partition(topic, partition).records.push(null);
    this.#wakeWatchers(topic, partition);
  }

  #wakeWatchers(topic: string, partition: number): void {
    const { watchers } = this.partition(topic, partition);
    const waiting = [...watchers];
    watchers.clear();
    for (const wake of waiting) wake();
  }

  group(name: string): SimGroup {
    let group = this.groups.get(name);
    if (!group) this.groups.set(name, (group = new SimGroup(this, this.#time, this.#faults)));
    return group;
  }
}

/**
 * A consumer group whose rebalances are eager: each begins an epoch, and each member hears of it in its own time. Until
 * then it believes in what it had: two members may hold one partition.
 */
export class SimGroup {
  readonly offsets: Map<string, GroupOffset> = new Map();
  readonly #kafka: SimKafka;
  readonly #time: VirtualTime;
  readonly #faults: Faults;
  #members: FakeConsumer[] = [];
  #epoch = 0;

  constructor(kafka: SimKafka, time: VirtualTime, faults: Faults) {
    this.#kafka = kafka;
    this.#time = time;
    this.#faults = faults;
  }

  get epoch(): number {
    return this.#epoch;
  }

  has(member: FakeConsumer): boolean {
    return this.#members.includes(member);
  }

  join(member: FakeConsumer): void {
    // A request that lands when its process died or its member left: that session ends before it counts.
    if (!member.process.isAlive || member.hasLeft) return;
    if (!this.has(member)) this.#members.push(member);
    this.#rebalance();
  }

  leave(member: FakeConsumer): void {
    if (!this.has(member)) return;
    this.#members = this.#members.filter((other) => other !== member);
    this.#rebalance();
  }

  /** The session of a process's member ended without its doing. The member hears of it when it can, and joins anew. */
  expire(process: SimProcess): void {
    const member = this.#members.find((own) => own.process === process);
    if (!member) return;
    this.leave(member);
    this.#time.schedule(this.#faults.span(50, 2_500), process, "hears that its session ended", () => member.rejoin());
  }

  /** Gives what a member had to another one, whatever the members' own assigner would do. */
  move(): void {
    const [first, ...others] = this.#members;
    if (first === undefined) return;
    this.#members = [...others, first];
    this.#tell(this.#inTurns());
  }

  /** Throws for a member of an earlier epoch. */
  commit(member: FakeConsumer, epoch: number, offsets: ReadonlyMap<string, GroupOffset>): void {
    if (epoch !== this.#epoch || !this.has(member)) {
      throw Object.assign(new Error("illegal generation"), {
        name: "KafkaJSProtocolError",
        type: "ILLEGAL_GENERATION",
      });
    }
    for (const [place, offset] of offsets) this.offsets.set(place, offset);
  }

  #rebalance(): void {
    const [leader] = this.#members;
    const assign = leader?.assign;
    if (assign === undefined) return this.#tell(this.#inTurns());
    const epoch = this.#epoch;
    const claims = this.#members.map((member) => member.claims());
    // Promises of a turn are run to their end before the next.
    void assign(claims).then((assigned) => epoch === this.#epoch && this.#tell(assigned));
  }

  #tell(assigned: readonly Record<string, number[]>[]): void {
    const epoch = ++this.#epoch;
    for (const [turn, member] of this.#members.entries()) {
      const delayMs = this.#faults.areOn ? this.#faults.span(1, 3_000) : this.#faults.span(1, 50);
      const hear = (): void => {
        if (epoch === this.#epoch) member.assigned(epoch, assigned[turn] as Record<string, number[]>);
      };
      this.#time.schedule(delayMs, member.process, `hears of epoch ${epoch}`, hear);
    }
  }

  /** By member: partitions one after the other; where the members have an assigner, partition i of all topics to one. */
  #inTurns(): Record<string, number[]>[] {
    const members = this.#members;
    return members.map(({ topics, assign }, turn) => {
      let places = 0;
      return Object.fromEntries(
        topics.map((topic) => {
          const all = Array.from({ length: this.#kafka.partitionCount(topic) }, (_, partition) => partition);
          const own = all.filter((partition) => (assign ? partition : places++) % members.length === turn);
          return [topic, own];
        }),
      );
    });
  }
}
