import { zeroCounters, type Commit } from "@antedate/schemas";
import { afterAll, beforeAll, expect, test } from "vitest";
import { driveLogFlow, logOf, startDrivenClickHouse, type DrivenClickHouse } from "../support/driven-sink.ts";
import { engagementRow, messageRow } from "../support/log-records.ts";
import { select } from "../support/local-servers.ts";

let clickHouse: DrivenClickHouse;

beforeAll(async () => {
  clickHouse = await startDrivenClickHouse();
});

afterAll(async () => {
  await clickHouse.stop();
});

const clicks = (from: number, count: number): Commit["engagements"] =>
  Array.from({ length: count }, (_, index) => engagementRow({ input_offset: from + index }));

/** What a COMMIT says of everything before it; of what is read more than is decided, one was rejected. */
function books(read: number, decided: number, duplicate: number, parked: number, messages: number): Partial<Commit> {
  const counters = {
    ...zeroCounters(),
    engagements_read: read,
    engagements_decided: decided,
    engagements_duplicate: duplicate,
    engagements_rejected: 1,
    messages_decided: messages,
  };
  return { counters, parked_count: parked, task_time: Date.UTC(2026, 10, 24) };
}

async function balance(logId: string): Promise<Record<string, unknown> | undefined> {
  const [row] = await select<Record<string, unknown>>(
    clickHouse.client,
    `SELECT booked_offset::Int32 AS booked, imbalance::Int32 AS imbalance, is_settled,
       missing_engagements::Nullable(Int32) AS missing_engagements, missing_messages::Nullable(Int32) AS missing_messages,
       undelivered_engagements::Int32 AS undelivered, refused_engagements::Int32 AS refused, parked::Int32 AS parked
     FROM balance WHERE log_id = '${logId}'`,
  );
  return row;
}

const even = { imbalance: 0, is_settled: 1, missing_engagements: 0, missing_messages: 0, undelivered: 0, refused: 0 };

test("what is stored balances with the books of the newest COMMIT, mid-window too", async () => {
  const values = logOf(
    "even",
    { engagements: clicks(0, 5), messages: [messageRow()], cut: true, ...books(9, 5, 1, 2, 1) },
    { engagements: clicks(5, 4), messages: [messageRow()], ...books(13, 9, 1, 2, 2) },
    { engagements: clicks(9, 1), cut: true, ...books(14, 10, 1, 2, 2) },
    { ...books(15, 10, 2, 2, 2) },
  );
  const flow = driveLogFlow(clickHouse.store, values);
  await flow.committed(5);
  await flow.stop();
  expect(await balance("even")).toEqual({ ...even, booked: 4, parked: 2 });
  const [audit] = await select<Record<string, unknown>>(
    clickHouse.client,
    `SELECT engagements::Int32 AS engagements, doubled_engagements::Int32 AS doubled, imbalance::Int32 AS imbalance,
       engagements_decided::Int32 AS decided, missing_messages::Int32 AS missing FROM audit WHERE log_id = 'even'`,
  );
  expect(audit).toEqual({ engagements: 10, doubled: 0, imbalance: 0, decided: 10, missing: 0 });
});

test("rows that somebody took away are missing, rows that came twice are too many", async () => {
  const cut = { engagements: clicks(0, 6), messages: [messageRow()], cut: true, ...books(7, 6, 0, 0, 1) };
  const flow = driveLogFlow(clickHouse.store, logOf("changed", cut));
  await flow.committed(2);
  await flow.stop();
  expect(await balance("changed")).toMatchObject(even);
  await clickHouse.run(
    "ALTER TABLE engagements DELETE WHERE log_id = 'changed' AND log_row IN (2, 3) SETTINGS mutations_sync = 2",
  );
  await clickHouse.run("INSERT INTO messages SELECT * FROM messages WHERE log_id = 'changed'");
  expect(await balance("changed")).toMatchObject({ missing_engagements: 2, missing_messages: -1 });
});

test("a log whose counters do not add up, and one whose rows are fewer than it says, are told apart from a loss here", async () => {
  const cut = { engagements: clicks(0, 3), cut: true, ...books(9, 4, 1, 2, 0) };
  const flow = driveLogFlow(clickHouse.store, logOf("odd", cut));
  await flow.committed(2);
  await flow.stop();
  expect(await balance("odd")).toMatchObject({ imbalance: 1, undelivered: -1, missing_engagements: 0 });
});

test("refused rows count as stored once, also where they were put back by hand", async () => {
  await clickHouse.run("ALTER TABLE engagements ADD CONSTRAINT no_poison CHECK link_id IS NULL OR link_id != 'poison'");
  const engagements = clicks(0, 6).map((row) => (row.input_offset % 2 ? { ...row, link_id: "poison" } : row));
  const flow = driveLogFlow(clickHouse.store, logOf("refused", { engagements, cut: true, ...books(7, 6, 0, 0, 0) }));
  await flow.committed(2);
  await flow.stop();
  expect(await balance("refused")).toMatchObject({ ...even, refused: 3 });
  const back = `INSERT INTO engagements (decided_at, log_id, log_partition, log_offset, log_row, input_offset)
    SELECT rejected_at, 'refused', partition, offset, row, 1 FROM rejects FINAL WHERE topic = 'table:engagements/refused' AND row = 1`;
  await clickHouse.run(back);
  expect(await balance("refused")).toMatchObject({ ...even, refused: 2 });
});

test("a restart from the committed position goes on counting, one from the beginning counts the same", async () => {
  const values = logOf(
    "restarted",
    { engagements: clicks(0, 4), cut: true, ...books(5, 4, 0, 0, 0) },
    { engagements: clicks(4, 3), cut: true, ...books(8, 7, 0, 0, 0) },
  );
  const first = driveLogFlow(clickHouse.store, values.slice(0, 2));
  const metadata = JSON.parse((await first.committed(2)) as string) as object;
  await first.stop();
  expect(await balance("restarted")).toEqual({ ...even, booked: 1, parked: 0 });
  const second = driveLogFlow(clickHouse.store, values, { offset: 2, ...metadata });
  await second.committed(3);
  await second.stop();
  expect(await balance("restarted")).toEqual({ ...even, booked: 2, parked: 0 });
  const third = driveLogFlow(clickHouse.store, values);
  await third.committed(3);
  await third.stop();
  expect(await balance("restarted")).toEqual({ ...even, booked: 2, parked: 0 });
});

test("a log whose head is gone is counted from what its first COMMIT says", async () => {
  const values = logOf(
    "headless",
    { engagements: clicks(0, 4), cut: true, ...books(5, 4, 0, 0, 0) },
    { engagements: clicks(4, 3), cut: true, ...books(8, 7, 0, 0, 0) },
  );
  const first = driveLogFlow(clickHouse.store, values.slice(0, 2));
  await first.committed(2);
  await first.stop();
  const second = driveLogFlow(clickHouse.store, values, { offset: 2, lastValid: 1, logId: "headless", totals: null });
  await second.committed(3);
  await second.stop();
  expect(await balance("headless")).toEqual({ ...even, booked: 2, parked: 0 });
});

test("while rows come in, nobody who looks sees a loss that is none", async () => {
  const cuts = Array.from({ length: 60 }, (_, index): Partial<Commit> => {
    const decided = 40 * (index + 1);
    return { engagements: clicks(decided - 40, 40), cut: true, ...books(decided + 1, decided, 0, 0, 0) };
  });
  const values = logOf("busy", ...cuts);
  let isDone = false;
  // Cut by cut, as if each were the newest: every one is booked.
  const storing = (async () => {
    let from = {};
    for (let end = 2; end <= values.length; end++) {
      const flow = driveLogFlow(clickHouse.store, values.slice(0, end), from);
      const metadata = JSON.parse((await flow.committed(end)) as string) as object;
      await flow.stop();
      from = { offset: end, ...metadata };
    }
    isDone = true;
  })();
  let looks = 0;
  let settled = 0;
  while (!isDone) {
    const seen = await balance("busy");
    if (seen === undefined) continue;
    looks++;
    if (seen.is_settled === 1) settled++;
    expect(seen.missing_engagements ?? 0).toBe(0);
  }
  await storing;
  expect(looks).toBeGreaterThan(20);
  expect(settled).toBeGreaterThan(0);
  expect(await balance("busy")).toMatchObject(even);
});
