import { Registry } from "prom-client";
import { createHealth, type Health } from "./health.ts";

/** What the parts of a process tell of themselves. Each process, and each test, makes its own. */
export interface Telemetry {
  /** Each service registers its own set of metrics. */
  registry: Registry;
  health: Health;
}

/** Costs next to nothing where nobody listens: most metrics are read off the services when they are asked for. */
export function createTelemetry(now: () => number = () => performance.now()): Telemetry {
  return { registry: new Registry(), health: createHealth(now) };
}
