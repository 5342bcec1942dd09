import { joinLogMessageBytesMax } from "@antedate/schemas";

export interface ServerOptions {
  /** Index of the broker in the lists; its node ID is one more. */
  index: number;
  host: string;
  ports: readonly number[];
  controllerPorts: readonly number[];
}

const minutesPerYear = 525_600;
/** A record batch of the greatest size still has a header and a key. */
const messageBytesMax = joinLogMessageBytesMax + 64 * 1024;

/**
 * The `server.properties` of one broker, written anew at every start as ports may change. The quorum is the static kind,
 * known from this file alone: the dynamic kind keeps the voters' addresses in its log, and a cluster whose ports all
 * changed would never find itself again. Paths are relative to the broker's working directory, so they need no
 * escaping and a data directory can be moved.
 */
export function renderServerProperties(options: ServerOptions): string {
  const settings = {
    ...identity(options),
    ...replication(options.ports.length),
    ...sizes(),
    ...pace(options.ports.length),
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

function identity({ index, host, ports, controllerPorts }: ServerOptions): Record<string, string | number> {
  const client = `PLAINTEXT://${host}:${ports[index] ?? 0}`;
  const controller = `CONTROLLER://${host}:${controllerPorts[index] ?? 0}`;
  return {
    "process.roles": "broker,controller",
    "node.id": index + 1,
    "controller.quorum.voters": controllerPorts.map((port, voter) => `${voter + 1}@${host}:${port}`).join(","),
    listeners: `${client},${controller}`,
    "advertised.listeners": client,
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "log.dirs": logDirectory,
  };
}

/** Where a broker keeps its logs, seen from its working directory. */
export const logDirectory = "log";

/** With three brokers every topic, Kafka's own too, survives the loss of one and takes no write that only one holds. */
function replication(brokers: number): Record<string, string | number> {
  const factor = brokers >= 3 ? 3 : 1;
  const inSync = brokers >= 3 ? 2 : 1;
  return {
    "default.replication.factor": factor,
    "min.insync.replicas": inSync,
    "offsets.topic.replication.factor": factor,
    "transaction.state.log.replication.factor": factor,
    "transaction.state.log.min.isr": inSync,
    "share.coordinator.state.topic.replication.factor": factor,
    "share.coordinator.state.topic.min.isr": inSync,
    "unclean.leader.election.enable": "false",
  };
}

function sizes(): Record<string, string | number> {
  return {
    "message.max.bytes": messageBytesMax,
    "replica.fetch.max.bytes": messageBytesMax,
    "offsets.retention.minutes": minutesPerYear,
    // Few consumer groups live here; fewer partitions make the first start faster.
    "offsets.topic.num.partitions": 8,
    "transaction.state.log.num.partitions": 4,
    "share.coordinator.state.topic.num.partitions": 4,
    // Allocated at start; the default is 128 MiB of the heap for topics that nobody compacts.
    "log.cleaner.dedupe.buffer.size": 8 * 1024 * 1024,
  };
}

function pace(brokers: number): Record<string, string | number> {
  return {
    "auto.create.topics.enable": "false",
    "group.initial.rebalance.delay.ms": 0,
    "num.network.threads": 2,
    "num.io.threads": 4,
    "num.recovery.threads.per.data.dir": 2,
    // After a crash a broker is let in again only when its former session has run out, and its partitions move only then;
    // three on one machine starve each other at times, so they get longer than one alone.
    "broker.heartbeat.interval.ms": brokers === 1 ? 500 : 1000,
    "broker.session.timeout.ms": brokers === 1 ? 3000 : 6000,
  };
}
