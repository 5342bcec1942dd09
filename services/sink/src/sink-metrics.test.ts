import { createTelemetry } from "@antedate/runtime";
import { expect, test } from "vitest";
import { logBlock as block } from "../../../test/support/log-block.ts";
import type { InsertAnswer, Store } from "./clickhouse-store.ts";
import { insertExactlyOnce } from "./insert-block.ts";
import { meteredStore } from "./metered-store.ts";
import { createSinkMetrics } from "./sink-metrics.ts";

/** A flow whose store gives the answers of a script; each takes two seconds. */
function flow(answers: InsertAnswer[], counts: (number | null)[] = []) {
  let nowMs = 0;
  const telemetry = createTelemetry(() => nowMs);
  const metrics = createSinkMetrics(telemetry, () => 1_000_000 + nowMs).flow("email.classified", 3);
  const bare: Store = {
    insert: () => {
      nowMs += 2_000;
      return Promise.resolve(answers.shift() ?? "done");
    },
    count: () => Promise.resolve(counts.length > 0 ? (counts.shift() as number | null) : 5),
    newestOffset: () => Promise.resolve(-1),
    isEmpty: () => Promise.resolve(true),
  };
  const store = meteredStore(bare, metrics, () => nowMs);
  const scrape = async () => (await telemetry.registry.metrics()).split("\n");
  return { metrics, store, scrape, complaint: () => telemetry.health.complaint(), pass: (ms: number) => (nowMs += ms) };
}

test("an insert is counted once it is there, its tries and doubts beside it", async () => {
  const { metrics, store, scrape } = flow(["unanswered", "refused", "done"], [0, 5]);
  const insert = { token: "t", isDoubtful: false };
  expect(
    await insertExactlyOnce(
      store,
      block,
      insert,
      () => Promise.resolve(true),
      () => Promise.resolve(true),
    ),
  ).toBe(true);
  metrics.stored(block.table, block.rowCount);
  metrics.refused(block.table);
  expect(await scrape()).toEqual(
    expect.arrayContaining([
      'antedate_sink_rows_inserted_total{table="engagements"} 5',
      'antedate_sink_blocks_inserted_total{table="engagements"} 1',
      'antedate_sink_rows_refused_total{table="engagements"} 1',
      'antedate_sink_inserts_resent_total{table="engagements",reason="unanswered"} 1',
      'antedate_sink_inserts_resent_total{table="engagements",reason="refused"} 1',
      'antedate_sink_inserts_resent_total{table="engagements",reason="absent"} 1',
      'antedate_sink_insert_duration_seconds_count{table="engagements"} 4',
      'antedate_sink_insert_duration_seconds_sum{table="engagements"} 8',
      'antedate_sink_last_insert_timestamp_seconds{table="engagements"} 1008',
    ]),
  );
});

test("a ClickHouse that is away is waited for, told after a while, and forgotten when it is back", async () => {
  const { metrics, store, scrape, complaint, pass } = flow(["unanswered", "unanswered"]);
  metrics.opened(() => 17);
  await store.insert(block, null);
  expect(complaint()).toBeNull();
  pass(38_000);
  expect(complaint()).toBe("sink email.classified/3: ClickHouse has not answered for 40 s");
  const waiting = await scrape();
  expect(waiting).toContain('antedate_sink_partitions_waiting{table="engagements"} 1');
  expect(waiting).toContain('antedate_sink_lag_records{topic="email.classified",partition="3"} 17');
  await store.insert(block, null);
  expect(complaint()).toContain("for 42 s");
  await store.insert(block, null);
  expect(complaint()).toBeNull();
  expect(await scrape()).toContain('antedate_sink_partitions_waiting{table="engagements"} 0');
});

test("one table that answers does not hide another that does not", async () => {
  const { store, complaint, pass } = flow(["unanswered", "done"]);
  await store.insert(block, null);
  await store.insert({ ...block, table: "messages" }, null);
  pass(60_000);
  expect(complaint()).toContain("ClickHouse has not answered");
  await store.insert(block, null);
  expect(complaint()).toBeNull();
});

test("a partition that moved away waits for nothing and is not told of", async () => {
  const { metrics, store, scrape, complaint, pass } = flow(["unanswered"]);
  metrics.opened(() => 17);
  await store.insert(block, null);
  metrics.closed();
  pass(60_000);
  expect(complaint()).toBeNull();
  const lines = await scrape();
  expect(lines.join()).not.toContain("lag_records{");
  expect(lines).toContain('antedate_sink_partitions_waiting{table="engagements"} 0');
});
