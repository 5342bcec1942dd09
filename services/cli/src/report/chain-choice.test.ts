import { expect, test } from "vitest";
import { chooseChains, type ChainCandidate } from "./chain-choice.ts";

function candidate(messageId: string, over: Partial<ChainCandidate> = {}): ChainCandidate {
  return { messageId, domain: messageId, before: 1, exposed: true, waitMs: 0, ...over };
}

function chosen(candidates: ChainCandidate[], placesMax = 6): string[] {
  return chooseChains(candidates, placesMax).map(({ messageId }) => messageId);
}

test("exposure counts more than number, number more than the wait, and equals go by ID", () => {
  const candidates = [
    candidate("b", { waitMs: 5 }),
    candidate("a", { waitMs: 5 }),
    candidate("long", { waitMs: 9 }),
    candidate("many", { before: 7 }),
    candidate("leak", { before: 99, exposed: false }),
  ];
  expect(chosen(candidates)).toEqual(["many", "long", "a", "b", "leak"]);
  expect(chosen(candidates.toReversed())).toEqual(["many", "long", "a", "b", "leak"]);
});

test("a domain has its second place when each other domain has its first", () => {
  const candidates = [
    candidate("elm 1", { domain: "elm", before: 9 }),
    candidate("elm 2", { domain: "elm", before: 8 }),
    candidate("elm 3", { domain: "elm", before: 7 }),
    candidate("fir 1", { domain: "fir", before: 2 }),
    candidate("fir 2", { domain: "fir", before: 1 }),
  ];
  expect(chosen(candidates, 3)).toEqual(["elm 1", "fir 1", "elm 2"]);
  expect(chosen(candidates)).toEqual(["elm 1", "fir 1", "elm 2", "fir 2", "elm 3"]);
});

test("six of the 36 chosen from each part are the six chosen from all", () => {
  // 400 candidates in 5 domains and 400 in 40, with many ties.
  for (const domains of [5, 40]) {
    const all = Array.from({ length: 400 }, (_, n) =>
      candidate(`m${n}`, { domain: `d${(n * 7) % domains}`, before: (n * 13) % 11, exposed: n % 3 > 0, waitMs: n % 5 }),
    );
    const parts = [all.slice(0, 90), all.slice(90, 300), all.slice(300)];
    const kept = parts.reduce((so, part) => chooseChains([...so, ...part], 36), [] as ChainCandidate[]);
    expect(chosen(kept)).toEqual(chosen(all));
  }
});
