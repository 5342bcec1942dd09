import type { InputEvent } from "@antedate/schemas/model";
import { clockOf, type Clock } from "./clock.ts";
import { deliveryStory } from "./delivery-story.ts";
import { deliveryRecords, engagementRecord, sendRecord } from "./event-records.ts";
import { evidenceOf, expectationOf, type Emitted } from "./expectation.ts";
import { filterRequests } from "./filter-requests.ts";
import type { Message } from "./message.ts";
import type { SimulationOptions } from "./options.ts";
import type { Random } from "./random.ts";
import { readerRequests } from "./reader-requests.ts";
import { trackerSource } from "./sender.ts";
import { appendTimes } from "./transport.ts";
import { engagementTruth, pendingTruth, type Truth } from "./truth.ts";

/** A record as it is appended to its topic, and the truth that it brings. */
export interface SimulatedEvent {
  appendAt: number;
  /** Number of the message, from 0. */
  message: number;
  input: InputEvent;
  /** Of the first copy of an engagement, and of the first record of a message that stays pending. */
  truths: readonly Truth[];
}

/** All that will ever happen to one message, in no order. What is lost is left out. */
export function messageTraffic(
  message: Message,
  number: number,
  random: Random,
  options: SimulationOptions,
): SimulatedEvent[] {
  const { transport, thresholds } = options;
  const { sender } = message;
  const clock = clockFor(sender.source, sender.precisionMs, options);
  const story = deliveryStory(message, random, options);
  const isLost = random.chance(transport.lostMessageShare);
  const events: SimulatedEvent[] = [];
  const append = (input: InputEvent, times: readonly number[], truths: readonly Truth[] = []): void => {
    for (const [copy, appendAt] of times.entries())
      events.push({ appendAt, message: number, input, truths: copy === 0 ? truths : [] });
  };

  const send = sendRecord(message, clock);
  const sendTimes = appendTimes(send.at, random, transport);
  if (!isLost && !random.chance(transport.lostSendShare)) append({ input: "sends", event: send.record }, sendTimes);

  const emitted: Emitted[] = [];
  for (const { at, record } of deliveryRecords(message, story, clock)) {
    const times = appendTimes(at, random, transport);
    if (isLost || random.chance(transport.lostDeliveryShare)) continue;
    append({ input: "deliveries", event: record }, times);
    emitted.push({ record, appendAt: times[0] });
  }

  const evidence = evidenceOf(emitted, sender.settleMs);
  const tracker = trackerOf(message, clock, options);
  const requests = [
    ...filterRequests(message, story, random, options.filters),
    ...readerRequests(message, story, random, options),
  ];
  for (const [index, request] of requests.entries()) {
    const { at, record } = engagementRecord(message, request, index + 1, tracker);
    const isAccepted = story.acceptedAt !== null && at >= story.acceptedAt;
    const expected = expectationOf(record, evidence, thresholds);
    const truth = engagementTruth(message, record, request.requester, isAccepted, expected);
    append({ input: "engagements", event: record }, appendTimes(at, random, transport), [truth]);
  }
  if (evidence.outcome === null) sayPending(message, events);
  return events;
}

function sayPending(message: Message, events: SimulatedEvent[]): void {
  const first = events.toSorted((a, b) => a.appendAt - b.appendAt)[0];
  if (first) first.truths = [pendingTruth(message), ...first.truths];
}

function clockFor(source: string, precisionMs: number, { seed, transport }: SimulationOptions): Clock {
  return clockOf(seed, source, precisionMs, transport.clockSkewMsMax);
}

/** Who reports engagement with this message, by which clock. */
function trackerOf({ sender }: Message, clock: Clock, options: SimulationOptions): { source: string; clock: Clock } {
  if (sender.tracksItself) return { source: sender.source, clock };
  return { source: trackerSource, clock: clockFor(trackerSource, 1, options) };
}
