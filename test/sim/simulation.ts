import type { Logger } from "@antedate/runtime";
import type { Keeping } from "../../services/join/src/join-member.ts";
import { createRandom } from "../support/generate-traffic.ts";
import type { Canary } from "./canaries.ts";
import { fakeKafka, fakePartitionReader, type SimWorld } from "./fake-kafka-client.ts";
import { Faults } from "./faults.ts";
import { takeHostClock } from "./host-clock.ts";
import { Coverage, limitPieces } from "./coverage.ts";
import { complaintOf, createDoubleWatch, describeLogRecord, survivedIn } from "./judge.ts";
import { createJoin, createSink, joinGroup, sinkGroup, topics, type Service } from "./services.ts";
import { SimClickHouse, simStore } from "./sim-click-house.ts";
import { SimDisks } from "./sim-disk.ts";
import { SimKafka } from "./sim-kafka.ts";
import { bursts, createTraffic, simSettings, type Traffic } from "./traffic.ts";
import { VirtualTime, type SimProcess } from "./virtual-time.ts";
import { Wire } from "./wire.ts";

export interface SimulationOptions {
  seed: number;
  /** After so many turns nothing goes wrong any more. */
  turnsMax?: number;
  /** A planted bug. */
  canary?: Canary;
  /** Told what happens, as lines. */
  trace?: (line: string) => void;
}

export interface SimulationResult {
  seed: number;
  /** Null where all is as it must be. */
  failure: string | null;
  turns: number;
  /** The same for the same seed. */
  digest: number;
  /** How often what happened. */
  counts: ReadonlyMap<string, number>;
}

const partitionCount = 2;
const joinCount = 3;
const sinkCount = 2;
/** Longer than it takes to come back from all faults: waits between tries grow to 10 s. */
const settleMsMax = 14_400;

/** Runs one seed from its beginning to the judgement. */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  return await new Simulation(options).run();
}

interface Host {
  name: string;
  /** Folder of its own disk. */
  disk: string;
  isJoin: boolean;
  process: SimProcess | null;
  service: Service | null;
  /** Its process was told to end. */
  isStopping: boolean;
  starts: number;
}

class Simulation {
  readonly #options: SimulationOptions;
  readonly #time: VirtualTime;
  readonly #random: () => number;
  readonly #faults: Faults;
  readonly #kafka: SimKafka;
  readonly #clickHouse: SimClickHouse;
  readonly #disks: SimDisks;
  readonly #paces: Pick<Keeping, "hotMs" | "snapshotIntervalMs" | "slabBits">;
  readonly #sharedFolder: string | null;
  readonly #coverage: Coverage;
  readonly #world: SimWorld;
  readonly #traffic: Traffic;
  readonly #hosts: Host[];
  #failure: string | null = null;

  constructor(options: SimulationOptions) {
    const { seed, turnsMax = Infinity, trace } = options;
    this.#options = options;
    this.#random = createRandom(seed);
    this.#traffic = createTraffic(createRandom(seed ^ 0x5eed), partitionCount);
    this.#time = new VirtualTime(trace ? (_, process, what) => this.#tell(process, what) : null);
    const time = this.#time;
    this.#faults = new Faults(time, this.#random, turnsMax);
    const faults = this.#faults;
    const counts = Object.fromEntries(Object.values(topics).map((topic) => [topic, partitionCount]));
    this.#kafka = new SimKafka(time, faults, { ...counts, [topics.rejects]: 1 });
    const isDouble = createDoubleWatch();
    this.#clickHouse = new SimClickHouse(time, faults, (table, rows) => {
      const double = isDouble(table, rows);
      if (double !== null) this.#fail(double);
    });
    const fate = {
      crash: (process: SimProcess) => this.#crash(process),
      freeze: (process: SimProcess) => this.#freeze(process),
    };
    this.#world = { time, faults, kafka: this.#kafka, wire: new Wire(time, faults, fate) };
    this.#coverage = new Coverage(faults);
    this.#disks = new SimDisks(time, faults, fate.crash);
    this.#sharedFolder = this.#random() < 0.5 ? this.#disks.disk("shared") : null;
    this.#paces = {
      hotMs: 200 + 2_500 * this.#random(),
      snapshotIntervalMs: 500 + 2_500 * this.#random(),
      slabBits: this.#faults.pick([0, 1, 1, 2]),
    };
    const host = (name: string, isJoin: boolean): Host => {
      return { name, isJoin, disk: this.#disks.disk(name), process: null, service: null, isStopping: false, starts: 0 };
    };
    this.#hosts = [
      ...Array.from({ length: joinCount }, (_, index) => host(`join-${index}`, true)),
      ...Array.from({ length: sinkCount }, (_, index) => host(`sink-${index}`, false)),
    ];
  }

  async run(): Promise<SimulationResult> {
    const undo = [takeHostClock(this.#time, createRandom(this.#options.seed ^ 0xc10c)), this.#disks.mount()];
    const pieceRows = this.#random() < 0.5 ? 2 + Math.floor(this.#random() * 6) : null;
    if (pieceRows !== null) undo.push(limitPieces(pieceRows, () => this.#faults.count("small COMMITs")));
    undo.push(this.#coverage.watch());
    if (this.#options.canary?.plant) undo.push(this.#options.canary.plant());
    try {
      await this.#live();
    } finally {
      for (const one of undo.reverse()) one();
    }
    for (const [what, times] of survivedIn(this.#kafka, this.#clickHouse)) this.#faults.count(what, times);
    const { turns, digest } = this.#time;
    return { seed: this.#options.seed, failure: this.#failure, turns, digest, counts: this.#faults.counts };
  }

  async #live(): Promise<void> {
    for (const planned of this.#traffic.planned) this.#plan(planned);
    for (const host of this.#hosts) this.#start(host, this.#faults.span(0, 300));
    this.#stir();
    for (const [index, burst] of bursts.entries()) {
      this.#faults.areOn = true;
      await this.#runUntil(burst.to);
      this.#heal();
      const isLast = index === bursts.length - 1;
      const calmAt = this.#time.now + (isLast ? simSettings.windowMs : 0);
      await this.#settle(calmAt + 1_500 + this.#random() * 2_000, calmAt + settleMsMax);
    }
  }

  async #runUntil(time: number): Promise<void> {
    await this.#time.runUntil(time, () => this.#failure !== null);
  }

  /** Waits until nothing is wrong any more; fails where that takes too long. */
  async #settle(from: number, to: number): Promise<void> {
    await this.#runUntil(from);
    for (;;) {
      if (this.#failure !== null) return;
      const complaint = complaintOf({
        kafka: this.#kafka,
        clickHouse: this.#clickHouse,
        traffic: this.#traffic,
        now: this.#time.now,
      });
      if (complaint === null) return;
      if (this.#time.now >= to) return this.#fail(complaint);
      await this.#runUntil(Math.min(to, this.#time.now + 500));
    }
  }

  #plan({ at, partition, input, key, value, kind }: Traffic["planned"][number]): void {
    this.#time.schedule(at, null, `a producer appends to ${input}/${partition}`, () => {
      if (kind === "marker") this.#kafka.mark(topics[input], partition);
      else this.#kafka.append(topics[input], partition, key, value);
    });
  }

  /** What happens now and then, whatever the processes do. */
  #stir(): void {
    const { random } = this.#faults;
    this.#time.schedule(200 + random() * 600, null, "fate", () => {
      this.#stir();
      const faults = this.#faults;
      if (faults.strikes("tasks moved")) this.#kafka.groups.get(joinGroup)?.move();
      if (faults.strikes("tasks moved")) this.#kafka.groups.get(sinkGroup)?.move();
      if (faults.strikes("offsets forgotten")) this.#kafka.groups.get(sinkGroup)?.offsets.clear();
      if (faults.strikes("file damaged")) this.#disks.rot();
      if (faults.strikes("ClickHouse away")) this.#clickHouse.kill();
      if (faults.strikes("Kafka away")) {
        this.#kafka.isAway = true;
        this.#time.schedule(faults.span(50, 4_000), null, "Kafka is back", () => (this.#kafka.isAway = false));
      }
      const host = faults.pick(this.#hosts);
      const { process } = host;
      if (process === null) return;
      if (faults.strikes("cut off")) this.#cutOff(process);
      if (process.isAlive && faults.strikes("stop")) this.#stop(host, process);
    });
  }

  #heal(): void {
    this.#faults.areOn = false;
    for (const server of [this.#kafka, this.#clickHouse]) {
      server.isAway = false;
      server.cutOff.clear();
    }
    for (const { process } of this.#hosts) if (process?.isFrozen) this.#time.thaw(process);
    this.#options.trace?.(`${stamp(this.#time.now)} all is well again`);
  }

  #start(host: Host, delayMs: number): void {
    const process = { name: `${host.name}#${++host.starts}`, isAlive: true, isFrozen: false };
    host.process = process;
    host.service = null;
    host.isStopping = false;
    this.#time.schedule(delayMs, process, "starts", () => {
      const { canary } = this.#options;
      const log = this.#logOf(process);
      const kafka = fakeKafka(this.#world, process);
      const reader = fakePartitionReader(this.#world);
      const store = simStore(this.#clickHouse, this.#world.wire, this.#faults);
      const service = host.isJoin
        ? createJoin(
            {
              kafka: canary?.joinKafka?.(kafka, this.#time) ?? kafka,
              reader: canary?.joinReader?.(reader) ?? reader,
              log,
            },
            partitionCount,
            { ...this.#paces, folder: host.disk, sharedFolder: this.#sharedFolder },
          )
        : createSink({ kafka, reader, log }, canary?.store?.(store) ?? store);
      host.service = service;
      const end = (error: unknown): void => this.#fail(`${process.name} ended: ${(error as Error).stack}`);
      service.ended.catch(end);
      service.start().catch((error: unknown) => {
        // One that is told to stop while it waits for Kafka gives its start up.
        if (!host.isStopping) end(error);
      });
    });
  }

  #crash(process: SimProcess): void {
    // What is left of the turn in which it died may still ask for something.
    if (!process.isAlive) return;
    process.isAlive = false;
    this.#options.trace?.(`${stamp(this.#time.now)} ${process.name} dies`);
    const host = this.#hosts.find((own) => own.process === process) as Host;
    if (this.#faults.strikes("power lost")) this.#disks.losePower(host.disk);
    this.#expire(process, this.#faults.span(0, 4_000));
    this.#start(host, this.#faults.span(20, 2_500));
  }

  #freeze(process: SimProcess): void {
    process.isFrozen = true;
    this.#options.trace?.(`${stamp(this.#time.now)} ${process.name} freezes`);
    const frozenMs = this.#faults.span(50, 8_000);
    if (this.#faults.random() < 0.7) this.#expire(process, this.#faults.random() * frozenMs);
    this.#time.schedule(frozenMs, null, `${process.name} wakes`, () => this.#time.thaw(process));
  }

  #cutOff(process: SimProcess): void {
    const server = this.#faults.random() < 0.7 ? this.#kafka : this.#clickHouse;
    server.cutOff.add(process);
    const cutOffMs = this.#faults.span(50, 5_000);
    if (server === this.#kafka && this.#faults.random() < 0.7) this.#expire(process, this.#faults.random() * cutOffMs);
    this.#time.schedule(cutOffMs, null, `${process.name} reaches ${server.name}`, () => server.cutOff.delete(process));
  }

  #expire(process: SimProcess, afterMs: number): void {
    this.#time.schedule(afterMs, null, `the session of ${process.name} ends`, () => {
      for (const group of this.#kafka.groups.values()) group.expire(process);
    });
  }

  /** As by SIGTERM. */
  #stop(host: Host, process: SimProcess): void {
    this.#time.schedule(0, process, "is told to stop", () => {
      const { service } = host;
      host.isStopping = true;
      const end = (): void => {
        // Also one that is told twice, or dies on the way, ends once.
        if (!process.isAlive) return;
        process.isAlive = false;
        this.#faults.count("drained");
        this.#start(host, this.#faults.span(20, 2_500));
      };
      service?.stop().then(end, (error: unknown) => this.#fail(`${process.name} did not stop: ${String(error)}`));
    });
  }

  #fail(failure: string): void {
    this.#failure ??= failure;
  }

  #logOf(process: SimProcess, bound: object = {}): Logger {
    const line = (own: object, message: string): void => {
      const fields = { ...bound, ...own };
      this.#coverage.said(process.name, fields, message);
      this.#options.trace?.(`${stamp(this.#time.now)} ${process.name} says ${message} ${JSON.stringify(fields)}`);
    };
    const child = (own: object): Logger => this.#logOf(process, { ...bound, ...own });
    const log = { info: line, warn: line, debug: line, error: line, fatal: line, isLevelEnabled: () => false, child };
    return log as unknown as Logger;
  }

  #tell(process: SimProcess | null, what: string): void {
    const log = /^appends to email.classified\/(\d+) lands$/.exec(what);
    this.#options.trace?.(`${stamp(this.#time.now)} ${process?.name ?? "·"} ${what}`);
    if (log === null) return;
    const partition = Number(log[1]);
    // Told before it happens: what lands is seen after the turn.
    queueMicrotask(() => {
      const { records } = this.#kafka.partition(topics.classified, partition);
      const value = records.at(-1)?.value ?? null;
      this.#options.trace?.(`    offset ${records.length - 1}: ${describeLogRecord(value)}`);
    });
  }
}

function stamp(now: number): string {
  return `${(now / 1_000).toFixed(4).padStart(8)}s`;
}
