import type { InsertAnswer, Store } from "./clickhouse-store.ts";
import type { FlowMetrics } from "./sink-metrics.ts";

/** A flow's way to ClickHouse, each question and answer told. `now` is a monotonic clock, ms. */
export function meteredStore(store: Store, metrics: FlowMetrics, now: () => number = () => performance.now()): Store {
  const asking = async <T>(table: string, ask: () => Promise<T | null>): Promise<T | null> => {
    metrics.asked(table);
    const answer = await ask();
    metrics.answered(table, answer !== null);
    return answer;
  };
  /** Answer to the last insert of each table, of which one is in flight. */
  const last = new Map<string, InsertAnswer>();
  return {
    async insert(block, token) {
      const { table } = block;
      const beganAt = now();
      metrics.asked(table);
      const answer = await store.insert(block, token);
      metrics.tried(table, (now() - beganAt) / 1_000);
      metrics.answered(table, answer === "done" || answer === "poisoned");
      if (answer !== "done" && answer !== "poisoned") metrics.resent(table, answer);
      last.set(table, answer);
      return answer;
    },
    async count(block) {
      const rows = await asking(block.table, () => store.count(block));
      if (rows === 0 && last.get(block.table) === "done") metrics.resent(block.table, "absent");
      return rows;
    },
    newestOffset: (table, logId, partition) => asking(table, () => store.newestOffset(table, logId, partition)),
    isEmpty: (table, inputPartition) => asking(table, () => store.isEmpty(table, inputPartition)),
  };
}
