import { execFile } from "node:child_process";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { runProgram } from "../run-program.ts";
import { makeTopics, prefix } from "./broker.ts";
import type { LoadedBroker } from "./loaded-broker.ts";
import type { Measured, Printed, Totals } from "./measured-process.ts";

const javaDir = fileURLToPath(new URL("../../java", import.meta.url));

/** Of the collectors the one that serves both peers best per CPU-second. The heap does not grow while it is measured. */
const jvmFlags = ["-XX:+UseParallelGC", "-Xms4g", "-Xmx4g"];
/** What Flink's own start script opens on Java 17. */
const flinkFlags = ["java.base/java.lang", "java.base/java.util", "java.base/java.net", "java.base/java.nio"].flatMap(
  (name) => ["--add-opens", `${name}=ALL-UNNAMED`],
);

/** Builds the peers with Maven where a source is newer than what is built. */
export async function buildPeers(): Promise<void> {
  const built = await Promise.all(["streams", "flink"].map((name) => stat(jar(name)).catch(() => null)));
  const sources = await readdir(javaDir, { recursive: true });
  const changed = await Promise.all(
    sources
      .filter((name) => /\.java$|pom\.xml$/.test(name) && !name.includes("target"))
      .map(async (name) => (await stat(join(javaDir, name))).mtimeMs),
  );
  const oldest = Math.min(...built.map((found) => found?.mtimeMs ?? 0));
  if (oldest >= Math.max(...changed)) return;
  console.error("Building the peers with Maven.");
  await promisify(execFile)("mvn", ["-q", "-B", "package"], { cwd: javaDir, maxBuffer: 64 * 1024 * 1024 });
}

export async function measureStreams(broker: LoadedBroker, timeoutMs: number): Promise<Measured> {
  const { admin, brokers, partitions, workDir } = broker;
  await makeTopics(admin, ["streams-rows"], partitions);
  const id = `bench-streams-${Date.now()}`;
  const args = [brokers, prefix, `${prefix}streams-rows`, String(partitions), id, join(workDir, id)];
  return await measure("Kafka Streams, RocksDB, exactly-once", "streams", "StreamsBench", args, [], timeoutMs);
}

export type FlinkGuarantee = "exactly-once" | "at-least-once";

export async function measureFlink(
  broker: LoadedBroker,
  guarantee: FlinkGuarantee,
  parallelism: number,
  timeoutMs: number,
): Promise<Measured> {
  const { admin, brokers, partitions, workDir } = broker;
  await makeTopics(admin, ["flink-rows"], partitions);
  const work = join(workDir, `flink-${Date.now()}`);
  const args = [brokers, prefix, `${prefix}flink-rows`, guarantee, String(parallelism), work];
  const name = `Flink, heap, ${guarantee}${parallelism === 1 ? ", one thread" : ""}`;
  return await measure(name, "flink", "FlinkBench", args, flinkFlags, timeoutMs);
}

async function measure(
  name: string,
  project: string,
  main: string,
  args: string[],
  flags: string[],
  timeoutMs: number,
): Promise<Measured> {
  const classPath = `${jar(project)}:${join(javaDir, project, "target", "jars", "*")}`;
  const java = [...jvmFlags, ...flags, "-cp", classPath, `antedate.bench.${main}`, ...args];
  const printed = await runProgram<Printed & Totals>("java", java, timeoutMs);
  const { records, wallMs, cpuMs, steady, classes, exposures, uncertain, parked } = printed;
  // Outcomes of deliveries are accepted, deferred, bounced, expired; no message ends deferred.
  const outcomes = printed.outcomes.filter((_, index) => index !== 1);
  const totals = { classes, exposures, uncertain, outcomes, parked };
  return { name, whole: { records, wallMs, cpuMs }, steady, totals, outBytes: null };
}

function jar(project: string): string {
  return join(javaDir, project, "target", `bench-${project}-0.1.0.jar`);
}
