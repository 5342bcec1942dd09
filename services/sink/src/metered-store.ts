import type { Store } from "./clickhouse-store.ts";
import type { FlowMetrics } from "./sink-metrics.ts";

/** A flow's way to ClickHouse, each question and answer told. `now` is a monotonic clock, ms. */
export function meteredStore(store: Store, metrics: FlowMetrics, now: () => number = () => performance.now()): Store {
  const asking = async <T>(table: string, ask: () => Promise<T | null>): Promise<T | null> => {
    metrics.asked(table);
    const answer = await ask();
    metrics.answered(table, answer !== null);
    return answer;
  };
  return {
    async insert(block, token) {
      const { table } = block;
      const beganAt = now();
      metrics.asked(table);
      const answer = await store.insert(block, token);
      metrics.tried(table, (now() - beganAt) / 1_000);
      metrics.answered(table, answer === "done");
      if (answer !== "done") metrics.resent(table, answer);
      return answer;
    },
    async count(block) {
      const rows = await asking(block.table, () => store.count(block));
      // A block is counted only once its insert was answered.
      if (rows === 0) metrics.resent(block.table, "absent");
      return rows;
    },
    newestOffset: (table, logId, partition) => asking(table, () => store.newestOffset(table, logId, partition)),
    isEmpty: (table, inputPartition) => asking(table, () => store.isEmpty(table, inputPartition)),
  };
}
