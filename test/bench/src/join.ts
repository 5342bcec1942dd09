import type { BenchArguments } from "./arguments.ts";
import { inputs, type Input } from "@antedate/schemas";
import { BatchesCursor, inBatches } from "./batches.ts";
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
  const { order, batches } = inBatches(makeRecords(size));
  const cursors = batches.map((own) => new BatchesCursor(own));
  const core = createJoinCore();
  let outBytes = 0;
  const cpu = process.cpuUsage();
  const began = performance.now();
  for (const [index, input] of order.entries()) {
    core.take(inputs[input] as Input, (cursors[input] as BatchesCursor).next());
    if (index % commitEvery === commitEvery - 1) outBytes += bytesOf(core.commit());
  }
  outBytes += bytesOf(core.commit());
  const wallMs = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  const cpuMs = (user + system) / 1_000;
  return {
    records: order.length,
    wallMs,
    cpuMs,
    recordsPerSecond: (order.length / wallMs) * 1_000,
    recordsPerCpuSecond: (order.length / cpuMs) * 1_000,
    outBytes,
    decided: core.counters().engagements_decided,
    parked: core.parkedCount(),
    messages: core.messageCount(),
    rssBytes: process.memoryUsage().rss,
  };
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
