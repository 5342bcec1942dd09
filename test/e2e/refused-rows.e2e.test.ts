import type { Commit } from "@antedate/schemas";
import type { Store } from "@antedate/sink";
import { afterAll, beforeAll, expect, test } from "vitest";
import { driveLogFlow, logOf, startDrivenClickHouse, type DrivenClickHouse } from "../support/driven-sink.ts";
import { engagementRow, messageRow } from "../support/log-records.ts";
import { select } from "../support/local-servers.ts";
import { Killed } from "../support/table-of-rows.ts";

let clickHouse: DrivenClickHouse;

beforeAll(async () => {
  clickHouse = await startDrivenClickHouse();
  await clickHouse.run("ALTER TABLE engagements ADD CONSTRAINT no_poison CHECK link_id IS NULL OR link_id != 'poison'");
  await clickHouse.run("ALTER TABLE messages ADD CONSTRAINT no_poison CHECK message_id != 'poison'");
});

afterAll(async () => {
  await clickHouse.stop();
});

/** Engagement of so many rows from an input offset on, with poison at those given. */
function clicks(from: number, count: number, poison: readonly number[] = []): Commit["engagements"] {
  return Array.from({ length: count }, (_, index) => {
    const input_offset = from + index;
    return engagementRow({ input_offset, link_id: poison.includes(input_offset) ? "poison" : null });
  });
}

async function storedOffsets(logId: string): Promise<number[]> {
  const query = `SELECT input_offset::UInt32 AS at FROM engagements WHERE log_id = '${logId}' ORDER BY input_offset`;
  return (await select<{ at: number }>(clickHouse.client, query)).map(({ at }) => at);
}

interface RejectedRow {
  topic: string;
  partition: number;
  offset: number;
  row: number;
  raw: string;
}

async function rejected(logId: string): Promise<RejectedRow[]> {
  return await select<RejectedRow>(
    clickHouse.client,
    `SELECT topic, partition, offset::UInt32 AS offset, row, raw FROM rejects FINAL
     WHERE topic LIKE '%/${logId}' AND reason = 'refused_by_table' ORDER BY topic, offset, row`,
  );
}

test("a row that ClickHouse refuses goes to rejects with its place, all others are stored", async () => {
  const values = logOf(
    "mixed",
    { engagements: clicks(0, 50, [17]), messages: [messageRow(), messageRow({ message_id: "poison" })] },
    { engagements: clicks(50, 50, [50, 99]), cut: true },
    { engagements: clicks(100, 3), cut: true },
  );
  const flow = driveLogFlow(clickHouse.store, values);
  await flow.committed(4);
  await flow.stop();
  const all = Array.from({ length: 103 }, (_, index) => index);
  expect(await storedOffsets("mixed")).toEqual(all.filter((offset) => ![17, 50, 99].includes(offset)));
  const found = await rejected("mixed");
  expect(found.map(({ topic, partition, offset, row }) => ({ topic, partition, offset, row }))).toEqual([
    { topic: "table:engagements/mixed", partition: 3, offset: 1, row: 17 },
    { topic: "table:engagements/mixed", partition: 3, offset: 2, row: 0 },
    { topic: "table:engagements/mixed", partition: 3, offset: 2, row: 49 },
    { topic: "table:messages/mixed", partition: 3, offset: 1, row: 1 },
  ]);
  expect(JSON.parse(found[0]?.raw as string)).toMatchObject({
    link_id: "poison",
    url: "https://é.example/",
    exposed_attempt: 1,
    delta_ms: -7,
    decided_at: "2026-11-24 00:00:00.000",
    log_row: 17,
  });
});

test("a rejected row that was mended goes back into its table as it stands in rejects", async () => {
  const [row] = await rejected("mixed");
  const { recipient_hash, ...columns } = JSON.parse(row?.raw as string) as Record<string, unknown>;
  // Hexadecimal there, as JSON holds no bytes.
  expect(recipient_hash).toBe("0".repeat(32));
  const mended = JSON.stringify({ ...columns, link_id: "mended" });
  await clickHouse.run(`INSERT INTO engagements FORMAT JSONEachRow ${mended}`);
  const query = "SELECT input_offset::UInt32 AS at, url, log_row FROM engagements WHERE link_id = 'mended'";
  expect(await select(clickHouse.client, query)).toEqual([{ at: 17, url: "https://é.example/", log_row: 17 }]);
});

/** The store of a sink that is killed at its n-th insert, before it or after it. */
function killedAt(insertNumber: number, when: "before" | "after"): Store {
  let inserts = 0;
  return {
    ...clickHouse.store,
    async insert(block, token) {
      const isLast = ++inserts === insertNumber;
      if (inserts > insertNumber || (isLast && when === "before")) throw new Killed();
      const answer = await clickHouse.store.insert(block, token);
      if (isLast) throw new Killed();
      return answer;
    },
  };
}

test.each(["before", "after"] as const)(
  "a sink killed %s any insert of a block that is split leaves what the next one completes",
  async (when) => {
    const expected = [0, 2];
    for (let insert = 1, isKilled = true; isKilled; insert++) {
      const logId = `killed-${when}-${insert}`;
      // The last row of the cut is refused, and the cut is one COMMIT: what is there tells nothing of what is not.
      const values = logOf(logId, { engagements: clicks(0, 4, [1, 3]), messages: [messageRow()], cut: true });
      const first = driveLogFlow(killedAt(insert, when), values);
      isKilled = await first.committed(2).then(
        () => false,
        () => true,
      );
      await first.stop().catch((error: unknown) => expect(error).toBeInstanceOf(Killed));
      const second = driveLogFlow(clickHouse.store, values);
      const metadata = await second.committed(2);
      await second.stop();
      expect(await storedOffsets(logId)).toEqual(expected);
      expect((await rejected(logId)).map(({ row }) => row)).toEqual([1, 3]);
      expect(JSON.parse(metadata as string)).toMatchObject({ stored: { engagements: 1, messages: 1 } });
    }
  },
);

test("what was stored is what ClickHouse has, where the newest rows are rejected ones", async () => {
  const values = logOf("tail", { engagements: clicks(0, 2), cut: true }, { engagements: clicks(2, 1, [2]), cut: true });
  const flow = driveLogFlow(clickHouse.store, values);
  expect(JSON.parse((await flow.committed(3)) as string)).toMatchObject({ stored: { engagements: 1 } });
  await flow.stop();
});

test("a constraint that is dropped after a crash in the middle doubles nothing", async () => {
  await clickHouse.run("ALTER TABLE engagements ADD CONSTRAINT passing CHECK link_id IS NULL OR link_id != 'passing'");
  const engagements = clicks(0, 9).map((row) => (row.input_offset === 7 ? { ...row, link_id: "passing" } : row));
  const values = logOf("dropped", { engagements, cut: true });
  const first = driveLogFlow(killedAt(4, "after"), values);
  await expect(first.committed(2)).rejects.toBeInstanceOf(Killed);
  await clickHouse.run("ALTER TABLE engagements DROP CONSTRAINT passing");
  const second = driveLogFlow(clickHouse.store, values);
  await second.committed(2);
  await second.stop();
  expect(await storedOffsets("dropped")).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

test("a view behind the table that fails rejects nothing: the rows are there", async () => {
  await clickHouse.run(`CREATE MATERIALIZED VIEW failing ENGINE = MergeTree ORDER BY at
    AS SELECT input_offset AS at, throwIf(link_id = 'thrown') AS thrown FROM engagements`);
  const engagements = clicks(0, 5).map((row) => ({ ...row, link_id: "thrown" }));
  const flow = driveLogFlow(clickHouse.store, logOf("view", { engagements, cut: true }));
  await flow.committed(2);
  await flow.stop();
  await clickHouse.run("DROP VIEW failing");
  expect(await storedOffsets("view")).toEqual([0, 1, 2, 3, 4]);
  expect(await rejected("view")).toEqual([]);
});
