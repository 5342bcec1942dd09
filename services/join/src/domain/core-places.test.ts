import { readFileSync } from "node:fs";
import {
  deliveryField,
  engagementField,
  inputs,
  outcomes,
  sendField,
  stages,
  zeroCounters,
  type Counters,
} from "@antedate/schemas/model";
import { expect, test } from "vitest";

// The core is compiled from a language of its own and cannot import the model: its constants are read as text.

/** The numbers of a namespace of the core, by name. */
function placesIn(file: string, namespace: string): Record<string, number> {
  const source = readFileSync(new URL(`../../core/${file}.ts`, import.meta.url), "utf8");
  const body = new RegExp(`^(?:export )?namespace ${namespace} \\{\n(.*?)^\\}`, "ms").exec(source)?.[1] ?? "";
  const places = body.matchAll(/^ *export const (\w+): \w+ = (\d+);$/gm);
  return Object.fromEntries(Array.from(places, ([, name, place]) => [name, Number(place)]));
}

test("the core finds a record's fields in the places that the model gives them", () => {
  const fields = { Send: sendField, Delivery: deliveryField, Engagement: engagementField };
  for (const [namespace, ofModel] of Object.entries(fields)) {
    const ofCore = placesIn("view", namespace);
    expect(Object.keys(ofCore).length).toBeGreaterThan(5);
    expect(ofModel).toMatchObject(ofCore);
  }
  const source = readFileSync(new URL("../../core/view.ts", import.meta.url), "utf8");
  for (const ofModel of Object.values(fields)) {
    expect(source).toContain(`export const eventIdField: usize = ${ofModel.event_id};`);
    expect(source).toContain(`export const messageIdField: usize = ${ofModel.message_id};`);
  }
});

test("the core counts in the order of the COMMIT", () => {
  const names: Record<string, (keyof Counters)[]> = {
    read: inputs.map((input) => `${input}_read` as const),
    rejected: inputs.map((input) => `${input}_rejected` as const),
    duplicate: inputs.map((input) => `${input}_duplicate` as const),
    late: ["sends_late", "deliveries_late"],
    contradicted: ["contradicted"],
    engagementsDecided: ["engagements_decided"],
    messagesDecided: ["messages_decided"],
  };
  const ofCommit = Object.keys(zeroCounters());
  const expected = Object.fromEntries(
    Object.entries(names).map(([counter, [first]]) => [counter, ofCommit.indexOf(first as string)]),
  );
  expect(placesIn("books", "Counter")).toEqual(expected);
  // Where a counter is one of each input, those stand in the order of the inputs' numbers.
  expect(Object.values(names).flat()).toEqual(ofCommit);
});

test("the core's codes of outcomes and stages are their places in the vocabulary", () => {
  expect(placesIn("attempts", "Outcome")).toEqual(Object.fromEntries(outcomes.map((name, place) => [name, place])));
  const { noAttempt, ...ofVocabulary } = placesIn("attempts", "Stage");
  expect(ofVocabulary).toEqual({ unknown: stages.indexOf("unknown"), endOfData: stages.indexOf("end_of_data") });
  // What stands in the place of a stage where there is none can be no stage.
  expect(noAttempt).toBeGreaterThanOrEqual(stages.length);
});
