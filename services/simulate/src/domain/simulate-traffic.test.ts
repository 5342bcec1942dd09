import type { InputEvent } from "@antedate/schemas/model";
import { describe, expect, test } from "vitest";
import { canonicalLine } from "./canonical-line.ts";
import type { SimulatedEvent } from "./message-traffic.ts";
import { defaultOptions } from "./default-options.ts";
import type { SimulationOptions } from "./options.ts";
import { simulateTraffic } from "./simulate-traffic.ts";
import type { EngagementTruth, Truth } from "./truth.ts";

const all = (own: Partial<SimulationOptions> = {}): SimulatedEvent[] => [
  ...simulateTraffic({ ...defaultOptions, messages: 2_000, ...own }),
];
const lines = (events: SimulatedEvent[]): string[] =>
  events.map(({ appendAt, input, truths }) => `${appendAt} ${canonicalLine(input)} ${JSON.stringify(truths)}`);
const identity = ({ input, event }: InputEvent): string =>
  `${"kind" in event ? event.kind : input} ${event.message_id} ${event.event_id}`;
const engagementTruths = (truths: readonly Truth[]): EngagementTruth[] => truths.filter((truth) => "actor" in truth);

describe("simulated traffic", () => {
  const events = all();
  const truths = events.flatMap((event) => event.truths);

  test("the same seed gives the same, another seed something else", () => {
    expect(lines(all())).toEqual(lines(events));
    expect(lines(all({ seed: 2 }))).not.toEqual(lines(events));
  });

  test("a message is the same however many follow it", () => {
    const of = (found: SimulatedEvent[]): string[] => lines(found.filter(({ message }) => message < 100));
    expect(of(all({ messages: 300 }))).toEqual(of(events));
  });

  test("comes by append time, nothing before it happened", () => {
    let before = -Infinity;
    for (const { appendAt, input } of events) {
      expect(appendAt).toBeGreaterThanOrEqual(before);
      expect(input.event.occurred_at).toBeLessThanOrEqual(appendAt + defaultOptions.transport.clockSkewMsMax);
      before = appendAt;
    }
  });

  test("all of a message lies within the join's window", () => {
    const firsts = new Map<string, number>();
    for (const { appendAt, input } of events) {
      const first = firsts.get(input.event.message_id) ?? appendAt;
      firsts.set(input.event.message_id, first);
      expect(appendAt - first).toBeLessThan(34 * 86_400_000);
    }
  });

  test("one truth per engagement, whatever is repeated", () => {
    const engagements = new Set(
      events.filter(({ input }) => input.input === "engagements").map(({ input }) => identity(input)),
    );
    const told = engagementTruths(truths).map((truth) => `${truth.kind} ${truth.message_id} ${truth.event_id}`);
    expect(new Set(told)).toEqual(engagements);
    expect(told).toHaveLength(engagements.size);
    expect(engagements.size).toBeLessThan(events.filter(({ input }) => input.input === "engagements").length);
  });

  test("pending are the messages without a final delivery record", () => {
    const known = new Set(events.map(({ input }) => input.event.message_id));
    for (const { input } of events)
      if (input.input === "deliveries" && input.event.outcome !== "deferred") known.delete(input.event.message_id);
    const pending = truths.filter((truth) => "state" in truth).map((truth) => truth.message_id);
    expect(pending.toSorted()).toEqual([...known].toSorted());
    expect(pending.length).toBeGreaterThan(0);
  });

  test("whole-second sources stamp whole seconds", () => {
    const precisions = new Set(events.map(({ input }) => input.event.precision_ms));
    expect(precisions).toEqual(new Set([1, 1_000]));
    for (const { event } of events.map(({ input }) => input)) expect(event.occurred_at % event.precision_ms).toBe(0);
  });

  test("sends are lost and repeated in about their share", () => {
    const { lostSendShare, lostMessageShare, duplicateShare } = defaultOptions.transport;
    const sends = events.filter(({ input }) => input.input === "sends").map(({ input }) => identity(input));
    const distinct = new Set(sends).size;
    expect(distinct / 2_000).toBeCloseTo(1 - lostSendShare - lostMessageShare, 1);
    expect((sends.length - distinct) / distinct).toBeCloseTo(duplicateShare, 1);
  });

  test("no person is there before the acceptance, and people share addresses with filters", () => {
    for (const { actor, truly_accepted: isAccepted } of engagementTruths(truths))
      if (actor === "human") expect(isAccepted).toBe(true);
    const ips = { human: new Set<string>(), machine: new Set<string>() };
    for (const { input, truths: own } of events)
      for (const { actor } of engagementTruths(own)) if ("ip" in input.event) ips[actor].add(input.event.ip ?? "none");
    expect([...ips.human].filter((ip) => ips.machine.has(ip)).length).toBeGreaterThan(3);
  });

  test("Apple's and Gmail's proxies say who they are; a Gmail open stands for its reader", () => {
    const hints = new Map<string, Set<string>>();
    for (const { input, truths: own } of events)
      for (const { actor } of engagementTruths(own))
        if ("machine_hint" in input.event && input.event.machine_hint !== null)
          hints.set(input.event.machine_hint, (hints.get(input.event.machine_hint) ?? new Set()).add(actor));
    expect(hints).toEqual(
      new Map([
        ["apple_mpp", new Set(["machine"])],
        ["gmail_proxy", new Set(["human"])],
      ]),
    );
  });
});
