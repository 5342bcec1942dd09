import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { inputs, LogReader, type Commit } from "@antedate/schemas";
import type { BenchArguments } from "./arguments.ts";
import { makeTopics, prefix, say, startBroker, type Broker } from "./kafka/broker.ts";
import { createInputWriter, type InputWriter } from "./kafka/loaded-broker.ts";
import { startService, type RunningService } from "./kafka/services.ts";
import { OpenTraffic } from "./open-traffic.ts";
import type { Report } from "./report.ts";

const chunk = 20_000;
/** What is read between the snapshot and the kill. */
const messagesSince = 20_000;
const pollMs = 100;
const folder = `join/${prefix}classified-0`;

/** What the log of the one task says from an offset on. */
interface LogTail {
  fencedAt: number | null;
  committedAt: number | null;
  last: Commit | null;
  lastOffset: number;
}

/** How long one task with so many open messages is away when its process is killed: from its snapshot, and from the log alone. */
export async function benchRecovery({ quick, sizes }: BenchArguments): Promise<Report> {
  const [messages] = sizes ?? [quick ? 100_000 : 5_000_000];
  const broker = await startBroker(null);
  const stateDir = join(broker.workDir, "state");
  const start = (): RunningService => {
    const env = { KAFKA_BROKERS: broker.brokers, TOPIC_PREFIX: prefix, STATE_DIR: stateDir };
    return startService(["join"], { ...env, SNAPSHOT_INTERVAL_MS: "10000" });
  };
  let service: RunningService | null = null;
  try {
    await makeTopics(broker.admin, ["sends", "deliveries", "engagements", "classified", "rejects"], 1);
    const writer = await createInputWriter(broker.brokers, 1);
    const traffic = new OpenTraffic();
    say(`Writing ${messages?.toLocaleString("en-US")} messages.`);
    await write(writer, traffic, messages as number);
    service = start();
    const caughtUp = await untilRead(broker);
    say("Read. Waiting for a snapshot.");
    while (newestSnapshot(stateDir) < caughtUp) await sleep(pollMs);
    const rows: (string | number)[][] = [];
    for (const from of ["its snapshot", "the log alone"]) {
      await write(writer, traffic, messagesSince);
      await untilRead(broker);
      service.child.kill("SIGKILL");
      const { high: end } = await broker.reader.ends(`${prefix}classified`, 0);
      if (from === "the log alone") rmSync(stateDir, { recursive: true });
      await write(writer, traffic, 1);
      say(`Starting again from ${from}.`);
      service = start();
      const { fencedAt, committedAt } = await untilCommitted(broker, end);
      rows.push([from, fencedAt - service.startedAt, committedAt - fencedAt, committedAt - service.startedAt]);
    }
    await writer.close();
    return {
      title: `Kill -9 of a join task with ${messages?.toLocaleString("en-US")} open messages`,
      columns: ["started again from", "until its FENCE, ms", "until its COMMIT, ms", "away in all, ms"],
      rows,
      figures: rows,
      notes: [
        "From the start of the new process, Node's own and the group's join included; the COMMIT may wait for up to 0.5 s.",
      ],
    };
  } finally {
    await service?.stop();
    await broker.stop();
  }
}

async function write(writer: InputWriter, traffic: OpenTraffic, count: number): Promise<void> {
  for (const end = traffic.messages + count; traffic.messages < end;) {
    for (const record of traffic.next(Math.min(chunk, end - traffic.messages)).flat()) {
      const { input, bytes, keyStart, keyLength, valueStart, valueLength } = record;
      const key = bytes.toString("utf8", keyStart, keyStart + keyLength);
      writer.add({ input, key, value: bytes.subarray(valueStart, valueStart + valueLength) });
    }
    await writer.flush();
  }
}

/** Waits until the last COMMIT is at the ends of the inputs. Gives its offset. */
async function untilRead(broker: Broker): Promise<number> {
  for (let from = 0; ; await sleep(pollMs)) {
    const { last, lastOffset } = await tailOf(broker, from);
    const { reader } = broker;
    const highs = await Promise.all(inputs.map(async (input) => (await reader.ends(prefix + input, 0)).high));
    if (last && inputs.every((input, place) => last.next_offsets[input] >= (highs[place] as number))) return lastOffset;
    from = Math.max(0, lastOffset);
  }
}

/** Waits for the first FENCE from an offset on and the first COMMIT behind it: when they were appended, epoch ms. */
async function untilCommitted(broker: Broker, from: number): Promise<{ fencedAt: number; committedAt: number }> {
  for (;;) {
    const { fencedAt, committedAt } = await tailOf(broker, from);
    if (fencedAt !== null && committedAt !== null) return { fencedAt, committedAt };
    await sleep(pollMs);
  }
}

async function tailOf({ reader }: Broker, from: number): Promise<LogTail> {
  const { high } = await reader.ends(`${prefix}classified`, 0);
  const tail: LogTail = { fencedAt: null, committedAt: null, last: null, lastOffset: -1 };
  let valid: LogReader | null = null;
  for (let at = from; at < high;) {
    const { records, nextOffset } = await reader.read(`${prefix}classified`, 0, at);
    for (const { offset, value, appendTime } of records) {
      valid ??= new LogReader(offset - 1);
      const record = valid.take(offset, value);
      if (record === null) continue;
      if ("fence" in record) tail.fencedAt ??= appendTime;
      else {
        if (tail.fencedAt !== null) tail.committedAt ??= appendTime;
        tail.last = record.commit;
        tail.lastOffset = offset;
      }
    }
    at = nextOffset;
  }
  return tail;
}

/** Offset of the newest snapshot; −1 without one. */
function newestSnapshot(stateDir: string): number {
  try {
    const names = readdirSync(join(stateDir, folder)).filter((name) => name.startsWith("snapshot-"));
    return Math.max(-1, ...names.map((name) => Number(name.split("-")[1])));
  } catch {
    return -1;
  }
}
