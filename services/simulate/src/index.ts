export type { SimulationCounts } from "./counts.ts";
export * from "./domain/index.ts";
export { produceTraffic, type ProduceOptions } from "./produce-traffic.ts";
export type { RunOptions } from "./run.ts";
export { createTruthFile, type TruthFile } from "./truth-file.ts";
export { writeTrafficFiles } from "./write-files.ts";
