export { checkMigrated, migrate, type MigrateOptions } from "./migrate.ts";
export { createSinkMetrics } from "./sink-metrics.ts";
export { createSinkPart, type SinkPartOptions } from "./sink-part.ts";
export { clickHouseFault, fatalSentence } from "./clickhouse-fault.ts";
