export { readJoinConfig, readJoinSettings, type JoinConfig } from "./config.ts";
export * from "./domain/index.ts";
export { createJoinPart, type TopicCheck } from "./join-part.ts";
export { settingsDigest } from "./settings-digest.ts";
