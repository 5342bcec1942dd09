/** Says how long to wait so that messages begin at a rate, and that what follows the last one keeps the rate of events. */
export interface Pace {
  /** An event of this message is next; returns how long to wait before it, ms, at `now`. */
  waitMs(message: number, now: number): number;
}

/** `rate` is in messages per second; time is whatever clock the caller has, in ms. */
export function createPace(rate: number, messages: number, startedAt: number): Pace {
  let eventCount = 0;
  let eventsPerMessage = 0;
  let begun = 0;
  return {
    waitMs(message, now) {
      eventCount++;
      if (message + 1 > begun) {
        begun = message + 1;
        eventsPerMessage = eventCount / begun;
      }
      // Beyond the last message the events go on as if messages of the average size began.
      const position = begun < messages ? begun : Math.max(begun, eventCount / eventsPerMessage);
      return Math.max(0, startedAt + (position * 1_000) / rate - now);
    },
  };
}
