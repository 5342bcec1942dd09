export type { SimulationCounts } from "./counts.ts";
export * from "./domain/index.ts";
export { produceTraffic } from "./produce-traffic.ts";
export type { RunOptions } from "./run.ts";
export { createLineFile } from "./line-file.ts";
export { createTruthFile } from "./truth-file.ts";
export { writeTrafficFiles } from "./write-files.ts";
