import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LogReader } from "@antedate/schemas";
import type { BenchArguments } from "./arguments.ts";
import { makeTopics, prefix, say, startBroker, type Broker } from "./kafka/broker.ts";
import { createInputWriter, type InputWriter } from "./kafka/loaded-broker.ts";
import { startService, type RunningService } from "./kafka/services.ts";
import type { Report } from "./report.ts";
import { benchTraffic } from "./traffic.ts";

const recordsPerSecond = 2_000;
const tickMs = 100;
/** Beyond the session timeout, after which Kafka gives up a member that was killed. */
const phaseMs = 30_000;

interface Phase {
  name: string;
  from: number;
  to: number;
}

/** A record of the join log as it matters here. */
interface LogStep {
  partition: number;
  appendTime: number;
  isFence: boolean;
}

/** How long each task's COMMITs stop while members of the join's group come, leave and die under an even load. */
export async function benchRebalance({ quick, partitions }: BenchArguments): Promise<Report> {
  const broker = await startBroker(null);
  const members: RunningService[] = [];
  const startMember = (): RunningService => {
    const member = startService(["join"], {
      KAFKA_BROKERS: broker.brokers,
      TOPIC_PREFIX: prefix,
      STATE_DIR: join(broker.workDir, `join-${members.length}`),
    });
    members.push(member);
    return member;
  };
  try {
    await makeTopics(broker.admin, ["sends", "deliveries", "engagements", "classified", "rejects"], partitions);
    const done = new AbortController();
    const writer = await createInputWriter(broker.brokers, partitions);
    const load = produce(writer, done.signal);
    const lengthMs = quick ? phaseMs / 2 : phaseMs;
    const phases: Phase[] = [];
    const during = async (name: string, act: () => unknown): Promise<void> => {
      say(name);
      const from = Date.now();
      await act();
      await sleep(Math.max(0, lengthMs - (Date.now() - from)));
      phases.push({ name, from, to: Date.now() });
    };
    startMember();
    await sleep(lengthMs);
    await during("nothing", () => {});
    await during("a second member comes", startMember);
    await during("a third member comes", startMember);
    await during("the third leaves (SIGTERM)", () => members[2]?.stop());
    await during("the second is killed (SIGKILL)", () => members[1]?.child.kill("SIGKILL"));
    done.abort();
    await load;
    await writer.close();
    return report(phases, await readSteps(broker, partitions));
  } finally {
    for (const member of members) if (member.child.exitCode === null && !member.child.killed) await member.stop();
    await broker.stop();
  }
}

async function produce(writer: InputWriter, signal: AbortSignal): Promise<void> {
  const traffic = benchTraffic({ seed: 1, messages: 10_000_000, messagesPerSecond: 20 });
  const began = performance.now();
  for (let produced = 0; !signal.aborted;) {
    for (const due = ((performance.now() - began) * recordsPerSecond) / 1_000; produced < due; produced++) {
      const next = traffic.next();
      if (!next.done) writer.add(next.value);
    }
    await writer.flush();
    await sleep(tickMs);
  }
}

async function readSteps({ reader }: Broker, partitions: number): Promise<LogStep[]> {
  const steps: LogStep[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    const { high } = await reader.ends(`${prefix}classified`, partition);
    const valid = new LogReader();
    for (let at = 0; at < high;) {
      const { records, nextOffset } = await reader.read(`${prefix}classified`, partition, at);
      for (const { offset, value, appendTime } of records) {
        const record = valid.take(offset, value);
        if (record !== null) steps.push({ partition, appendTime, isFence: "fence" in record });
      }
      at = nextOffset;
    }
  }
  return steps;
}

function report(phases: readonly Phase[], steps: readonly LogStep[]): Report {
  const measured = phases.map(({ name, from, to }) => {
    const tasks = [...new Set(steps.map(({ partition }) => partition))].map((task) => {
      const own = steps.filter(({ partition, appendTime }) => partition === task && appendTime <= to);
      const commits = own.flatMap(({ isFence, appendTime }) => (isFence ? [] : [appendTime]));
      // What went before counts too: a member that is killed has made its last COMMIT by then.
      const first = commits.findLast((time) => time < from) ?? from;
      return {
        hasMoved: own.some(({ isFence, appendTime }) => isFence && appendTime >= from),
        pauseMs: longestGap([first, ...commits.filter((time) => time >= from)]),
      };
    });
    return { name, tasks };
  });
  return {
    title: `Pauses between COMMITs of a task, ${recordsPerSecond} records/s; the longest in each phase`,
    columns: [
      "what happens",
      "tasks moved",
      "longest pause of theirs, ms",
      "tasks kept",
      "longest pause of theirs, ms",
    ],
    rows: measured.map(({ name, tasks }) => {
      const [moved, kept] = [true, false].map((hasMoved) => tasks.filter((task) => task.hasMoved === hasMoved));
      const longest = (all: typeof tasks = []): number | string =>
        all.length === 0 ? "" : Math.max(...all.map(({ pauseMs }) => pauseMs));
      return [name, moved?.length ?? 0, longest(moved), kept?.length ?? 0, longest(kept)];
    }),
    figures: measured,
  };
}

function longestGap(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  return Math.max(0, ...sorted.slice(1).map((time, index) => time - (sorted[index] as number)));
}
