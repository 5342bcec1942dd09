import type { Input } from "@antedate/schemas/model";

/**
 * Task time (design §5): the minimum over the inputs of how far each is known in append time. Only brokers' stamps
 * enter, no clock of this host. It never goes back.
 */
export class TaskTime {
  /** Append time of the last record taken, per input; kept from going back where a broker's clock did. */
  readonly #lastTaken: Record<Input, number>;
  readonly #known: Record<Input, number>;
  #now: number;

  constructor(now: number, lastAppendTimes: Record<Input, number>) {
    this.#now = now;
    this.#lastTaken = { ...lastAppendTimes };
    this.#known = { ...lastAppendTimes };
  }

  get now(): number {
    return this.#now;
  }

  /** Append time of the last record taken of each input. */
  get lastTaken(): Readonly<Record<Input, number>> {
    return this.#lastTaken;
  }

  /** A record was taken. Returns the append time it counts with. */
  take(input: Input, appendTime: number): number {
    const counted = Math.max(appendTime, this.#lastTaken[input]);
    this.#lastTaken[input] = counted;
    this.#know(input, counted);
    return counted;
  }

  /** Nothing that is appended to the input from now on is older than `time`. */
  reachEnd(input: Input, time: number): void {
    this.#know(input, time);
  }

  #know(input: Input, time: number): void {
    if (time <= this.#known[input]) return;
    this.#known[input] = time;
    const { sends, deliveries, engagements } = this.#known;
    this.#now = Math.max(this.#now, Math.min(sends, deliveries, engagements));
  }
}
