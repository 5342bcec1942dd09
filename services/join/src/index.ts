export { readJoinConfig, readJoinSettings, type JoinConfig } from "./config.ts";
export { Descriptors } from "./checked-file.ts";
export * from "./domain/index.ts";
export { createJoinMetrics } from "./join-metrics.ts";
export { createJoinPart } from "./join-part.ts";
export { createHead } from "./snapshot-head.ts";
export { StateFolders } from "./state-folders.ts";
export { settingsDigest } from "./settings-digest.ts";
