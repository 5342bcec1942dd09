export { quietKafka } from "./quiet-kafka.ts";
export type { RunningKafka } from "./running-kafka.ts";
export { StartError } from "./start-error.ts";
export { startKafka } from "./start-kafka.ts";
