import type { ClickHouseClient } from "@antedate/runtime/clickhouse";
import { eventually, select } from "./local-servers.ts";

interface Balance {
  /** Engagement that the books have as read, over all logs. */
  read: number;
  /** Partitions of which something is out of balance, or not known yet. */
  off: number;
}

/** The view `balance`, once the books have so much engagement as read; throws where it does not even out. */
export async function expectBalance(clickHouse: ClickHouseClient, engagementsRead: number): Promise<void> {
  const query = `SELECT sum(engagements_read)::UInt32 AS read, countIf(imbalance != 0 OR missing_engagements IS NULL
      OR missing_engagements != 0 OR missing_messages != 0 OR undelivered_engagements != 0 OR undelivered_messages != 0
    )::UInt32 AS off FROM balance`;
  const ask = async (): Promise<Balance> => (await select<Balance>(clickHouse, query))[0] as Balance;
  await eventually(ask, ({ read, off }) => read === engagementsRead && off === 0, 60_000);
}
