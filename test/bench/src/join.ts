import type { BenchArguments } from "./arguments.ts";
import { TaskInputs } from "@antedate/join";
import type { RecordBatch } from "@antedate/runtime";
import { inputs, type Input } from "@antedate/schemas";
import { inBatches } from "./batches.ts";
import { createJoinCore, type CoreRecord } from "./join-core.ts";
import type { Report } from "./report.ts";
import { benchTraffic, recordsPerMessage } from "./traffic.ts";

const commitEvery = 20_000;
const appendsPerMs = 100;

/** The join core on one core: decoding, state, rows, the COMMIT's bytes; no Kafka. The batches are made beforehand. */
export function benchJoin({ quick, sizes }: BenchArguments): Report {
  const rows = (sizes ?? [quick ? 200_000 : 1_000_000]).map((size) => measure(size));
  return {
    title: "The join core alone, on one core: fetched record batches → the bytes of COMMITs",
    columns: ["records", "wall ms", "CPU ms", "records/s", "per CPU-s", "out MB", "decided", "parked", "RSS MB"],
    rows: rows.map((row) => [
      row.records,
      row.wallMs,
      row.cpuMs,
      row.recordsPerSecond,
      row.recordsPerCpuSecond,
      row.outBytes / 1e6,
      row.decided,
      row.parked,
      row.rssBytes / 1e6,
    ]),
    figures: rows,
    notes: ["CPU is that of the whole process, its garbage collector's threads included."],
  };
}

function measure(size: number) {
  const { queued, feed } = queuesOf(batchesOf(size));
  const core = createJoinCore();
  let records = 0;
  let outBytes = 0;
  // What making the records left.
  globalThis.gc?.();
  const cpu = process.cpuUsage();
  const began = performance.now();
  for (let since = 0; ;) {
    feed();
    const taken = core.takeQueued(queued, commitEvery - since);
    records += taken;
    since += taken;
    if (taken > 0 && since < commitEvery) continue;
    if (since === 0) break;
    outBytes += bytesOf(core.commit());
    since = 0;
  }
  const wallMs = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  const cpuMs = (user + system) / 1_000;
  return {
    records,
    wallMs,
    cpuMs,
    recordsPerSecond: (records / wallMs) * 1_000,
    recordsPerCpuSecond: (records / cpuMs) * 1_000,
    outBytes,
    decided: core.counters().engagements_decided,
    parked: core.parkedCount(),
    messages: core.messageCount(),
    rssBytes: process.memoryUsage().rss,
  };
}

/** An empty queue for each input, and what fills those that have room with the next batches. */
function queuesOf(batches: Map<Input, RecordBatch[]>): { queued: TaskInputs; feed(): void } {
  const zeros = { sends: 0, deliveries: 0, engagements: 0 };
  const ends = { ...zeros };
  for (const [input, own] of batches) ends[input] = (own.at(-1)?.lastOffset ?? -1) + 1;
  const queued = new TaskInputs(zeros, ends);
  const feed = (): void => {
    for (const [input, waiting] of batches) {
      while (waiting.length > 0 && queued.hasRoom(input)) {
        const batch = waiting.shift() as RecordBatch;
        const offsets = { fetchedOffset: batch.baseOffset, nextOffset: batch.lastOffset + 1 };
        queued.push(input, { batches: [batch], ...offsets, highWatermark: ends[input] });
      }
    }
  };
  return { queued, feed };
}

/** A function of its own, so that nothing holds the records while their batches are measured. */
function batchesOf(size: number): Map<Input, RecordBatch[]> {
  const records = makeRecords(size);
  return new Map(inputs.map((input) => [input, inBatches(records, input)]));
}

/** About `size` records of one partition, with the offsets and append times that a broker would give them. */
export function makeRecords(size: number, seed = 1): CoreRecord[] {
  const offsets = { sends: 0, deliveries: 0, engagements: 0 };
  const messages = Math.ceil(size / recordsPerMessage);
  const from = Date.UTC(2026, 1, 1);
  const records: CoreRecord[] = [];
  for (const { input, key, value } of benchTraffic({ seed, messages, messagesPerSecond: 1_000 })) {
    const appendTime = from + Math.floor(records.length / appendsPerMs);
    const bytes = Buffer.concat([Buffer.from(key), value]);
    const keyLength = bytes.length - value.length;
    records.push({
      input,
      offset: offsets[input]++,
      appendTime,
      bytes,
      keyStart: 0,
      keyLength,
      valueStart: keyLength,
      valueLength: value.length,
    });
  }
  return records;
}

function bytesOf(buffers: readonly Buffer[]): number {
  return buffers.reduce((sum, { length }) => sum + length, 0);
}
