export { behaviours } from "./behaviour.ts";
export { canonicalLine } from "./canonical-line.ts";
export type { SimulatedEvent } from "./message-traffic.ts";
export { defaultOptions } from "./default-options.ts";
export type { SimulationOptions } from "./options.ts";
export { senders } from "./sender.ts";
export { simulateTraffic } from "./simulate-traffic.ts";
export type { EngagementTruth, Truth } from "./truth.ts";
