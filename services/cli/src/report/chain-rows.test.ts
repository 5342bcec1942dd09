import { expect, test } from "vitest";
import { chainRows } from "./chain-rows.ts";
import type { ChainAttempt, ChainEngagement, ChainFigures, ChainStep } from "./report-figures.ts";

const second = 1000;
const acceptedAt = 100_000 * second;

function attempt(at: number, outcome: ChainAttempt["outcome"]): ChainAttempt {
  const known = { startedAt: null, ordinal: 1, stage: "end_of_data", diagnostic: null, mxHost: null } as const;
  return { what: "attempt", at, outcome, smtpCode: outcome === "accepted" ? 250 : 451, ...known };
}

function click(at: number, own: ChainEngagement["class"] = "pre_acceptance"): ChainEngagement {
  const known = { exposure: "after_deferral", exposedAttempt: 1, ip: null, userAgent: null } as const;
  return { what: "engagement", at, kind: "click", class: own, ...known };
}

function chain(steps: ChainStep[], engagementsLeft = 0): ChainFigures {
  return { messageId: "m", domain: "elm.example", acceptedAt, before: 1, steps, engagementsLeft };
}

/** `attempt`, `engagement`, or how many steps are folded into one line. */
function shape(figures: ChainFigures): string[] {
  return chainRows(figures).map((row) => (row.what === "more" ? `+${row.steps.length + row.uncounted}` : row.what));
}

test("a short chain is shown whole", () => {
  const steps = [attempt(0, "deferred"), click(1), click(2), click(3), attempt(acceptedAt, "accepted")];
  expect(shape(chain(steps))).toEqual(["attempt", "engagement", "engagement", "engagement", "attempt"]);
});

test("of a long run of clicks two are shown, and the others with how long they took from there", () => {
  const clicks = Array.from({ length: 25 }, (_, n) => click((1 + n) * second));
  const rows = chainRows(chain([attempt(0, "deferred"), ...clicks, attempt(acceptedAt, "accepted")]));
  expect(rows).toHaveLength(5);
  // The second click is at 2 s, the last at 25 s.
  const more = rows[3];
  expect(more).toMatchObject({ what: "more", from: 2 * second, uncounted: 0 });
  expect(more?.what === "more" && [more.steps.length, more.steps.at(-1)?.at]).toEqual([23, 25 * second]);
});

test("another class begins another run", () => {
  const steps = [1, 2, 3, 4].map((at) => click(at));
  const near = [5, 6, 7].map((at) => click(at, "near_acceptance"));
  const shown = shape(chain([...steps, ...near, attempt(acceptedAt, "accepted")]));
  expect(shown).toEqual(["engagement", "engagement", "+2", "engagement", "engagement", "engagement", "attempt"]);
});

test("of a chain with many turns both ends are shown, and the 250 always", () => {
  const turns = Array.from({ length: 50 }, (_, n) => [attempt(2 * n, "deferred"), click(2 * n + 1)]).flat();
  const rows = chainRows(chain([...turns, attempt(acceptedAt, "accepted")]));
  // Eight rows, the other 101 - 16 steps in one line, eight rows.
  expect(rows).toHaveLength(17);
  expect(rows[8]).toMatchObject({ what: "more", from: 7 });
  expect(rows[8]?.what === "more" && rows[8].steps.length).toBe(85);
  expect(rows.at(-1)).toMatchObject({ outcome: "accepted" });
});

test("after the 250 five rows are shown, and what was only counted is said", () => {
  const after = Array.from({ length: 10 }, (_, n) =>
    click(acceptedAt + n + 1, n % 2 === 0 ? "near_acceptance" : "post_delivery"),
  );
  const shown = shape(chain([attempt(acceptedAt, "accepted"), ...after], 700));
  expect(shown).toEqual(["attempt", ...Array<string>(5).fill("engagement"), "+705"]);
});
