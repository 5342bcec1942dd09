export { behaviours, type Behaviour, type Requester } from "./behaviour.ts";
export { canonicalLine } from "./canonical-line.ts";
export type { SimulatedEvent } from "./message-traffic.ts";
export { defaultOptions } from "./default-options.ts";
export type { SimulationOptions } from "./options.ts";
export { senders, type Sender } from "./sender.ts";
export { simulateTraffic } from "./simulate-traffic.ts";
export type { EngagementTruth, PendingTruth, Truth } from "./truth.ts";
