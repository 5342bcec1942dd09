import { randomBytes } from "node:crypto";
import { encodeFence, inputs, type Fence, type Input, type InputOffsets } from "@antedate/schemas";
import { FatalError } from "@antedate/runtime";
import type { LogSummary } from "./domain/index.ts";
import { LogScan, type LogPlace } from "./log-summary.ts";
import type { JoinLog, TaskPorts } from "./task-ports.ts";

/** What a FENCE says of its writer's world. */
export interface Identity {
  topic: string;
  partition: number;
  clusterId: string;
  partitionCount: number;
  config: string;
  configDigest: string;
}

export interface TakenOver {
  scan: LogScan;
  summary: LogSummary;
  fence: Fence;
  /** Append time of the own FENCE. */
  appendTime: number;
  /** Where the inputs ended then. */
  ends: InputOffsets;
}

/**
 * Makes this process the writer of a partition's join log (design §5): appends a FENCE, reads it back by its nonce and
 * the log up to it. From the FENCE on no COMMIT of an earlier writer is valid. An append whose reply is lost throws;
 * trying again is safe, a FENCE too many changes nothing. The log is read from `place` on, where one is given.
 */
export async function takeOver(
  ports: Pick<TaskPorts, "log" | "inputs">,
  identity: Identity,
  isStopped: () => boolean = () => false,
  place?: LogPlace,
): Promise<TakenOver> {
  const { log } = ports;
  const scan = new LogScan(place);
  const readUpTo = (from: number, end: number): Promise<number> => readLog({ log, scan, isStopped }, from, end);
  const { low, high } = await log.ends();
  let readTo = await readUpTo(place === undefined ? low : place.lastValid + 1, high);
  checkIdentity(scan, low, identity);
  for (;;) {
    const fence = await firstFence(scan, ports, identity);
    const appended = await log.append(encodeFence(fence));
    readTo = await readUpTo(readTo, appended.offset + 1);
    if (scan.lastFence?.nonce !== fence.nonce) continue;
    // Two processes may have made a first FENCE at once: the first one's log ID holds, said by one more FENCE.
    if (scan.logId !== fence.log_id) continue;
    checkIdentity(scan, low, identity);
    const ends = await ports.inputs.ends();
    const summary = reachable(scan, ends, identity);
    return { scan, summary, fence, appendTime: appended.appendTime, ends: highs(ends) };
  }
}

type InputEnds = Record<Input, { low: number; high: number }>;

interface Reading {
  log: JoinLog;
  scan: LogScan;
  isStopped: () => boolean;
}

/** Throws where it is stopped: a long log must not hold up the end of the process. */
async function readLog({ log, scan, isStopped }: Reading, from: number, end: number): Promise<number> {
  let offset = from;
  while (offset < end) {
    if (isStopped()) throw new Error("stopped while reading the log");
    const slice = await log.read(offset);
    for (const record of slice.records) scan.take(record.offset, record.value, record.appendTime);
    if (slice.nextOffset === offset) await new Promise((resolve) => setTimeout(resolve, 20));
    offset = slice.nextOffset;
  }
  return offset;
}

async function firstFence(scan: LogScan, ports: Pick<TaskPorts, "inputs">, identity: Identity): Promise<Fence> {
  return createFence(identity, {
    prev: scan.lastValid,
    log_id: scan.logId ?? randomBytes(16).toString("hex"),
    next_offsets: scan.lastCommit?.next_offsets ?? scan.from ?? (await earliest(ports)),
    task_time: scan.lastCommit?.task_time ?? 0,
  });
}

/** A FENCE of this process, told from all others by its nonce. */
export function createFence(
  { clusterId, partitionCount, configDigest, config }: Identity,
  place: Pick<Fence, "prev" | "log_id" | "next_offsets" | "task_time">,
): Fence {
  return {
    ...place,
    nonce: randomBytes(16).toString("hex"),
    cluster_id: clusterId,
    partition_count: partitionCount,
    config_digest: configDigest,
    config,
  };
}

async function earliest(ports: Pick<TaskPorts, "inputs">): Promise<InputOffsets> {
  const { sends, deliveries, engagements } = await ports.inputs.ends();
  return { sends: sends.low, deliveries: deliveries.low, engagements: engagements.low };
}

const wayOut = (topic: string): string =>
  `delete and recreate ${topic} to begin a new log from what the inputs still hold (rows already in ClickHouse stay, told apart by their log_id)`;

function checkIdentity(scan: LogScan, low: number, { topic, partition, clusterId, partitionCount }: Identity): void {
  const fence = scan.lastFence;
  if (scan.logId === null ? low > 0 : !scan.canStart) {
    throw new FatalError(
      `The head of ${topic}/${partition} was deleted by retention, there is no snapshot of what it decided, and no FENCE in it is two windows old: keep the topic for longer or begin anew, ${wayOut(topic)}.`,
    );
  }
  if (fence === null) return;
  if (fence.cluster_id !== clusterId) {
    throw new FatalError(
      `${topic}/${partition} was written on Kafka cluster ${fence.cluster_id}, this is ${clusterId}: connect to that cluster, or ${wayOut(topic)}.`,
    );
  }
  if (fence.partition_count !== partitionCount) {
    throw new FatalError(
      `${topic} was written with ${fence.partition_count} partitions and has ${partitionCount} now, so keys have moved: ${wayOut(topic)}.`,
    );
  }
}

/** The one from which the replay finds every record up to the last commit, of all that is known where it can. Throws where none does. */
function reachable(scan: LogScan, ends: InputEnds, identity: Identity): LogSummary {
  const whole = scan.summary();
  if (whole && unreached(whole, ends) === null) return whole;
  const recent = scan.recentSummary();
  if (recent && unreached(recent, ends) === null) return recent;
  const summary = (whole ?? recent) as LogSummary;
  const input = unreached(summary, ends) as Input;
  const { low, high } = ends[input];
  throw new FatalError(
    `The ${input} of partition ${identity.partition} hold offsets ${low} to ${high}, the join log has read ${summary.from[input]} to ${toOf(summary, input)}: the topic was shortened or made anew; ${wayOut(identity.topic)}.`,
  );
}

/** The first input that lacks records of the replay; null where none does. */
function unreached(summary: LogSummary, ends: InputEnds): Input | null {
  const lacks = (input: Input): boolean =>
    summary.from[input] < ends[input].low || toOf(summary, input) > ends[input].high;
  return inputs.find(lacks) ?? null;
}

function toOf({ last, from }: LogSummary, input: Input): number {
  return last?.next_offsets[input] ?? from[input];
}

function highs({ sends, deliveries, engagements }: InputEnds): InputOffsets {
  return { sends: sends.high, deliveries: deliveries.high, engagements: engagements.high };
}
