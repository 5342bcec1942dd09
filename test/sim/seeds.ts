import { simulate, type SimulationOptions, type SimulationResult } from "./simulation.ts";

/** What many seeds had in common. */
export interface Survey {
  seeds: number;
  turns: number;
  /** How often what happened, and in how many seeds. */
  counts: Map<string, { times: number; seeds: number }>;
  failed: SimulationResult[];
}

export interface SurveyOptions extends Omit<SimulationOptions, "seed" | "trace"> {
  from: number;
  seeds: number;
  /** Called after each seed; true ends the survey. */
  onSeed?: (result: SimulationResult, survey: Survey) => boolean;
}

export async function simulateSeeds({ from, seeds, onSeed, ...options }: SurveyOptions): Promise<Survey> {
  const survey: Survey = { seeds: 0, turns: 0, counts: new Map(), failed: [] };
  for (let seed = from; seed < from + seeds; seed++) {
    const result = await simulate({ ...options, seed });
    survey.seeds++;
    survey.turns += result.turns;
    for (const [what, times] of result.counts) {
      const known = survey.counts.get(what) ?? { times: 0, seeds: 0 };
      survey.counts.set(what, { times: known.times + times, seeds: known.seeds + 1 });
    }
    if (result.failure !== null) survey.failed.push(result);
    if (onSeed?.(result, survey)) break;
  }
  return survey;
}

/** Of several surveys one. */
export function merged(surveys: readonly Survey[]): Survey {
  const all: Survey = { seeds: 0, turns: 0, counts: new Map(), failed: [] };
  for (const { seeds, turns, counts, failed } of surveys) {
    all.seeds += seeds;
    all.turns += turns;
    all.failed.push(...failed);
    for (const [what, own] of counts) {
      const known = all.counts.get(what) ?? { times: 0, seeds: 0 };
      all.counts.set(what, { times: known.times + own.times, seeds: known.seeds + own.seeds });
    }
  }
  return all;
}

const linesMax = 150;

/** Why a seed failed, the last of what happened in it, and the command that repeats it. */
export async function reportFailure(
  { seed, digest }: SimulationResult,
  options: Omit<SimulationOptions, "seed">,
): Promise<string> {
  const lines: string[] = [];
  const again = await simulate({ ...options, seed, trace: (line) => void lines.push(line) });
  const steps = options.turnsMax === undefined ? "" : ` --steps ${options.turnsMax}`;
  return [
    ...lines.slice(-linesMax),
    ...(again.digest === digest
      ? []
      : ["It did not happen the same way again: something in it knows the host's clock or chance."]),
    again.failure ?? "It did not fail again.",
    `Repeat it with: npm run sim -- --seed ${seed}${steps}`,
  ].join("\n");
}
