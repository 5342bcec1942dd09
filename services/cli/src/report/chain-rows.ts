import type { ChainFigures, ChainStep } from "./report-figures.ts";

/** Steps that are not shown one by one, and when they were. */
export interface ChainMore {
  what: "more";
  steps: readonly ChainStep[];
  /** Engagements that are only counted: they come after `steps`. */
  uncounted: number;
  /** The time of the step shown before, epoch ms. */
  from: number;
}

export type ChainRow = ChainStep | ChainMore;

/** Of equal steps in a row so many are shown, and one more line for the others. */
const shownOfRun = 2;
/** Of the rows up to the acceptance these many at both ends; of those after it the first. */
const firstRows = 8;
const lastRows = 8;
const rowsAfter = 5;

/** What a timeline shows of a chain: all of a short one, the telling ends of a long one. */
export function chainRows({ steps, acceptedAt, engagementsLeft }: ChainFigures): ChainRow[] {
  const accepted = steps.findIndex((step) => isAcceptance(step, acceptedAt));
  const before = foldRuns(steps.slice(0, accepted + 1));
  const after = foldRuns(steps.slice(accepted + 1));
  const left: ChainRow[] =
    engagementsLeft === 0 ? [] : [{ what: "more", steps: [], uncounted: engagementsLeft, from: acceptedAt }];
  return [...foldMiddle(before, firstRows, lastRows), ...foldMiddle([...after, ...left], rowsAfter, 0)];
}

export function isAcceptance(step: ChainStep, acceptedAt: number): boolean {
  return step.what === "attempt" && step.outcome === "accepted" && step.at === acceptedAt;
}

function foldRuns(steps: readonly ChainStep[]): ChainRow[] {
  const runs: ChainStep[][] = [];
  for (const step of steps) {
    const run = runs.at(-1);
    if (run?.[0] !== undefined && runKey(run[0]) === runKey(step)) run.push(step);
    else runs.push([step]);
  }
  return runs.flatMap((run): ChainRow[] => {
    if (run.length <= shownOfRun + 1) return run;
    const from = (run[shownOfRun - 1] as ChainStep).at;
    return [...run.slice(0, shownOfRun), { what: "more", steps: run.slice(shownOfRun), uncounted: 0, from }];
  });
}

/** Steps that say the same again. */
function runKey(step: ChainStep): string {
  return step.what === "attempt"
    ? `${step.outcome} ${step.stage} ${step.smtpCode}`
    : `${step.class} ${step.exposure} ${step.exposedAttempt}`;
}

function foldMiddle(rows: readonly ChainRow[], first: number, last: number): ChainRow[] {
  if (rows.length <= first + last + 1) return [...rows];
  const end = rows.length - last;
  const folded = rows.slice(first, end);
  const more: ChainMore = {
    what: "more",
    steps: folded.flatMap((row) => (row.what === "more" ? row.steps : [row])),
    uncounted: folded.reduce((sum, row) => sum + (row.what === "more" ? row.uncounted : 0), 0),
    from: lastTimeOf(rows[first - 1] as ChainRow),
  };
  return [...rows.slice(0, first), more, ...rows.slice(end)];
}

function lastTimeOf(row: ChainRow): number {
  return row.what === "more" ? (row.steps.at(-1)?.at ?? row.from) : row.at;
}
