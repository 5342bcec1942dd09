import type { BrokerFiles } from "./broker-files.ts";
import { startBrokerProcess, type BrokerProcess } from "./broker-process.ts";
import { clusterReady } from "./cluster-ready.ts";
import type { BrokerExit } from "./guard-messages.ts";
import type { HeldFile } from "./owner-file.ts";
import { StartError } from "./start-error.ts";

/** A broker that went down by itself; `index` counts from 0, like all broker indexes here. */
export interface UnexpectedExit extends BrokerExit {
  index: number;
  logFile: string;
}

/** Brokers that this process owns. Indexes count from 0; a broker's node ID is one more. */
export interface RunningKafka {
  readonly bootstrapServers: string;
  readonly ports: readonly number[];
  /** Process IDs of the brokers that run now. */
  readonly pids: number[];
  readonly clusterId: string;
  /** Where each broker logs. */
  readonly logFiles: readonly string[];
  /** Settles with the first broker that goes down unasked, and never if none does. */
  readonly exited: Promise<UnexpectedExit>;
  /** Stops all brokers and lets go of the data directory; a second call waits for the first. */
  stop(): Promise<void>;
  stopBroker(index: number): Promise<void>;
  /** Starts a stopped broker on its old port; resolves once every running broker is in the cluster again. */
  startBroker(index: number): Promise<void>;
  /** Sends a signal; after one that ends the broker, resolves when it is gone. */
  killBroker(index: number, signal: NodeJS.Signals): Promise<void>;
}

export interface RunningKafkaOptions {
  java: string;
  files: BrokerFiles[];
  host: string;
  ports: number[];
  clusterId: string;
  owner: HeldFile;
  readyTimeoutMs: number;
  onLog: (sentence: string) => void;
}

/** A clean stop flushes and hands leadership over; a broker that cannot do so in this time never will. */
const stopGraceMs = 15_000;
const endingSignals: readonly NodeJS.Signals[] = ["SIGKILL", "SIGTERM", "SIGINT", "SIGQUIT", "SIGABRT"];

/** The brokers of one cluster, not started yet: `startAll` does that, and stops what it started if it fails. */
export function createRunningKafka(options: RunningKafkaOptions): RunningKafka & { startAll(): Promise<void> } {
  return new Cluster(options);
}

class Cluster implements RunningKafka {
  readonly bootstrapServers: string;
  readonly ports: readonly number[];
  readonly clusterId: string;
  readonly logFiles: readonly string[];
  readonly exited: Promise<UnexpectedExit>;
  readonly #options: RunningKafkaOptions;
  readonly #brokers = new Map<number, BrokerProcess>();
  /** Brokers whose end was asked for. */
  readonly #leaving = new Set<BrokerProcess>();
  #reportExit: (exit: UnexpectedExit) => void = () => {};
  #stopped: Promise<void> | undefined;

  constructor(options: RunningKafkaOptions) {
    this.#options = options;
    this.ports = options.ports;
    this.bootstrapServers = options.ports.map((port) => `${options.host}:${port}`).join(",");
    this.clusterId = options.clusterId;
    this.logFiles = options.files.map((files) => files.logFile);
    this.exited = new Promise((resolve) => {
      this.#reportExit = resolve;
    });
  }

  get pids(): number[] {
    return [...this.#brokers.values()].map((broker) => broker.pid);
  }

  async startAll(): Promise<void> {
    try {
      await this.#start([...this.#options.files.keys()]);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  startBroker(index: number): Promise<void> {
    return this.#brokers.has(index) ? Promise.resolve() : this.#start([index]);
  }

  async stopBroker(index: number): Promise<void> {
    const broker = this.#brokers.get(index);
    if (broker === undefined) return;
    this.#leaving.add(broker);
    await broker.stop(stopGraceMs);
  }

  async killBroker(index: number, signal: NodeJS.Signals): Promise<void> {
    const broker = this.#brokers.get(index);
    if (broker === undefined) return;
    const ends = endingSignals.includes(signal);
    if (ends) this.#leaving.add(broker);
    broker.signal(signal);
    if (ends) await broker.exited;
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  async #stopAll(): Promise<void> {
    await Promise.all([...this.#brokers.keys()].map((index) => this.stopBroker(index)));
    await this.#options.owner.release();
  }

  async #start(indexes: readonly number[]): Promise<void> {
    const died = new AbortController();
    for (const index of indexes) {
      const broker = await startBrokerProcess(this.#options.java, this.#fileOf(index));
      this.#brokers.set(index, broker);
      void broker.exited.then((exit) => {
        this.#onExit(index, broker, exit);
        died.abort(index);
      });
    }
    await this.#options.owner.record(this.pids);
    const outcome = await clusterReady({
      bootstrapServers: this.bootstrapServers,
      brokers: this.#brokers.size,
      timeoutMs: this.#options.readyTimeoutMs,
      signal: died.signal,
    });
    if (outcome === "aborted") throw brokerDied(this.#fileOf(Number(died.signal.reason)));
    if (outcome === "timeout") throw notReady(this.#fileOf(indexes[0] ?? 0), this.#options.readyTimeoutMs);
  }

  #onExit(index: number, broker: BrokerProcess, exit: BrokerExit): void {
    if (this.#brokers.get(index) === broker) this.#brokers.delete(index);
    if (this.#leaving.delete(broker)) return;
    const how = exit.signal === null ? `code ${exit.code}` : exit.signal;
    this.#options.onLog(`Kafka broker ${index + 1} went down (${how}).`);
    this.#reportExit({ ...exit, index, logFile: this.#fileOf(index).logFile });
  }

  #fileOf(index: number): BrokerFiles {
    const files = this.#options.files[index];
    if (files === undefined) throw new RangeError(`There is no broker with index ${index}.`);
    return files;
  }
}

function brokerDied(files: BrokerFiles): StartError {
  return new StartError(
    "broker_died",
    `A Kafka broker went down while starting: the reason is at the end of ${files.logFile} or ${files.outputFile}.`,
  );
}

function notReady(files: BrokerFiles, timeoutMs: number): StartError {
  return new StartError(
    "not_ready",
    `Kafka did not serve within ${timeoutMs / 1000} s: see ${files.logFile}, and try again on a machine that is less busy.`,
  );
}
