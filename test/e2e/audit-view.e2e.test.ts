import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startClickHouseServer, type StartedServer } from "@antedate/clickhouse-server";
import { createLogger } from "@antedate/runtime";
import { createClickHouse, type ClickHouseClient } from "@antedate/runtime/clickhouse";
import { migrate } from "@antedate/sink";
import { afterAll, beforeAll, expect, test } from "vitest";
import { select } from "../support/local-servers.ts";

let folder: string;
let server: StartedServer;
let client: ClickHouseClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "antedate-audit-"));
  server = await startClickHouseServer({ dataDir: folder, port: 0 });
  const clickHouseUrl = `${server.url}/antedate`;
  await migrate({ clickHouseUrl, log: createLogger({ service: "test", level: "silent" }) });
  client = createClickHouse(clickHouseUrl);
});

afterAll(async () => {
  await client.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const time = "toDateTime64('2026-11-01 00:00:00', 3, 'UTC')";

/** Engagement rows of the offsets `from` to `to`, two rows to a COMMIT. */
const decide = (partition: number, from: number, to: number): Promise<unknown> =>
  client.command({
    query: `INSERT INTO engagements (decided_at, log_id, log_partition, log_offset, log_row, input_offset)
      SELECT ${time}, 'log', ${partition}, intDiv(number, 2), number % 2, number FROM numbers(${from}, ${to - from})`,
  });
const message = (log_offset: number): Promise<unknown> =>
  client.command({
    query: `INSERT INTO messages (message_id, decided_at, log_id, log_partition, log_offset, log_row)
      SELECT 'm', ${time}, 'log', 0, ${log_offset}, 0`,
  });
const park = (from: number, to: number): Promise<unknown> =>
  client.command({
    query: `INSERT INTO parked (parked_at, log_id, log_partition, log_offset, input_offset)
      SELECT ${time}, 'log', 0, 3, number FROM numbers(${from}, ${to - from})`,
  });

async function audit(): Promise<Record<string, unknown>[]> {
  return await select(
    client,
    `SELECT log_partition, engagements::Int32 AS engagements, doubled_engagements::Int32 AS doubled_engagements,
       messages::Int32 AS messages, doubled_messages::Int32 AS doubled_messages, ever_parked::Int32 AS ever_parked,
       pending::Int32 AS pending, oldest_pending_at, newest_log_offset::Int32 AS newest_log_offset
     FROM audit ORDER BY log_partition`,
  );
}

const partition0 = {
  log_partition: 0,
  engagements: 10,
  doubled_engagements: 0,
  messages: 2,
  doubled_messages: 0,
  ever_parked: 4,
  pending: 2,
  oldest_pending_at: "2026-11-01 00:00:00.000",
  newest_log_offset: 7,
};

test("an empty database has nothing to audit", async () => {
  expect(await audit()).toEqual([]);
});

test("partitions are counted apart; a parked row is pending until its fact is there, and counted once", async () => {
  await decide(0, 0, 10);
  await decide(1, 0, 4);
  // Two windows of one message ID are two rows, not a doubled one.
  await message(6);
  await message(7);
  await park(8, 12);
  await park(8, 12);
  const [first, second] = await audit();
  expect(first).toEqual(partition0);
  expect(second).toMatchObject({ log_partition: 1, engagements: 4, pending: 0, oldest_pending_at: null });
});

test("rows that are stored twice are counted as doubled, in their partition", async () => {
  await decide(0, 4, 7);
  await message(7);
  const [first, second] = await audit();
  expect(first).toEqual({
    ...partition0,
    engagements: 13,
    doubled_engagements: 3,
    messages: 3,
    doubled_messages: 1,
  });
  expect(second).toMatchObject({ engagements: 4, doubled_engagements: 0 });
});
