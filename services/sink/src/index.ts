export { checkMigrated, migrate, type MigrateOptions } from "./migrate.ts";
export { createSinkPart } from "./sink-part.ts";
export { clickHouseFault, fatalSentence } from "./clickhouse-fault.ts";
