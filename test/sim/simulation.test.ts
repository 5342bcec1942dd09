import { expect, test } from "vitest";
import { faultKinds } from "./faults.ts";
import { reportFailure, simulateSeeds } from "./seeds.ts";
import { simulate } from "./simulation.ts";

test("whatever goes wrong, every engagement and every message is stored once, as the oracle says", async () => {
  const survey = await simulateSeeds({ from: 1, seeds: 40, onSeed: ({ failure }) => failure !== null });
  for (const failed of survey.failed) expect.fail(await reportFailure(failed, {}));
  const met = (what: string): number => survey.counts.get(what)?.seeds ?? 0;
  const wanted = [
    ...faultKinds,
    "takeover",
    "log in doubt",
    "small COMMITs",
    "drained",
    "slab sealed",
    "message carried on",
    "message recalled",
    "event seen before its message was sealed",
    "recovery from the newest snapshot",
    "recovery from an older snapshot",
    "recovery from the log alone",
  ];
  expect(wanted.filter((what) => met(what) < 4)).toEqual([]);
});

test("a seed always goes the same way", async () => {
  const once = await simulate({ seed: 7 });
  const again = await simulate({ seed: 7 });
  expect(again).toEqual(once);
});
