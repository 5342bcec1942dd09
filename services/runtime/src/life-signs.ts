import type { Consumer } from "kafkajs";
import type { HealthPlace } from "./health.ts";

/** Heartbeats come far more often where nothing holds them up. */
const silenceMsMax = 30_000;

/** What a kafkajs consumer shows of itself, counted for the watchdog and told to health. */
export class LifeSigns {
  /** As in `Sight`. */
  readonly counts: { heartbeats: number; signs: number } = { heartbeats: 0, signs: 0 };
  readonly #health: HealthPlace;

  constructor(health: HealthPlace) {
    this.#health = health;
  }

  listen(consumer: Consumer): void {
    this.#health.waitFor("not in its consumer group");
    const { GROUP_JOIN, HEARTBEAT, ...others } = consumer.events;
    consumer.on(GROUP_JOIN, () => this.#onHeartbeat());
    consumer.on(HEARTBEAT, () => this.#onHeartbeat());
    const count = (): void => void this.counts.signs++;
    // Typed by overloads, one for each event.
    for (const event of Object.values(others)) consumer.on(event as typeof others.STOP, count);
  }

  #onHeartbeat(): void {
    this.counts.heartbeats++;
    this.#health.goOn();
    this.#health.waitFor("Kafka has taken no heartbeat", silenceMsMax);
  }
}
