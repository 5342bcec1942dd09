import { createLogger } from "@antedate/runtime";
import { tableColumns } from "@antedate/schemas";
import { checkMigrated, migrate } from "@antedate/sink";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runAntedate } from "../support/antedate-process.ts";
import { driveLogFlow, logOf, startDrivenClickHouse, type DrivenClickHouse } from "../support/driven-sink.ts";
import { eventually, select } from "../support/local-servers.ts";
import { engagementRow, messageRow } from "../support/log-records.ts";

let clickHouse: DrivenClickHouse;

beforeAll(async () => {
  clickHouse = await startDrivenClickHouse();
});

afterAll(async () => {
  await clickHouse.stop();
});

const options = () => ({ clickHouseUrl: clickHouse.url, log: createLogger({ service: "test", level: "silent" }) });

const rowsOf = async (table: string, logId: string): Promise<number> => {
  const query = `SELECT count()::UInt32 AS rows FROM ${table} WHERE log_id = '${logId}'`;
  return (await select<{ rows: number }>(clickHouse.client, query))[0]?.rows ?? 0;
};

test("the columns that the SQL files name are those that ClickHouse has", async () => {
  const query = "SELECT table, name, type FROM system.columns WHERE database = currentDatabase() AND table = ";
  for (const [table, columns] of tableColumns()) {
    const rows = await select<{ name: string; type: string }>(clickHouse.client, `${query}'${table}'`);
    expect(new Map(rows.map(({ name, type }) => [name, type]))).toEqual(columns);
  }
});

const statements: [string, string, RegExp, string][] = [
  [
    "a column of another type",
    "ALTER TABLE engagements MODIFY COLUMN attempts UInt64",
    /engagements\.attempts is UInt64 and must be UInt32: run `ALTER TABLE/,
    "ALTER TABLE engagements MODIFY COLUMN attempts UInt32",
  ],
  [
    "a column that would take the same bytes for another time",
    "ALTER TABLE engagements MODIFY COLUMN accepted_at Nullable(DateTime64(6, 'UTC'))",
    /engagements\.accepted_at is Nullable\(DateTime64\(6, 'UTC'\)\) and must be/,
    "ALTER TABLE engagements MODIFY COLUMN accepted_at Nullable(DateTime64(3, 'UTC'))",
  ],
  [
    "a missing column",
    "ALTER TABLE engagements DROP COLUMN method",
    /engagements has no column method, which must be LowCardinality\(Nullable\(String\)\)/,
    "ALTER TABLE engagements ADD COLUMN method LowCardinality(Nullable(String)) AFTER user_agent",
  ],
];

test.each(statements)(
  "%s: refused at the start, waited for while running, nothing dropped",
  async (what, alter, sentence, mend) => {
    const values = logOf(
      what,
      { engagements: [engagementRow()], messages: [messageRow()], cut: true },
      { engagements: [engagementRow({ input_offset: 1 })], cut: true },
    );
    // It has inserted into the table, and so knows it.
    const before = driveLogFlow(clickHouse.store, values.slice(0, 2));
    await before.committed(2);
    await clickHouse.run(alter);
    await expect(checkMigrated(options())).rejects.toThrow(sentence);
    const flow = driveLogFlow(clickHouse.store, values, { offset: 2, lastValid: 1, logId: what });
    const complaint = await eventually(
      () => Promise.resolve(clickHouse.telemetry.health.complaint() ?? ""),
      (text) => text !== "",
    );
    expect(complaint).toMatch(sentence);
    expect(await rowsOf("engagements", what)).toBe(1);
    await clickHouse.run(mend);
    await flow.committed(3);
    await flow.stop();
    await before.stop();
    expect(await rowsOf("engagements", what)).toBe(2);
    expect(clickHouse.telemetry.health.complaint()).toBeNull();
    expect(await select(clickHouse.client, "SELECT topic FROM rejects")).toEqual([]);
    await expect(checkMigrated(options())).resolves.toBeUndefined();
  },
);

test("an operator's own columns, with or without a default, and plain strings are fine, also while running", async () => {
  const values = logOf(
    "own",
    { engagements: [engagementRow()], cut: true },
    { engagements: [engagementRow()], cut: true },
  );
  const before = driveLogFlow(clickHouse.store, values.slice(0, 2));
  await before.committed(2);
  await before.stop();
  await clickHouse.run(
    "ALTER TABLE engagements ADD COLUMN team String DEFAULT 'none', ADD COLUMN note Nullable(String)",
  );
  await clickHouse.run("ALTER TABLE engagements MODIFY COLUMN mx_host Nullable(String)");
  await expect(checkMigrated(options())).resolves.toBeUndefined();
  const flow = driveLogFlow(clickHouse.store, values, { offset: 2, lastValid: 1, logId: "own" });
  await flow.committed(3);
  await flow.stop();
  expect(await rowsOf("engagements", "own")).toBe(2);
});

test("sink and doctor name the column and the statement; migrate makes a table that was dropped", async () => {
  await clickHouse.run("ALTER TABLE sends MODIFY COLUMN link_count Nullable(Int64)");
  const env = { CLICKHOUSE_URL: clickHouse.url, KAFKA_BROKERS: "127.0.0.1:1" };
  const sink = await runAntedate(["sink"], { ...env, LOG_LEVEL: "warn" });
  expect(sink.code).toBe(1);
  expect(sink.stderr.trim().split("\n")).toHaveLength(1);
  expect(sink.stderr).toContain("sends.link_count is Nullable(Int64) and must be Nullable(Int32)");
  const doctor = await runAntedate(["doctor"], env);
  expect(doctor.stdout).toContain("wrong   ClickHouse's column sends.link_count is Nullable(Int64)");
  await clickHouse.run("ALTER TABLE sends MODIFY COLUMN link_count Nullable(Int32)");
  await clickHouse.run("DROP TABLE messages");
  await expect(checkMigrated(options())).rejects.toThrow("no table messages: run `antedate migrate`");
  expect(await migrate(options())).toContain("002_messages");
  await expect(checkMigrated(options())).resolves.toBeUndefined();
  expect(await migrate(options())).toEqual([]);
});
