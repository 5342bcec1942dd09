import { fork } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { merged, reportFailure, simulateSeeds, type Survey } from "./seeds.ts";
import { simulate } from "./simulation.ts";

const usage = `npm run sim -- [--seeds N] [--from N] [--steps N] [--jobs N]   N seeds, from one on (default: 200 from 1)
npm run sim -- --seed N [--steps N] [--trace]                  one seed; --trace prints all that happens in it
--steps N: after N turns nothing goes wrong any more, which may find a shorter way to the same failure`;

const text = { type: "string" } as const;
const flag = { type: "boolean", default: false } as const;

/** Gives the exit code. */
async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { seeds: text, seed: text, from: text, steps: text, jobs: text, trace: flag, help: flag },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const options = values.steps === undefined ? {} : { turnsMax: Number(values.steps) };
  if (values.seed !== undefined && values.trace) {
    const result = await simulate({ ...options, seed: Number(values.seed), trace: (line) => console.log(line) });
    console.log(result.failure ?? "all is as it must be");
    return result.failure === null ? 0 : 1;
  }
  const [from, seeds] = values.seed === undefined ? [values.from ?? 1, values.seeds ?? 200] : [values.seed, 1];
  const range = { ...options, from: Number(from), seeds: Number(seeds) };
  if (process.send !== undefined) {
    process.send(await simulateSeeds(range));
    return 0;
  }
  const beganAt = performance.now();
  const survey = await inJobs(range, Math.min(range.seeds, Number(values.jobs ?? availableParallelism())));
  console.log(summaryOf(survey, (performance.now() - beganAt) / 1_000));
  for (const failed of survey.failed.slice(0, 1)) console.log(await reportFailure(failed, options));
  return survey.failed.length === 0 ? 0 : 1;
}

interface Range {
  from: number;
  seeds: number;
  turnsMax?: number;
}

/** Shares the seeds out among processes, which each run this file. */
async function inJobs(range: Range, jobs: number): Promise<Survey> {
  if (jobs <= 1) return await simulateSeeds(range);
  const share = Math.ceil(range.seeds / jobs);
  const shares = Array.from({ length: jobs }, (_, job) => ({
    ...range,
    from: range.from + job * share,
    seeds: Math.min(share, range.seeds - job * share),
  }));
  return merged(await Promise.all(shares.filter(({ seeds }) => seeds > 0).map(runChild)));
}

async function runChild({ from, seeds, turnsMax }: Range): Promise<Survey> {
  const steps = turnsMax === undefined ? [] : ["--steps", String(turnsMax)];
  const args = ["--from", String(from), "--seeds", String(seeds), ...steps];
  const child = fork(process.argv[1] as string, args, { serialization: "advanced" });
  const died = once(child, "exit").then(([code]) => {
    throw new Error(`the process with the seeds from ${from} on ended with ${String(code)}`);
  });
  const [survey] = await Promise.race([once(child, "message"), died]);
  died.catch(() => {});
  return survey as Survey;
}

function summaryOf({ seeds, turns, counts, failed }: Survey, seconds: number): string {
  return [
    `${seeds} seeds in ${seconds.toFixed(1)} s, ${(seeds / seconds).toFixed(1)} a second, ${Math.round(turns / seeds)} turns each`,
    "what happened                              times   a seed   in seeds",
    ...[...counts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([what, own]) => {
        const mean = (own.times / seeds).toFixed(2);
        return `${what.padEnd(40)} ${String(own.times).padStart(7)} ${mean.padStart(8)} ${String(own.seeds).padStart(10)}`;
      }),
    failed.length === 0 ? "all survived" : `failed: seed ${failed.map(({ seed }) => seed).join(", ")}`,
  ].join("\n");
}

process.exitCode = await main(process.argv.slice(2));
