import { parseArgs } from "node:util";
import { reportFailure, simulateSeeds, type Survey } from "./seeds.ts";
import { simulate } from "./simulation.ts";

const usage = `npm run sim -- [--seeds N] [--from N] [--steps N]    N seeds, from one on (default: 200 from 1)
npm run sim -- --seed N [--steps N] [--trace]        one seed; --trace prints all that happens in it
--steps N: after N turns nothing goes wrong any more, which may find a shorter way to the same failure`;

/** Gives the exit code. */
async function main(args: string[]): Promise<number> {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  const { values } = parseArgs({
    args,
    options: { seeds: text, seed: text, from: text, steps: text, trace: flag, help: flag },
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
  const beganAt = performance.now();
  const survey = await simulateSeeds({
    ...options,
    from: Number(from),
    seeds: Number(seeds),
    onSeed: (result) => result.failure !== null,
  });
  console.log(summaryOf(survey, (performance.now() - beganAt) / 1_000));
  for (const failed of survey.failed) console.log(await reportFailure(failed, options));
  return survey.failed.length === 0 ? 0 : 1;
}

function summaryOf({ seeds, turns, counts, failed }: Survey, seconds: number): string {
  const failedSeeds = failed.map(({ seed }) => seed);
  return [
    `${seeds} seeds in ${seconds.toFixed(1)} s, ${(seeds / seconds).toFixed(1)} a second, ${Math.round(turns / seeds)} turns each`,
    "what happened                              times   a seed   in seeds",
    ...[...counts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([what, own]) => {
        const mean = (own.times / seeds).toFixed(2);
        return `${what.padEnd(40)} ${String(own.times).padStart(7)} ${mean.padStart(8)} ${String(own.seeds).padStart(10)}`;
      }),
    failedSeeds.length === 0 ? "all survived" : `failed: seed ${failedSeeds.join(", ")}`,
  ].join("\n");
}

process.exitCode = await main(process.argv.slice(2));
