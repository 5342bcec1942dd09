// What every process needs, whatever it runs: nothing that loads a client of Kafka or ClickHouse.
export { FatalError } from "./errors.ts";
export { processSignal } from "./run-service.ts";
export { createWorkerLink } from "./worker-link.ts";
export { workerVariable } from "./worker-messages.ts";
