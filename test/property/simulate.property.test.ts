import { defaultSettings, type Piece } from "@antedate/join";
import { inputs, type EngagementRow } from "@antedate/schemas";
import {
  behaviours,
  defaultOptions,
  simulateTraffic,
  type EngagementTruth,
  type SimulationOptions,
} from "@antedate/simulate";
import { describe, expect, test } from "vitest";
import { interleaved } from "../support/append-times.ts";
import { differences } from "../support/compare-rows.ts";
import { endInputs, freshTask } from "../support/drive-task.ts";
import { createRandom } from "../support/generate-traffic.ts";
import type { OracleRecord } from "../support/oracle.ts";

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
const line = (told: Told): string =>
  [told.message_id, told.kind, told.event_id, told.class, told.exposure, told.exposed_attempt].join(" ");
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
