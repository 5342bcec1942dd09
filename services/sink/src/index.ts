export { createClickHouseStore } from "./clickhouse-store.ts";
export { LogRows, type CutBlocks } from "./log-blocks.ts";
export type { CommitPlace } from "./log-tables.ts";
export { checkMigrated, migrate } from "./migrate.ts";
export { createSinkMetrics } from "./sink-metrics.ts";
export { createSinkPart } from "./sink-part.ts";
export { fatalSentence } from "./clickhouse-fault.ts";
