import fc from "fast-check";
import { defaultSettings, type JoinSettings } from "@antedate/join";
import { classes, exposures, inputs, type EngagementRow } from "@antedate/schemas";
import {
  behaviours,
  defaultOptions,
  senders as realSenders,
  simulateTraffic,
  type EngagementTruth,
  type SimulationOptions,
} from "@antedate/simulate";
import { describe, expect, test } from "vitest";
import { interleaved } from "../support/append-times.ts";
import { differences } from "../support/compare-rows.ts";
import { endInputs, freshTask, type Piece } from "../support/drive-task.ts";
import { createRandom } from "../support/generate-traffic.ts";
import { oracle, type OracleRecord, type OracleRows } from "../support/oracle.ts";
import { crowdedOptions } from "../support/simulated-records.ts";

const day = 86_400_000;
const none = { missing: [], extra: [], count: 0 };

/** Noisier than the default: what is lost, late or told by wrong clocks is where truth could go astray. */
const noisy: SimulationOptions = {
  ...defaultOptions,
  messages: 1_500,
  messagesPerSecond: 20,
  behaviours: { ...defaultOptions.behaviours, none: 20, defer_for_ever: 2, reject_after_scan: 5, hold: 6 },
  network: { connectFailureShare: 0.1, unknownRecipientShare: 0.03, lateBounceShare: 0.05 },
  transport: {
    clockSkewMsMax: 3_000,
    duplicateShare: 0.1,
    disorderShare: 0.3,
    disorderMsMax: 400_000,
    lostDeliveryShare: 0.05,
    lostSendShare: 0.05,
    lostMessageShare: 0.02,
  },
};

interface Simulated {
  records: OracleRecord[];
  truths: EngagementTruth[];
  pending: Set<string>;
}

/** What a run writes, as the topics hold it. `speed` is how much faster than in the simulation it is appended. */
function simulated(options: SimulationOptions, speed = 1): Simulated {
  const offsets = { sends: 0, deliveries: 0, engagements: 0 };
  const found: Simulated = { records: [], truths: [], pending: new Set() };
  for (const { input, appendAt, truths } of simulateTraffic(options)) {
    const appendTime =
      options.startAt + 40 * day * (speed === 1 ? 0 : 1) + Math.floor((appendAt - options.startAt) / speed);
    found.records.push({ ...input, offset: offsets[input.input]++, appendTime });
    for (const truth of truths) {
      if ("state" in truth) found.pending.add(truth.message_id);
      else found.truths.push(truth);
    }
  }
  return found;
}

/** Rows of a task that reads the records in this order, the ends of all inputs last. */
function joined(records: OracleRecord[]): Piece[] {
  const task = freshTask(defaultSettings);
  const pieces: Piece[] = [];
  for (const [index, record] of records.entries()) {
    task.apply(record);
    if (index % 500 === 0) pieces.push(...task.takePieces());
  }
  const end = records.reduce((latest, { appendTime }) => Math.max(latest, appendTime), 0);
  endInputs(task, end + 100 * day);
  return [...pieces, ...task.takePieces()];
}

type Told = Pick<
  EngagementTruth & EngagementRow,
  "message_id" | "kind" | "event_id" | "class" | "exposure" | "exposed_attempt"
>;
const identity = (told: Pick<Told, "message_id" | "kind" | "event_id">): string =>
  [told.message_id, told.kind, told.event_id].join(" ");
const line = (told: Told): string => [identity(told), told.class, told.exposure, told.exposed_attempt].join(" ");
const rowsOf = (pieces: Piece[]): EngagementRow[] => pieces.flatMap(({ engagements }) => engagements);

describe("the truth of simulated traffic against the join", () => {
  test.each([1, 2, 3])("seed %i: class, exposure and attempt of every engagement, by default", (seed) => {
    const { records, truths } = simulated({ ...defaultOptions, messages: 3_000, seed });
    expect(differences(rowsOf(joined(records)).map(line), truths.map(line))).toEqual(none);
  });

  test.each([11, 12, 13, 14, 15, 16])("seed %i: the same with much lost, late and off", (seed) => {
    const { records, truths } = simulated({ ...noisy, seed });
    expect(differences(rowsOf(joined(records)).map(line), truths.map(line))).toEqual(none);
  });

  test.each([21, 22])("seed %i: whatever the order in which the inputs are read", (seed) => {
    const { records, truths } = simulated({ ...noisy, seed });
    const order = interleaved(records, createRandom(seed), defaultSettings.sendHoldMs);
    expect(differences(rowsOf(joined(order)).map(line), truths.map(line))).toEqual(none);
  });

  test("however fast the traffic is replayed into the topics", () => {
    const { records, truths } = simulated({ ...noisy, seed: 31 }, 5_000);
    expect(differences(rowsOf(joined(records)).map(line), truths.map(line))).toEqual(none);
  });

  test("pending are the messages that end unknown", () => {
    const { records, pending } = simulated({ ...noisy, seed: 41 });
    const rows = joined(records);
    const messages = rows.flatMap((piece) => piece.messages).filter(({ outcome }) => outcome === "unknown");
    const engagements = rowsOf(rows).filter((row) => row.class === "unknown");
    const unknown = new Set([...messages, ...engagements].map((row) => row.message_id));
    expect([...pending].toSorted()).toEqual([...unknown].toSorted());
    expect(pending.size).toBeGreaterThan(20);
  });

  test("every behaviour, input, class and exposure occurs", () => {
    const { records, truths } = simulated({ ...noisy, seed: 51 });
    expect(new Set(truths.map(({ behaviour }) => behaviour))).toEqual(new Set(behaviours));
    expect(new Set(records.map(({ input }) => input))).toEqual(new Set(inputs));
    expect(new Set(truths.map((truth) => truth.class)).size).toBe(5);
    expect(new Set(truths.map(({ exposure }) => exposure)).size).toBe(6);
  });
});

describe("the truth of simulated traffic against the oracle", () => {
  const ms = (...choices: number[]): fc.Arbitrary<number> => fc.constantFrom(...choices);
  const share: fc.Arbitrary<number> = fc.constantFrom(0, 0.05, 0.3);
  const worlds = fc.record({
    seed: fc.nat(),
    messages: fc.integer({ min: 20, max: 60 }),
    near: fc.record({
      nearBeforeMs: ms(0, 5_000, 60_000),
      nearAfterMs: ms(0, 60_000, 600_000),
      clockToleranceMs: ms(0, 1_000, 5_000),
    }),
    settleMs: ms(0, 1_000, 600_000),
    transport: fc.record({
      clockSkewMsMax: ms(0, 3_000, 60_000),
      disorderMsMax: ms(1_000, 400_000, 7_200_000),
      duplicateShare: share,
      disorderShare: share,
      lostDeliveryShare: share,
      lostSendShare: share,
      lostMessageShare: share.map((own) => own / 5),
    }),
  });
  type World = typeof worlds extends fc.Arbitrary<infer T> ? T : never;

  /** A run with its truth, and what the oracle says of it under the same thresholds. */
  function worldOf({ near, settleMs, ...own }: World, senders = realSenders): Simulated & OracleRows {
    const found = simulated({
      ...crowdedOptions,
      ...own,
      thresholds: near,
      senders: senders.map((sender) => ({ ...sender, settleMs: sender.settleMs > 0 ? settleMs : 0 })),
    });
    const services = senders.filter((sender) => sender.settleMs > 0).map(({ source }) => [source, { settleMs }]);
    const sources = Object.fromEntries(services) as JoinSettings["sources"];
    return { ...found, ...oracle(found.records, { ...defaultSettings, ...near, sources }) };
  }

  test("class, exposure and attempt of each engagement, who stays pending, who can be no person", () => {
    const met = new Set<string>();
    fc.assert(
      fc.property(worlds, (own) => {
        const { truths, pending, engagements, messages, records } = worldOf(own);
        expect(differences(engagements.map(line), truths.map(line))).toEqual(none);
        const ended = messages.filter(({ outcome }) => outcome === "unknown");
        const unknown = [...ended, ...engagements.filter((row) => row.class === "unknown")];
        expect([...pending].toSorted()).toEqual([...new Set(unknown.map((row) => row.message_id))].toSorted());
        const rows = new Map(engagements.map((row) => [identity(row), row]));
        const bounced = records.filter(({ event }) => "outcome" in event && event.outcome === "bounced");
        const bouncedIds = bounced.map(({ event }) => event.message_id);
        for (const truth of truths) {
          const { delta_ms: delta, machine_hint: hint } = rows.get(identity(truth)) as EngagementRow;
          met.add(truth.class).add(`exposed ${truth.exposure}`).add(truth.actor);
          if (hint !== null) expect(truth.actor).toBe(hint === "apple_mpp" ? "machine" : "human");
          if (truth.actor === "machine") continue;
          // A person is before the acceptance by wrong or coarse clocks only, and reads what bounced only where it came back.
          expect(truth.truly_accepted).toBe(true);
          expect(delta ?? 0).toBeGreaterThan(-2 * own.transport.clockSkewMsMax - 2_000);
          if (truth.class === "never_accepted") expect(bouncedIds).toContain(truth.message_id);
        }
        if (pending.size > 0) met.add("pending");
      }),
      { numRuns: 150 },
    );
    const expected = [...classes, ...exposures.map((exposure) => `exposed ${exposure}`), "human", "machine", "pending"];
    expect(expected.filter((name) => !met.has(name))).toEqual([]);
  });

  test("with exact clocks and nothing lost or late, the exposure says what was truly accepted", () => {
    const transport = {
      clockSkewMsMax: 0,
      disorderMsMax: 0,
      disorderShare: 0,
      duplicateShare: 0.1,
      lostDeliveryShare: 0,
      lostSendShare: 0,
      lostMessageShare: 0,
    };
    const near = { nearBeforeMs: 5_000, nearAfterMs: 60_000, clockToleranceMs: 1_000 };
    const exact = realSenders.filter(({ precisionMs }) => precisionMs === 1);
    const met = new Set<string>();
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const { engagements, truths } = worldOf({ seed, messages: 40, near, settleMs: 600_000, transport }, exact);
        const rows = new Map(engagements.map((row) => [identity(row), row]));
        for (const truth of truths) {
          const { exposure } = rows.get(identity(truth)) as EngagementRow;
          expect(exposure === "after_acceptance").toBe(truth.truly_accepted);
          met.add(`${truth.actor}, ${exposure}`);
        }
      }),
      { numRuns: 60 },
    );
    expect([...met].filter((name) => name.startsWith("human"))).toEqual(["human, after_acceptance"]);
    expect([...met]).toEqual(expect.arrayContaining(["machine, in_transaction", "machine, after_acceptance"]));
  });
});
