import { setTimeout as sleep } from "node:timers/promises";
import type { Finding } from "@antedate/kafka-server/topics";
import type { ClickHouseClient } from "@antedate/runtime/clickhouse";

/** What the view `balance` says of one partition of a join log. */
export interface PartitionBalance {
  log_id: string;
  log_partition: number;
  engagements_read: number;
  /** Read and neither decided, parked, duplicate nor rejected. */
  imbalance: number;
  /** Rows that the log has and the table has not, negative for too many; null while a cut is being stored. */
  missing_engagements: number | null;
  missing_messages: number | null;
}

const looksMax = 5;
const lookAgainMs = 300;

/** Asks for the balance, again for a moment where a cut is just being stored. Throws what the client throws. */
export async function readBalance(client: ClickHouseClient): Promise<PartitionBalance[]> {
  // Beyond 2^53 no table of rows goes; as numbers JSON gives them bare.
  const query = `SELECT log_id, log_partition, toFloat64(engagements_read) AS engagements_read,
    toFloat64(imbalance) AS imbalance, toFloat64OrNull(toString(missing_engagements)) AS missing_engagements,
    toFloat64OrNull(toString(missing_messages)) AS missing_messages FROM balance ORDER BY log_id, log_partition`;
  for (let look = 1; ; look++) {
    const result = await client.query({ query, format: "JSONEachRow" });
    const rows = await result.json<PartitionBalance>();
    if (look === looksMax || rows.every((row) => row.missing_engagements !== null)) return rows;
    await sleep(lookAgainMs);
  }
}

/** A sentence for each partition in which something is wrong, or one for all. */
export function balanceFindings(partitions: readonly PartitionBalance[]): Finding[] {
  const findings = partitions.flatMap((one) => faults(one, `partition ${one.log_partition} of log ${one.log_id}`));
  if (findings.length > 0 || partitions.length === 0) return findings;
  const read = partitions.reduce((sum, one) => sum + one.engagements_read, 0);
  const sentence = `the books balance: ${read} engagements read in ${partitions.length} partitions, nothing missing, nothing doubled`;
  return [{ severity: "ok", sentence }];
}

function faults({ imbalance, missing_engagements, missing_messages }: PartitionBalance, where: string): Finding[] {
  const found: Finding[] = [];
  if (imbalance !== 0) {
    found.push({
      severity: "error",
      sentence: `${where}: ${imbalance} engagements were read and are neither decided, parked, duplicate nor rejected.`,
    });
  }
  for (const [table, missing] of Object.entries({ engagements: missing_engagements, messages: missing_messages })) {
    if (missing === null) {
      const sentence = `${where}: a cut is in ${table} and not in the books, the sink is storing it or was stopped in it.`;
      found.push({ severity: "warning", sentence, remedy: "let `antedate sink` run" });
    } else if (missing !== 0) {
      const what = missing > 0 ? `lacks ${missing} rows that the join log has` : `has ${-missing} rows too many`;
      const sentence = `${where}: the table ${table} ${what}; rows were changed by hand, or ClickHouse lost or kept them.`;
      found.push({ severity: "error", sentence, remedy: "compare with `SELECT * FROM audit`" });
    }
  }
  return found;
}
