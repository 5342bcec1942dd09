import { createLogger, readRuntimeConfig } from "@antedate/runtime";
import { clickHouseTarget } from "@antedate/runtime/clickhouse";
import { migrate } from "@antedate/sink";
import type { CommandContext } from "./command-context.ts";

/** Makes or updates the tables, and says which migrations that took. */
export async function migrateTables({ env, signal, say, liveLine }: CommandContext): Promise<void> {
  const config = readRuntimeConfig(env);
  const log = createLogger({ service: "migrate", level: config.logLevel, beforeLine: liveLine.clear });
  const { clickHouseUrl } = config;
  const migrating = migrate({ clickHouseUrl, log, signal });
  const applied = await liveLine.during(
    `Making the tables in ClickHouse at ${clickHouseTarget(clickHouseUrl).url}`,
    migrating,
  );
  say(applied.length === 0 ? "Nothing to migrate." : `Applied ${applied.join(", ")}.`);
}
