import { inputs, type Delivery, type Engagement, type InputEvent } from "@antedate/schemas";
import { behaviours, defaultOptions, simulateTraffic, type SimulationOptions } from "@antedate/simulate";
import type { JoinSettings } from "@antedate/join";
import { appendedAtBounds } from "./append-times.ts";
import { inAppendOrder } from "./generators.ts";
import { bandOf, waitsOf, windowsOf, type OracleRecord } from "./oracle.ts";

const domainsPerBehaviour = 4;
const hour = 3_600_000;

/** Small runs in which the rare is frequent: filters, readers, late records, lost ones, repeats. */
export const crowdedOptions: SimulationOptions = {
  ...defaultOptions,
  campaignSize: 3,
  domainsPerBehaviour,
  recipientsPerDomain: 20,
  behaviours: {
    none: 4,
    scan_in_transaction: 4,
    scan_and_defer: 8,
    hold: 3,
    reject_after_scan: 8,
    defer_for_ever: 1,
    greylist_at_rcpt: 3,
    sandbox_after_acceptance: 3,
    link_rewriting: 3,
  },
  network: { connectFailureShare: 0.05, unknownRecipientShare: 0.03, lateBounceShare: 0.05 },
  readers: { ...defaultOptions.readers, openMedianMs: hour / 2 },
  transport: {
    clockSkewMsMax: 2_000,
    duplicateShare: 0.1,
    disorderShare: 0.3,
    disorderMsMax: 2 * hour,
    lostDeliveryShare: 0.03,
    lostSendShare: 0.05,
    lostMessageShare: 0.02,
  },
};

/** Names of the receiving domains of such runs. */
export const crowdedDomains: string[] = behaviours.flatMap((behaviour) =>
  Array.from({ length: domainsPerBehaviour }, (_, index) => `${behaviour.replaceAll("_", "-")}-${index + 1}.example`),
);

/** The events of a run in the order in which they are appended. */
export function simulatedEvents(options: SimulationOptions): InputEvent[] {
  return Array.from(simulateTraffic(options), ({ input }) => asDecoded(input));
}

/** With bytes as the codec gives them: avsc writes no others. */
function asDecoded(inputEvent: InputEvent): InputEvent {
  if (inputEvent.input !== "sends") return inputEvent;
  const { event } = inputEvent;
  return { input: "sends", event: { ...event, recipient_hash: Buffer.from(event.recipient_hash) } };
}

/** How simulated events become the records of a task. */
export interface RecordOptions {
  settings: JoinSettings;
  random: () => number;
  gapMsMax: number;
  /** Share of the events that come again, at any place before or behind their own. */
  repeatShare?: number;
}

/** The events as a task may find them in its topics, many of them to the millisecond at a bound of the settings. */
export function simulatedRecords(
  events: InputEvent[],
  { settings, random, gapMsMax, repeatShare = 0 }: RecordOptions,
): OracleRecord[] {
  const disordered = withEarlyOutcomes(engagedAtBounds(events, settings, random), random);
  const moved = withRepeats(withSiblings(disordered, random), repeatShare, random);
  return inAppendOrder(appendedAtBounds(moved, { from: defaultOptions.startAt, random, gapMsMax, settings }));
}

/** Lets some outcomes change places with an earlier attempt of their message: only then a settle has something to do. */
function withEarlyOutcomes(events: InputEvent[], random: () => number): InputEvent[] {
  const ordered = [...events];
  for (const [index, own] of events.entries()) {
    if (own.input !== "deliveries" || own.event.outcome === "deferred" || random() < 0.5) continue;
    const isAttempt = (other: InputEvent | undefined): boolean =>
      other?.input === "deliveries" && other.event.message_id === own.event.message_id;
    const earlier = ordered.findIndex((other, at) => at < index && isAttempt(other));
    const first = ordered[earlier];
    if (first === undefined) continue;
    ordered[earlier] = own;
    ordered[index] = first;
  }
  return ordered;
}

/** Lets another deferral follow some at once: what the first of them does to its message must leave room for the second. */
function withSiblings(events: InputEvent[], random: () => number): InputEvent[] {
  return events.flatMap((own) => {
    if (own.input !== "deliveries" || own.event.outcome !== "deferred" || random() < 0.7) return [own];
    return [own, { input: "deliveries", event: { ...own.event, event_id: `${own.event.event_id}+` } }];
  });
}

function withRepeats(events: InputEvent[], share: number, random: () => number): InputEvent[] {
  const all = [...events];
  for (const event of events) {
    if (random() < share) all.splice(Math.floor(random() * (all.length + 1)), 0, event);
  }
  return all;
}

/** Moves a part of the engagement to a bound of its class or of its exposure, or a millisecond beside it. */
function engagedAtBounds(events: InputEvent[], settings: JoinSettings, random: () => number): InputEvent[] {
  const deliveries = new Map<string, Delivery[]>();
  for (const { input, event } of events) {
    if (input === "deliveries") deliveries.set(event.message_id, [...(deliveries.get(event.message_id) ?? []), event]);
  }
  const moved = new Map<Engagement, Engagement>();
  const pick = (choices: number[]): number => choices[Math.floor(random() * choices.length)] as number;
  const moveOf = (event: Engagement): Engagement => {
    const own = deliveries.get(event.message_id) ?? [];
    const attempt = own[Math.floor(random() * own.length)];
    if (attempt === undefined || random() < 0.5) return event;
    return { ...event, occurred_at: pick(momentsAround(event, attempt, settings)) + pick([-1, 0, 0, 1]) };
  };
  return events.map((inputEvent): InputEvent => {
    if (inputEvent.input !== "engagements") return inputEvent;
    const event = moved.get(inputEvent.event) ?? moveOf(inputEvent.event);
    moved.set(inputEvent.event, event);
    return { input: "engagements", event };
  });
}

/** Where class or exposure by this attempt change. */
function momentsAround(event: Engagement, attempt: Delivery, settings: JoinSettings): number[] {
  const { nearBeforeMs, nearAfterMs } = bandOf(attempt.recipient_domain, attempt.mx_host, settings);
  const slack = event.precision_ms + attempt.precision_ms + settings.clockToleranceMs;
  const { occurred_at: replied, started_at: started } = attempt;
  const before = Math.max(nearBeforeMs, slack);
  const doubtful = [replied - before - slack, replied - before + slack, replied + nearAfterMs - slack];
  const inside = [replied + slack, (started ?? replied - 30_000) - slack];
  return [replied - before, replied + nearAfterMs, replied, ...inside, ...doubtful];
}

/** Which bounds of the settings these records meet to the millisecond, and which they miss by one. */
export function boundsMet(records: OracleRecord[], settings: JoinSettings): string[] {
  return windowsOf(records, settings.windowMs).flatMap((window) => {
    const { settledAt, heldUntil, settleMs } = waitsOf(window, settings);
    const end = (window[0] as OracleRecord).appendTime + settings.windowMs;
    const has = (time: number, isMeant: (record: OracleRecord) => boolean): boolean =>
      window.some((record) => record.appendTime === time && isMeant(record));
    const isDeferral = (record: OracleRecord): boolean =>
      record.input === "deliveries" && record.event.outcome === "deferred";
    const met = {
      "deferral as the settle ends": settleMs > 0 && has(settledAt, isDeferral),
      "deferral behind the settle": settleMs > 0 && has(settledAt + 1, isDeferral),
      "send as the hold ends": has(heldUntil, ({ input }) => input === "sends"),
      "send behind the hold": has(heldUntil + 1, ({ input }) => input === "sends"),
      ...Object.fromEntries(
        inputs.map((input) => [`${input} as the window ends`, has(end, (record) => record.input === input)]),
      ),
    };
    return [...Object.keys(met).filter((name) => met[name as keyof typeof met]), ...classBounds(window, settings)];
  });
}

function classBounds(window: OracleRecord[], settings: JoinSettings): string[] {
  const outcome = window.find(
    ({ input, event }) => input === "deliveries" && (event as Delivery).outcome !== "deferred",
  )?.event as Delivery | undefined;
  if (outcome?.outcome !== "accepted") return [];
  const { nearBeforeMs, nearAfterMs } = bandOf(outcome.recipient_domain, outcome.mx_host, settings);
  return window.flatMap(({ input, event }) => {
    if (input !== "engagements") return [];
    const slack = event.precision_ms + outcome.precision_ms + settings.clockToleranceMs;
    const before = Math.max(nearBeforeMs, slack);
    const delta = event.occurred_at - outcome.occurred_at;
    const names = new Map([
      [-before - 1, "delta before near"],
      [-before, "delta where near begins"],
      [0, "delta 0"],
      [nearAfterMs, "delta where near ends"],
      [nearAfterMs + 1, "delta behind near"],
    ]);
    return [names.get(delta) ?? []].flat();
  });
}
