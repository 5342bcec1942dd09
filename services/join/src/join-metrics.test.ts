import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { zeroCounters } from "@antedate/schemas";
import { createJoinMetrics, type TaskStanding } from "./join-metrics.ts";

const standing: TaskStanding = {
  partition: 3,
  committed: {
    counters: {
      ...zeroCounters(),
      sends_read: 9,
      engagements_read: 20,
      engagements_decided: 11,
      engagements_duplicate: 2,
      engagements_rejected: 3,
      messages_decided: 7,
      sends_late: 1,
    },
    parked_count: 4,
  },
  messages: 8,
  sealed: 30,
  snapshotAgeMs: 61_500,
  isWaiting: true,
  taskTime: 95_000,
  lag: { sends: 0, deliveries: 5, engagements: 6 },
};

async function scrape(standings: TaskStanding[]): Promise<string[]> {
  const registry = new Registry();
  createJoinMetrics(
    registry,
    () => standings,
    () => 100_000,
  );
  return (await registry.metrics()).split("\n");
}

test("what the last COMMIT of a task says is told as it stands, its books balanced", async () => {
  const lines = await scrape([standing]);
  expect(lines).toEqual(
    expect.arrayContaining([
      'antedate_join_records_read_total{partition="3",input="sends"} 9',
      'antedate_join_records_read_total{partition="3",input="deliveries"} 0',
      'antedate_join_records_read_total{partition="3",input="engagements"} 20',
      'antedate_join_records_rejected_total{partition="3",input="engagements"} 3',
      'antedate_join_records_duplicate_total{partition="3",input="engagements"} 2',
      'antedate_join_records_late_total{partition="3",input="sends"} 1',
      'antedate_join_engagements_decided_total{partition="3"} 11',
      'antedate_join_messages_decided_total{partition="3"} 7',
      'antedate_join_engagements_parked{partition="3"} 4',
      'antedate_join_messages_held{partition="3"} 8',
      'antedate_join_messages_sealed{partition="3"} 30',
      'antedate_join_snapshot_age_seconds{partition="3"} 61.5',
      'antedate_join_input_lag_records{partition="3",input="deliveries"} 5',
      'antedate_join_time_lag_seconds{partition="3"} 5',
      'antedate_join_imbalance{partition="3"} 0',
    ]),
  );
});

test("books that do not balance are told by how much", async () => {
  const lines = await scrape([{ ...standing, committed: { ...standing.committed!, parked_count: 1 } }]);
  expect(lines).toContain('antedate_join_imbalance{partition="3"} 3');
});

test("a partition that moved away is not told of any more, and one asked twice is told the same", async () => {
  const registry = new Registry();
  let standings = [standing, { ...standing, partition: 4 }];
  createJoinMetrics(registry, () => standings);
  const first = await registry.metrics();
  expect(first).toContain('decided_total{partition="4"} 11');
  expect(await registry.getSingleMetricAsString("antedate_join_records_read_total")).toBe(
    await registry.getSingleMetricAsString("antedate_join_records_read_total"),
  );
  standings = [standing];
  expect(await registry.metrics()).not.toContain('partition="4"');
});

test("time does not lag where nothing waits and nothing is left to read, nor where no time is known", async () => {
  const idle = { ...standing, isWaiting: false, lag: { sends: 0, deliveries: 0, engagements: 0 } };
  expect(await scrape([idle])).toContain('antedate_join_time_lag_seconds{partition="3"} 0');
  expect((await scrape([{ ...standing, taskTime: 0 }])).join()).not.toContain("time_lag_seconds{");
});

test("a new log counts from nothing, and commits are counted as they are made", async () => {
  const registry = new Registry();
  const metrics = createJoinMetrics(registry, () => [{ ...standing, committed: null }]);
  const task = metrics.task(3);
  task.tookOver();
  task.committed(2, 0.03);
  const lines = (await registry.metrics()).split("\n");
  expect(lines).toEqual(
    expect.arrayContaining([
      'antedate_join_records_read_total{partition="3",input="engagements"} 0',
      'antedate_join_imbalance{partition="3"} 0',
      'antedate_join_commits_total{partition="3"} 2',
      'antedate_join_take_overs_total{partition="3"} 1',
      'antedate_join_commit_duration_seconds_bucket{le="0.05",partition="3"} 1',
    ]),
  );
});
