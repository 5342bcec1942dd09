import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Admin } from "kafkajs";
import { inputs } from "@antedate/schemas";
import { makeTopics, prefix } from "./broker.ts";
import type { LoadedBroker } from "./loaded-broker.ts";
import { watchCpu, type Measured } from "./measured-process.ts";
import { readLog, type LogFacts } from "./read-log.ts";
import { startService } from "./services.ts";

export interface OurJoin {
  measured: Measured;
  log: LogFacts;
}

/** `antedate join` as it is, from the beginning of the topics until its COMMITs have passed their ends. */
export async function measureOurJoin(broker: LoadedBroker, timeoutMs: number, flags: string[] = []): Promise<OurJoin> {
  const { admin, brokers, partitions, workDir } = broker;
  await makeTopics(admin, ["classified", "rejects"], partitions);
  const group = `bench-${Date.now()}`;
  const service = startService(["join", ...flags], {
    KAFKA_BROKERS: brokers,
    TOPIC_PREFIX: prefix,
    CONSUMER_GROUP: group,
    STATE_DIR: join(workDir, "join"),
  });
  const began = service.startedAt;
  const cpu = watchCpu(service.child);
  try {
    while (!(await hasPassedEnds(admin, group, broker))) {
      service.check();
      if (Date.now() - began > timeoutMs) throw new Error(`the join was not done within ${timeoutMs} ms`);
      await sleep(250);
    }
  } finally {
    await service.stop();
    cpu.stop();
  }
  const log = await readLog(broker);
  if (!log.isComplete) throw new Error("the join's COMMITs do not reach the ends");
  // The log's own times tell when it had got how far: to the COMMIT, not to the next time somebody looked.
  const timeWith = (share: number): number =>
    log.progress.find(({ records }) => records >= share * broker.records)?.time ?? NaN;
  const recordsAt = (time: number): number => log.progress.findLast((step) => step.time <= time)?.records ?? 0;
  const [from, to, end] = [timeWith(0.25), timeWith(0.95), timeWith(1)];
  const measured: Measured = {
    name: "Antedate",
    whole: { records: broker.records, wallMs: end - began, cpuMs: cpu.cpuMsAt(end) },
    steady: {
      records: recordsAt(to) - recordsAt(from),
      wallMs: to - from,
      cpuMs: cpu.cpuMsAt(to) - cpu.cpuMsAt(from),
    },
    totals: log.totals,
    outBytes: log.bytes,
  };
  return { measured, log };
}

/** The group's offsets follow each COMMIT within a second: cheap to ask for, good enough to know that it is over. */
async function hasPassedEnds(admin: Admin, group: string, { ends }: LoadedBroker): Promise<boolean> {
  try {
    const topics = inputs.map((input) => prefix + input);
    const offsets = await admin.fetchOffsets({ groupId: group, topics });
    return inputs.every((input) => {
      const committed = offsets.find(({ topic }) => topic === prefix + input)?.partitions ?? [];
      const at = new Map(committed.map(({ partition, offset }) => [partition, Number(offset)]));
      return ends[input].every((end, partition) => end === 0 || (at.get(partition) ?? -1) >= end);
    });
  } catch {
    return false;
  }
}
