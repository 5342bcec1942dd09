import { beforeEach, expect, test } from "vitest";
import { StallJudge, type Sight } from "./stall-judge.ts";

const everyMs = 10_000;
let judge: StallJudge;
let nowMs: number;
let heartbeats: number;

beforeEach(() => {
  judge = new StallJudge({ stillMsMax: 300_000, sightMsMax: 2 * everyMs });
  nowMs = 0;
  heartbeats = 0;
});

const idle = { settled: 0, outstanding: 0, patient: 0 };
const flowAt = (position: number | null, calls = idle) => ({
  name: "3",
  positions: new Map([["t/3", position]]),
  calls,
});
const behind = { ends: new Map([["t/3", 10]]), flows: [flowAt(5)] };

function see(sight: Partial<Sight>): string | null {
  nowMs += everyMs;
  return judge.judge({
    atMs: nowMs,
    ends: new Map(),
    heartbeats: ++heartbeats,
    signs: 0,
    retries: 0,
    isPreparing: false,
    flows: [],
    ...sight,
  });
}

/** What is said over an hour of sights. */
function during(sightAt: (turn: number) => Partial<Sight>): string | null {
  for (let turn = 0; turn < 360; turn++) {
    const said = see(sightAt(turn));
    if (said !== null) return said;
  }
  return null;
}

const stuck = /^Nothing has moved in partition 3 for 300 s/;
const dead = /^Nothing has moved in the consumer group for 300 s/;

test("a partition with records left that nobody fetches is wedged, five minutes after it last moved", () => {
  expect(see(behind)).toBeNull();
  for (let turn = 1; turn < 30; turn++) expect(see(behind)).toBeNull();
  expect(see(behind)).toMatch(stuck);
});

test("a flow that cannot begin and a call that never settles are wedged, fetched to the end or not", () => {
  expect(during(() => ({ flows: [flowAt(null)] }))).toMatch(stuck);
  expect(during(() => ({ ...behind, flows: [flowAt(10, { ...idle, outstanding: 1 })] }))).toMatch(stuck);
});

test("a consumer that gives no sign at all is wedged, with partitions or without", () => {
  expect(during(() => ({ heartbeats: 7 }))).toMatch(dead);
});

test.each<[string, (turn: number) => Partial<Sight>]>([
  ["an idle member", () => ({ ends: new Map([["t/3", 5]]), flows: [flowAt(5)] })],
  [
    "one that goes on, if slowly",
    (turn) => ({ ends: new Map([["t/3", 999]]), flows: [flowAt(Math.floor(turn / 25))] }),
  ],
  [
    "one whose calls fail and are made again",
    (turn) => ({ ...behind, flows: [flowAt(5, { ...idle, settled: turn })] }),
  ],
  ["Kafka away", () => ({ ...behind, ends: null, heartbeats: 7 })],
  ["Kafka coming and going", (turn) => ({ ...behind, ends: turn % 20 === 0 ? null : behind.ends, heartbeats: 7 })],
  ["a partition without a leader", () => ({ ends: new Map(), flows: [flowAt(5)] })],
  ["a group whose coordinator is away, asked for again", (turn) => ({ ...behind, heartbeats: 7, signs: turn })],
  ["ClickHouse away, tried every two minutes", (turn) => ({ ...behind, retries: Math.floor(turn / 12) })],
  ["a registry that is waited for", () => ({ ...behind, heartbeats: 7, isPreparing: true })],
  [
    "rejects that cannot be written",
    () => ({ ...behind, flows: [flowAt(5, { ...idle, patient: 1, outstanding: 1 })] }),
  ],
])("%s is never wedged", (_, sightAt) => {
  expect(during(sightAt)).toBeNull();
});

test("a process that was frozen is not judged by the time it slept", () => {
  see(behind);
  nowMs += 3_600_000;
  expect(see(behind)).toBeNull();
});

test("a partition that moved away and came back begins anew", () => {
  for (let turn = 0; turn < 25; turn++) see(behind);
  see({});
  for (let turn = 0; turn < 25; turn++) expect(see(behind)).toBeNull();
});
