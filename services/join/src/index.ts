export { readJoinConfig, readJoinSettings, type JoinConfig } from "./config.ts";
export * from "./domain/index.ts";
export { createJoinMetrics } from "./join-metrics.ts";
export { createJoinPart } from "./join-part.ts";
export { settingsDigest } from "./settings-digest.ts";
