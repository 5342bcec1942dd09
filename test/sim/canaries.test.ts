import { expect, test } from "vitest";
import { canaries } from "./canaries.ts";
import { simulateSeeds } from "./seeds.ts";

/** A bug that so many seeds do not find would not be found where it is not planted either. */
const seedsMax = 100;

test.for(canaries)("is caught: $name", async (canary) => {
  const survey = await simulateSeeds({
    from: 1,
    seeds: seedsMax,
    canary,
    onSeed: ({ failure }) => failure !== null,
  });
  expect(survey.failed.map(({ failure }) => failure)).toEqual([expect.stringMatching(canary.complaint)]);
});
