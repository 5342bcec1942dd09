import { decodeJoinLog, inputs, LogReader, type Commit, type Input } from "@antedate/schemas";
import { differences, linesOf } from "../support/compare-rows.ts";
import { disposedOffsets, imbalance } from "../support/drive-task.ts";
import { oracle, type OracleRecord } from "../support/oracle.ts";
import type { StoredRow } from "./row-binary-reader.ts";
import { topics } from "./services.ts";
import type { SimClickHouse } from "./sim-click-house.ts";
import type { SimKafka } from "./sim-kafka.ts";
import { simSettings, startOfTime, type Traffic } from "./traffic.ts";

export interface Evidence {
  kafka: SimKafka;
  clickHouse: SimClickHouse;
  traffic: Traffic;
  /** ms of virtual time. */
  now: number;
}

/** What is wrong with what is stored, at a time when all is well and all was read; null where nothing is. */
export function complaintOf(evidence: Evidence): string | null {
  for (let partition = 0; partition < evidence.traffic.events.length; partition++) {
    const complaint = complaintOfPartition(evidence, partition);
    if (complaint !== null) return `partition ${partition}: ${complaint}`;
  }
  return complaintOfRejects(evidence);
}

/** A row that is stored twice is wrong at any time. Keeps what it has seen. */
export function createDoubleWatch(): (table: string, rows: StoredRow[]) => string | null {
  const seen = new Set<string>();
  return (table, rows) => {
    if (table !== "engagements" && table !== "messages") return null;
    for (const row of rows) {
      const place = table === "engagements" ? row.input_offset : `${row.log_offset}/${row.log_row}`;
      const key = `${table} ${row.log_partition} ${place}`;
      if (seen.has(key)) return `stored twice: ${JSON.stringify(row)}`;
      seen.add(key);
    }
    return null;
  };
}

function complaintOfPartition({ kafka, clickHouse, traffic, now }: Evidence, partition: number): string | null {
  const commits = commitsOf(kafka, partition);
  const records = (traffic.events[partition] as OracleRecord[]).filter(
    ({ appendTime }) => appendTime <= startOfTime + now,
  );
  const last = commits.at(-1);
  if (last === undefined) return records.length === 0 ? null : "no COMMIT yet";
  for (const input of inputs) {
    const end = kafka.partition(topics[input], partition).records.length;
    // A marker at the end is passed with the next record.
    if (last.next_offsets[input] < endOfRecords(kafka, input, partition))
      return `the ${input} are committed to ${last.next_offsets[input]} of ${end}`;
  }
  const own = (table: string): StoredRow[] => clickHouse.rows(table).filter((row) => row.log_partition === partition);
  const stored: StoredPartition = { engagements: own("engagements"), messages: own("messages"), parked: own("parked") };
  const taskTime = records.reduce((time, { appendTime }) => Math.max(time, appendTime), last.task_time);
  // A crash in the middle of a step leaves COMMITs with its rows and the time from before it. Where they were the last that
  // waited for anything, no later COMMIT says the time: then all is decided as of now.
  const complaint = complaintAt(stored, commits, records, taskTime);
  return complaint === null ? null : complaintAt(stored, commits, records, startOfTime + now) && complaint;
}

type StoredPartition = Record<"engagements" | "messages" | "parked", StoredRow[]>;

function complaintAt(
  stored: StoredPartition,
  commits: Commit[],
  records: OracleRecord[],
  taskTime: number,
): string | null {
  const expected = oracle(records, simSettings, taskTime);
  const rows = differences([...stored.engagements, ...stored.messages].map(lineOf), linesOf([expected]));
  if (rows.count > 0) return `facts differ: ${JSON.stringify(rows, null, 1)}`;
  const decided = new Set(stored.engagements.map((row) => row.input_offset));
  const pending = new Set(stored.parked.map((row) => row.input_offset as number));
  for (const offset of pending) if (decided.has(offset)) pending.delete(offset);
  const pendingLines = differences([...pending].map(String), expected.parked.map(String));
  if (pendingLines.count > 0) return `engagements_pending differs: ${JSON.stringify(pendingLines)}`;
  return complaintOfLog(commits, expected.parked);
}

/** The books: each record of the log balances, each engagement is disposed of once, parked rows are written once. */
function complaintOfLog(commits: Commit[], parked: number[]): string | null {
  const last = commits.at(-1) as Commit;
  const off = commits.findIndex((commit) => imbalance(commit) !== 0);
  if (off >= 0) return `COMMIT number ${off} does not balance`;
  const xor = parked.reduce((all, offset) => all ^ offset, 0);
  if (last.parked_count !== parked.length || last.parked_xor !== xor)
    return `${last.parked_count} are parked in the log, ${parked.length} should be`;
  const disposed = disposedOffsets(commits);
  if (new Set(disposed).size !== disposed.length) return "an engagement was disposed of twice";
  if (disposed.length + parked.length !== last.counters.engagements_read) return "an engagement was not disposed of";
  const parkedRows = commits.flatMap((commit) => commit.parked.map((row) => row.input_offset));
  return new Set(parkedRows).size === parkedRows.length ? null : "a parked row was written twice";
}

function complaintOfRejects({ clickHouse, traffic, now }: Evidence): string | null {
  const stored = new Set(clickHouse.rows("rejects").map((row) => `${row.topic}/${row.partition}/${row.offset}`));
  const expected = traffic.planned
    .filter(({ kind, at }) => kind === "invalid" && at <= now)
    .map(({ input, partition, offset }) => `${topics[input]}/${partition}/${offset}`);
  const rejects = differences([...stored], expected);
  return rejects.count === 0 ? null : `rejects differ: ${JSON.stringify(rejects)}`;
}

/** What the log and the tables tell of what was survived, to be counted. */
export function survivedIn(kafka: SimKafka, clickHouse: SimClickHouse): [string, number][] {
  let [written, valid, split, fences] = [0, 0, 0, 0];
  for (let partition = 0; partition < kafka.partitionCount(topics.classified); partition++) {
    const commits = commitsOf(kafka, partition);
    const { records } = kafka.partition(topics.classified, partition);
    const isFence = records.map((record) => "fence" in (decodeJoinLog(record?.value ?? null) ?? {}));
    fences += isFence.filter(Boolean).length;
    written += isFence.filter((own) => !own).length;
    valid += commits.length;
    split += commits.filter((commit, index) => isMidStep(commit, commits[index - 1])).length;
  }
  return [
    ["void COMMIT in the log", written - valid],
    ["COMMIT in the middle of a step", split],
    ["FENCE in the log", fences],
    ["token without its rows", clickHouse.lyingTokens],
  ];
}

/** It has rows and stands where the one before it stood: the step that made them is not over. */
function isMidStep(commit: Commit, before: Commit | undefined): boolean {
  const hasRows = commit.engagements.length + commit.messages.length > 0;
  const position = (own: Commit): string => `${JSON.stringify(own.next_offsets)} ${own.task_time}`;
  return hasRows && before !== undefined && position(commit) === position(before);
}

function commitsOf(kafka: SimKafka, partition: number): Commit[] {
  const reader = new LogReader();
  return kafka.partition(topics.classified, partition).records.flatMap((record, offset) => {
    const read = reader.take(offset, record?.value ?? null);
    return read && "commit" in read ? [read.commit] : [];
  });
}

/** For traces: what a record of the log is. */
export function describeLogRecord(value: Buffer | null): string {
  const record = decodeJoinLog(value);
  if (record === null) return "nothing of ours";
  if ("fence" in record) return `FENCE ${record.fence.nonce.slice(0, 6)}, prev ${record.fence.prev}`;
  const { prev, engagements, messages, parked, cut, next_offsets: next } = record.commit;
  const rows = `engagements ${listed(engagements.map((row) => row.input_offset))}, messages ${listed(messages.map((row) => row.message_id))}, parked ${listed(parked.map((row) => row.input_offset))}`;
  const time = record.commit.task_time === 0 ? "none" : record.commit.task_time - startOfTime;
  return `COMMIT, prev ${prev}, ${rows}${cut ? ", cut" : ""}, next ${Object.values(next).join(" ")}, task time ${time}`;
}

function listed(names: unknown[]): string {
  return names.length === 0 ? "none" : names.join(" ");
}

function endOfRecords(kafka: SimKafka, input: Input, partition: number): number {
  return kafka.partition(topics[input], partition).records.findLastIndex((record) => record !== null) + 1;
}

/** As `toLine` writes a row of the oracle. */
function lineOf(row: StoredRow): string {
  const {
    decided_at: _at,
    log_id: _id,
    log_offset: _offset,
    log_row: _row,
    log_partition: _partition,
    ...columns
  } = row;
  if ("input_offset" in columns) columns.input_offset = `null/${columns.input_offset as number}`;
  return JSON.stringify(Object.entries(columns).sort(([a], [b]) => (a < b ? -1 : 1)));
}
