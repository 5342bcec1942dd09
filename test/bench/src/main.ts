import { parseArguments, type Benchmark, type BenchArguments } from "./arguments.ts";
import { publish, type Report } from "./report.ts";

type Run = (args: BenchArguments) => Report | Promise<Report>;

/** Loaded when asked for: what one benchmark needs must not stand in the memory of another. */
const runs: Record<Benchmark, () => Promise<Run>> = {
  join: async () => (await import("./join.ts")).benchJoin,
  kafka: async () => (await import("./kafka/kafka.ts")).benchKafka,
  sink: async () => (await import("./sink.ts")).benchSink,
  latency: async () => (await import("./latency.ts")).benchLatency,
  rebalance: async () => (await import("./rebalance.ts")).benchRebalance,
  recovery: async () => (await import("./recovery.ts")).benchRecovery,
  memory: async () => (await import("./memory.ts")).benchMemory,
  growth: async () => (await import("./growth.ts")).benchGrowth,
  "sql-only": async () => (await import("./sql-only.ts")).benchSqlOnly,
};

try {
  const args = parseArguments(process.argv.slice(2));
  const run = await runs[args.benchmark]();
  publish(args.benchmark, await run(args), args.out);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
