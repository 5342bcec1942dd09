import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { balanced, imbalance } from "./books.ts";
import { inflict, type Tally } from "./faults.ts";
import { IngestLoad } from "./ingest-load.ts";
import { describeFault, planFaults, type FaultKind } from "./plan.ts";
import { createWorld, sessionTimeoutMs, type World } from "./world.ts";

// `npm run test:crash -- --minutes 30 --seed 7` is the soak. The short run is the first round of each world.
const minutes = Number(process.env.CRASH_MINUTES ?? 0);
const firstSeed = Number(process.env.CRASH_SEED ?? 1);

const worlds: { brokers: 1 | 3; kinds: FaultKind[]; overMs: number; count: number }[] = [
  {
    brokers: 1,
    kinds: [
      "kill join",
      "kill sink",
      "kill ingest",
      "kill clickhouse",
      "kill broker",
      "freeze join",
      "stop clickhouse",
      "come and go join",
      "freeze sink",
    ],
    overMs: 25_000,
    count: 14,
  },
  {
    brokers: 3,
    kinds: ["kill broker", "kill join", "come and go join", "kill sink", "freeze join"],
    overMs: 20_000,
    count: 7,
  },
];

describe.each(worlds)("on $brokers broker(s)", ({ brokers, kinds, overMs, count }) => {
  const tally: Tally = new Map();
  let world: World;

  beforeAll(async () => {
    world = await createWorld(brokers);
  });

  afterAll(async () => {
    await world.stop();
    const kills = [...tally].filter(([kind]) => !/^(freeze|come)/.test(kind)).reduce((sum, [, n]) => sum + n, 0);
    const each = [...tally].map(([kind, n]) => `${kind} ${n}`).join(", ");
    console.log(
      `${brokers} broker(s): ${kills} kills of ${[...tally.values()].reduce((a, b) => a + b, 0)} faults (${each})`,
    );
  });

  test("whatever is killed, frozen or away, the books balance to the event", { timeout: 7_200_000 }, async () => {
    const until = performance.now() + (minutes * 60_000) / worlds.length;
    let seed = firstSeed;
    do {
      const plan = planFaults({
        seed,
        kinds,
        count,
        overMs,
        lengthMsMin: sessionTimeoutMs + 1_000,
        lengthMsMax: 12_000,
      });
      console.log(`${brokers} broker(s), seed ${seed}: ${plan.map(describeFault).join("; ")}`);
      const load = new IngestLoad({ folder: world.folder, env: world.env, seed, forMs: overMs });
      await Promise.all([load.run(), inflict(plan, world, load, tally)]);
      expect(world.ended).toEqual([]);
      const { facts, ...found } = await imbalance(world);
      console.log(`${brokers} broker(s), seed ${seed}: ${load.events} events, ${facts} facts so far`);
      expect(found).toEqual(balanced);
      expect(world.ended).toEqual([]);
      seed++;
    } while (performance.now() < until);
  });
});
