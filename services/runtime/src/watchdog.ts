import { setTimeout as sleep } from "node:timers/promises";
import { FatalError } from "./errors.ts";
import type { Logger } from "./logger.ts";
import { StallJudge, type Sight } from "./stall-judge.ts";

export interface WatchdogOptions {
  /** How long nothing may move, ms. */
  stillMsMax: number;
  /** Where topics end, by `topic/partition`; may fail where Kafka is away. */
  ends(): Promise<Map<string, number>>;
  look(): Omit<Sight, "ends" | "atMs">;
  /** Gets the error that ends the process. */
  onWedged(error: FatalError): void;
  log: Logger;
}

const lookMsMax = 15_000;

/** Looks at a member now and then; see `StallJudge` for what it takes for wedged. */
export class Watchdog {
  readonly #options: WatchdogOptions;
  readonly #everyMs: number;
  readonly #judge: StallJudge;
  #timer: NodeJS.Timeout | null = null;
  #isStopped = false;

  constructor(options: WatchdogOptions) {
    const { stillMsMax } = options;
    this.#options = options;
    this.#everyMs = Math.min(lookMsMax, stillMsMax / 10);
    this.#judge = new StallJudge({ stillMsMax, sightMsMax: 2 * this.#everyMs });
  }

  start(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => void this.#turn(), this.#everyMs);
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  async #turn(): Promise<void> {
    const { ends, look, onWedged, log } = this.#options;
    const known = await Promise.race([ends().catch(() => null), sleep(this.#everyMs, null, { ref: false })]);
    const sentence = this.#isStopped ? null : this.#judge.judge({ ...look(), ends: known, atMs: performance.now() });
    if (sentence === null) return this.start();
    // Draining may hang as well, and then nobody hears of the error.
    log.fatal(sentence);
    onWedged(new FatalError(sentence));
  }
}
