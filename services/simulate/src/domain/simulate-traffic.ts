import { EventHeap } from "./event-heap.ts";
import { createMessage } from "./message.ts";
import { messageTraffic, type SimulatedEvent } from "./message-traffic.ts";
import type { SimulationOptions } from "./options.ts";
import { Random } from "./random.ts";
import { receivingDomains } from "./receiving-domain.ts";

/**
 * Simulated traffic in the order in which producers append it, with the time at which they do.
 *
 * Kept: what is still to come of the messages sent so far, which hangs on how many are sent per second of simulated time
 * and on how long people and filters take, not on how many messages there are.
 */
export function* simulateTraffic(options: SimulationOptions): Generator<SimulatedEvent> {
  const domains = receivingDomains(options.domainsPerBehaviour);
  const waiting = new EventHeap<SimulatedEvent>();
  for (let number = 0; number < options.messages; number++) {
    const random = new Random(options.seed, number);
    const message = createMessage(number, random, options, domains);
    // Nothing of this message or a later one is appended before it is sent.
    while (waiting.nextAt <= message.sentAt) yield waiting.take();
    for (const event of messageTraffic(message, number, random, options)) waiting.add(event.appendAt, event);
  }
  while (waiting.size > 0) yield waiting.take();
}
