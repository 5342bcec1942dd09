import { parseArgs } from "node:util";

export const benchmarks = [
  "join",
  "kafka",
  "sink",
  "latency",
  "rebalance",
  "recovery",
  "memory",
  "growth",
  "sql-only",
] as const;
export type Benchmark = (typeof benchmarks)[number];

export interface BenchArguments {
  benchmark: Benchmark;
  /** Small sizes, to see that it runs. */
  quick: boolean;
  /** Where the figures go as JSON; null for nowhere. */
  out: string | null;
  /** Folder of the broker and its preloaded topics, kept between runs; null for one that is thrown away. */
  data: string | null;
  /** Records, or messages where the benchmark counts those; null for its default. */
  sizes: number[] | null;
  partitions: number;
  /** Which of the things to compare run, null for all. */
  only: string[] | null;
}

const usage = `npm run bench -- ${benchmarks.join("|")} [--quick] [--out FILE] [--data DIR] [--sizes N,N] [--partitions N] [--only NAME,NAME]`;

/** Throws an Error whose message is for a person. */
export function parseArguments(argv: readonly string[]): BenchArguments {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      quick: { type: "boolean", default: false },
      out: { type: "string" },
      data: { type: "string" },
      sizes: { type: "string" },
      partitions: { type: "string", default: "4" },
      only: { type: "string" },
    },
  });
  const [name, ...rest] = positionals;
  const benchmark = benchmarks.find((known) => known === name);
  if (benchmark === undefined || rest.length > 0) throw new Error(`Which benchmark? ${usage}`);
  return {
    benchmark,
    quick: values.quick,
    out: values.out ?? null,
    data: values.data ?? null,
    sizes: values.sizes?.split(",").map(toCount) ?? null,
    partitions: toCount(values.partitions),
    only: values.only?.split(",") ?? null,
  };
}

const units: Record<string, number> = { "": 1, k: 1_000, M: 1_000_000 };

/** `400k`, `3.2M` or plain digits. */
export function toCount(text: string): number {
  const [, digits = "", unit = ""] = /^([0-9.]+)([kM]?)$/.exec(text) ?? [];
  const count = digits === "" ? NaN : Math.round(Number(digits) * (units[unit] ?? NaN));
  if (!Number.isSafeInteger(count) || count < 1) throw new Error(`${text} is no count: write 400000, 400k or 3.2M.`);
  return count;
}
