import { createRequire } from "node:module";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import fc from "fast-check";
import kafkajs from "kafkajs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { zeros } from "../../../test/support/compressed-bytes.ts";
import { registerCompressionCodecs } from "./compression-codecs.ts";
import { crc32c } from "./crc32c.ts";
import type { FetchedRecord } from "./flow.ts";
import { isPassingKafkaFault } from "./kafka-fault.ts";
import { installLazyBatches, kafkajsVersion, recordBatchesOf } from "./lazy-batches.ts";
import { responseMemory } from "./response-memory.ts";
import { toRecords } from "./write-record-batch.ts";

const load = createRequire(import.meta.url);
const source = "kafkajs/src/protocol/";
const { RecordBatch: encodeRecordBatch } = load(`${source}recordBatch/v0`) as {
  RecordBatch(fields: object): Promise<{ buffer: Buffer }>;
};
const encodeRecord = load(`${source}recordBatch/record/v0`) as (fields: object) => unknown;
const Batch = load("kafkajs/src/consumer/batch") as new (
  topic: string,
  fetchedOffset: string,
  partition: object,
) => kafkajs.Batch;
const loadResponse = (version: number) =>
  load(`${source}requests/fetch/v${version}/response.js`) as {
    decode(bytes: Buffer): Promise<{ responses: { topicName: string; partitions: Partition[] }[] }>;
  };

interface Partition {
  partition: number;
  highWatermark: string;
  abortedTransactions: unknown[];
  messages: kafkajs.KafkaMessage[];
}
interface Headed {
  key: Buffer | null;
  value: Buffer | null;
  offsetDelta: number;
  timestampDelta: number;
  headers?: Record<string, string | Buffer>;
}

const baseTimestamp = Date.UTC(2026, 5, 1);

/** A batch as kafkajs writes it, with what a broker changes afterwards, and its checksum. */
async function encodeBatch(
  records: Headed[],
  { firstOffset = 0, compression = 0, attributes = 0, lastOffsetDelta = -1, producerId = -1 } = {},
): Promise<Buffer> {
  const last = lastOffsetDelta === -1 ? Math.max(0, ...records.map(({ offsetDelta }) => offsetDelta)) : lastOffsetDelta;
  const { buffer } = await encodeRecordBatch({
    compression,
    firstOffset,
    firstTimestamp: baseTimestamp,
    maxTimestamp: baseTimestamp + 77,
    lastOffsetDelta: last,
    producerId,
    records: records.map((record) => encodeRecord(record)),
  });
  const bytes = Buffer.from(buffer);
  bytes.writeInt16BE(bytes.readInt16BE(21) | attributes, 21);
  return withChecksum(bytes);
}

function withChecksum(bytes: Buffer): Buffer {
  bytes.writeUInt32BE(crc32c(bytes.subarray(21)), 17);
  return bytes;
}

const record = (offsetDelta: number, change: Partial<Headed> = {}): Headed => ({
  key: Buffer.from(`k${offsetDelta}`),
  value: Buffer.from(`v${offsetDelta}`),
  offsetDelta,
  timestampDelta: offsetDelta * 3,
  ...change,
});

interface Aborted {
  producerId: number;
  firstOffset: number;
}

/** A fetch response of one partition or several of the same records, in any of the versions. */
function encodeResponse(
  version: number,
  recordSet: Buffer,
  aborted: Aborted[] | null = null,
  partitionCount = 1,
): Buffer {
  const int16 = (value: number) => Buffer.from([value >> 8, value]);
  const int32 = (value: number) => Buffer.from([value >> 24, value >> 16, value >> 8, value]);
  const int64 = (value: number) => Buffer.concat([int32(Math.floor(value / 2 ** 32)), int32((value % 2 ** 32) | 0)]);
  const partition = Buffer.concat([
    Buffer.concat([int32(5), int16(0), int64(1_000), int64(1_000)]),
    ...(version >= 5 ? [int64(0)] : []),
    int32(aborted === null ? -1 : aborted.length),
    ...(aborted ?? []).flatMap(({ producerId, firstOffset }) => [int64(producerId), int64(firstOffset)]),
    ...(version >= 11 ? [int32(-1)] : []),
    int32(recordSet.length),
    recordSet,
  ]);
  return Buffer.concat([
    int32(0),
    ...(version >= 7 ? [int16(0), int32(0)] : []),
    Buffer.concat([int32(1), int16(1), Buffer.from("t"), int32(partitionCount)]),
    ...Array.from({ length: partitionCount }, () => partition),
  ]);
}

/** What a consumer is handed, decoded by whatever is installed. */
async function fetch(recordSet: Buffer, { from = 0, aborted = null as Aborted[] | null, version = 11 } = {}) {
  const [partition] = await fetchAll(encodeResponse(version, recordSet, aborted), version);
  return new Batch("t", String(from), partition as Partition);
}

async function fetchAll(response: Buffer, version: number): Promise<Partition[]> {
  const { responses } = await loadResponse(version).decode(response);
  return responses[0]?.partitions ?? [];
}

function recordsOf(batch: kafkajs.Batch, from = 0): FetchedRecord[] {
  return recordBatchesOf(batch).flatMap((one) => toRecords(one, from));
}

let uninstall: () => void;

async function fetchBothWays(recordSet: Buffer, options: Parameters<typeof fetch>[1] = {}) {
  const lazily = await fetch(recordSet, options);
  uninstall();
  const stock = await fetch(recordSet, options);
  uninstall = installLazyBatches();
  return { lazily, stock, records: recordsOf(lazily, options.from), stockRecords: recordsOf(stock, options.from) };
}

beforeEach(() => {
  uninstall = installLazyBatches();
});

afterEach(() => {
  uninstall();
});

test(`the seam is made for kafkajs ${kafkajsVersion}: another version has to be read and tried before it is trusted`, () => {
  expect((load("kafkajs/package.json") as { version: string }).version).toBe(kafkajsVersion);
});

test("another version is refused with a sentence", () => {
  uninstall();
  const manifest = load("kafkajs/package.json") as { version: string };
  manifest.version = "2.2.5";
  try {
    expect(() => installLazyBatches()).toThrow("kafkajs is 2.2.5 and its batches are read as 2.2.4 fetches them");
  } finally {
    manifest.version = kafkajsVersion;
  }
});

describe("the same records as the stock path gives", () => {
  const bytes = fc.option(
    fc.uint8Array({ maxLength: 100 }).map((all) => Buffer.from(all)),
    { nil: null },
  );
  const headed = fc.record({ key: bytes, value: bytes, gap: fc.integer({ min: 1, max: 300 }), late: fc.nat(100_000) });
  const compression = fc.constantFrom(0, kafkajs.CompressionTypes.GZIP);
  const batch = fc.tuple(fc.array(headed, { minLength: 1, maxLength: 8 }), compression, fc.boolean());

  test("offsets with gaps, times of either kind, null keys and values, gzip, cut tails, any version", async () => {
    const batches = fc.array(batch, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        batches,
        fc.nat(),
        fc.nat(2_000),
        fc.integer({ min: 4, max: 11 }),
        async (all, cut, from, version) => {
          let next = 0;
          const encoded: Buffer[] = [];
          for (const [records, codec, isLogAppendTime] of all) {
            let delta = -1;
            const placed = records.map(({ key, value, gap, late }) =>
              record((delta += gap), { key, value, timestampDelta: late - 50_000, headers: { h: "x", g: "" } }),
            );
            const attributes = isLogAppendTime ? 8 : 0;
            encoded.push(await encodeBatch(placed, { firstOffset: next, compression: codec, attributes }));
            next += delta + 1;
          }
          const whole = Buffer.concat(encoded);
          const first = (encoded[0] as Buffer).length;
          const recordSet = whole.subarray(0, first + (cut % (whole.length - first + 1)));
          const { records, stockRecords } = await fetchBothWays(recordSet, { from, version });
          expect(records).toEqual(stockRecords);
        },
      ),
      { numRuns: 150 },
    );
  });

  test("a batch of one record that is far from the first offset and time", async () => {
    const far = record(2 ** 31 - 1, { timestampDelta: -(2 ** 40) });
    const { records, stockRecords } = await fetchBothWays(await encodeBatch([far], { firstOffset: 2 ** 50 }));
    expect(records).toEqual(stockRecords);
    expect(records[0]).toMatchObject({ offset: 2 ** 50 + 2 ** 31 - 1, appendTime: baseTimestamp - 2 ** 40 });
  });
});

describe("compressed batches", () => {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  const lz4 = load("lz4js") as { compress(bytes: Buffer): Uint8Array };
  const snappy = load("snappyjs") as { compress(bytes: Buffer): Uint8Array };
  const size = (length: number) => Buffer.from([length >> 24, length >> 16, length >> 8, length]);
  const xerialHeader = Buffer.from("82534e4150505900" + "00000001" + "00000001", "hex");

  function xerial(bytes: Buffer): Buffer {
    const blocks = halves(bytes).map((half) => Buffer.from(snappy.compress(half)));
    return Buffer.concat([xerialHeader, ...blocks.flatMap((block) => [size(block.length), block])]);
  }

  /** A zstd frame of one block that is not compressed: nothing here writes another. */
  function zstdFrame(bytes: Buffer): Buffer {
    const block = (bytes.length << 3) | 1;
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return Buffer.concat([
      Buffer.from("28b52ffda0", "hex"),
      length,
      Buffer.from([block, block >> 8, block >> 16]),
      bytes,
    ]);
  }

  function halves(bytes: Buffer): Buffer[] {
    const middle = bytes.length >> 1;
    return [bytes.subarray(0, middle), bytes.subarray(middle)];
  }

  type Compress = (bytes: Buffer) => Promise<Uint8Array>;
  const gzipped: Compress = promisify(gzip) as (bytes: Buffer) => Promise<Uint8Array>;
  const later =
    (compress: (bytes: Buffer) => Uint8Array): Compress =>
    async (bytes) =>
      compress(bytes);
  const inTwo =
    (compress: Compress): Compress =>
    async (bytes) =>
      Buffer.concat(await Promise.all(halves(bytes).map((half) => compress(half))));

  test.each<[string, number, Compress]>([
    ["gzip", CompressionTypes.GZIP, gzipped],
    ["gzip, two members", CompressionTypes.GZIP, inTwo(gzipped)],
    ["snappy, bare", CompressionTypes.Snappy, later(snappy.compress)],
    ["snappy-java's stream", CompressionTypes.Snappy, later(xerial)],
    ["lz4", CompressionTypes.LZ4, later(lz4.compress)],
    ["lz4, two frames", CompressionTypes.LZ4, inTwo(later(lz4.compress))],
    ["zstd", CompressionTypes.ZSTD, later(zstdFrame)],
    ["zstd, two frames", CompressionTypes.ZSTD, inTwo(later(zstdFrame))],
  ])("%s", async (_, type, compress) => {
    const codecs = CompressionCodecs as Record<number, unknown>;
    const stock = codecs[type];
    codecs[type] = () => ({ compress: async ({ buffer }: { buffer: Buffer }) => Buffer.from(await compress(buffer)) });
    const records = Array.from({ length: 200 }, (__, index) => record(index));
    const encoded = await encodeBatch(records, { compression: type, attributes: 8 });
    codecs[type] = stock;
    registerCompressionCodecs();
    const plain = recordsOf(await fetch(await encodeBatch(records, { attributes: 8 })));
    expect(plain).toHaveLength(200);
    expect(recordsOf(await fetch(Buffer.concat([encoded, encoded])))).toEqual([...plain, ...plain]);
  });

  test("a batch without a body is passed by its offsets", async () => {
    const encoded = await encodeBatch([record(0), record(1)], { firstOffset: 4, attributes: CompressionTypes.GZIP });
    const batch = await fetch(encoded, { from: 4 });
    expect([batch.isEmpty(), batch.lastOffset()]).toEqual([false, "5"]);
    const nothing = { appendTime: baseTimestamp + 77, key: null, value: null };
    expect(recordsOf(batch)).toEqual([4, 5].map((offset) => ({ ...nothing, offset })));
  });
});

describe("what a response has no room for", () => {
  const { ZSTD } = kafkajs.CompressionTypes;
  const zstd = zeros.find(([, type]) => type === ZSTD)?.[2] as (mebibytes: number) => Buffer;

  async function zerosAt(firstOffset: number): Promise<Buffer> {
    const head = await encodeBatch([], { firstOffset, lastOffsetDelta: 1, attributes: ZSTD });
    const bytes = Buffer.concat([head, zstd(60)]);
    bytes.writeInt32BE(bytes.length - 12, 8);
    bytes.writeInt32BE(2, 57);
    return withChecksum(bytes);
  }

  test.each([4, 5, 6, 7, 8, 9, 10, 11])("is fetched again from there (fetch version %i)", async (version) => {
    const recordSet = Buffer.concat([await zerosAt(0), await zerosAt(2), await zerosAt(4)]);
    const partitions = await fetchAll(encodeResponse(version, recordSet, null, 2), version);
    const [first, second] = partitions.map((partition) => new Batch("t", "0", partition));
    // What `resolveOffset` is told, and with it where kafkajs goes on.
    expect([first?.isEmpty(), first?.lastOffset()]).toEqual([false, "3"]);
    // One of which kafkajs's runner resolves nothing.
    expect([second?.isEmpty(), second?.firstOffset()]).toEqual([true, null]);
    expect(second).toMatchObject({ rawMessages: [] });
  });

  test("who goes on behind the last that was handed over passes over nothing", async () => {
    const sets = [await zerosAt(0), await zerosAt(2), await zerosAt(4)];
    const asked: string[] = [];
    const taken: string[] = [];
    let position = 0;
    while (position < 6) {
      asked.push(String(position));
      const batch = await fetch(Buffer.concat(sets.slice(position / 2)), { from: position });
      taken.push(...batch.messages.map(({ offset }) => offset));
      position = Number(batch.lastOffset()) + 1;
    }
    expect([asked, taken]).toEqual([
      ["0", "4"],
      ["1", "3", "5"],
    ]);
  });
});

describe("batches that hold nothing to read", () => {
  const marker = (type: number): Headed => record(0, { key: Buffer.from([0, 0, 0, type]), value: Buffer.alloc(6) });
  const control = 0x30;
  const transactional = 0x10;

  test("markers, emptied batches and gaps at the end move the position on", async () => {
    const recordSet = Buffer.concat([
      await encodeBatch([record(0), record(1)], { lastOffsetDelta: 9 }),
      await encodeBatch([marker(1)], { firstOffset: 10, attributes: control, producerId: 7 }),
      await encodeBatch([], { firstOffset: 11, lastOffsetDelta: 4 }),
      await encodeBatch([], { firstOffset: 16, lastOffsetDelta: 4, attributes: 4 }),
    ]);
    const batch = await fetch(recordSet, { from: 1 });
    expect(recordsOf(batch, 1).map(({ offset }) => offset)).toEqual([1]);
    expect([batch.isEmpty(), batch.lastOffset()]).toEqual([false, "20"]);
    expect(recordBatchesOf(batch).map(({ count }) => count)).toEqual([2, 0, 0, 0]);
    const alone = await fetch(recordSet.subarray(recordSet.length - 61), { from: 16 });
    expect([alone.isEmpty(), alone.lastOffset()]).toEqual([false, "20"]);
  });

  test.each([4, 5, 6, 7, 8, 9, 10, 11])("aborted transactions are left out (fetch version %i)", async (version) => {
    const recordSet = Buffer.concat([
      await encodeBatch([record(0), record(1)], { attributes: transactional, producerId: 7 }),
      await encodeBatch([record(0)], { firstOffset: 2, attributes: transactional, producerId: 8 }),
      await encodeBatch([marker(0)], { firstOffset: 3, attributes: control, producerId: 7 }),
      await encodeBatch([record(0)], { firstOffset: 4, attributes: transactional, producerId: 7 }),
      await encodeBatch([marker(1)], { firstOffset: 5, attributes: control, producerId: 7 }),
      await encodeBatch([marker(1)], { firstOffset: 6, attributes: control, producerId: 8 }),
    ]);
    const aborted = [{ producerId: 7, firstOffset: 0 }];
    const { lazily, records, stockRecords } = await fetchBothWays(recordSet, { aborted, version });
    expect(records.map(({ offset }) => offset)).toEqual([2, 4]);
    expect(records).toEqual(stockRecords);
    expect(lazily.lastOffset()).toBe("6");
    const uncommitted = await fetch(recordSet, { version });
    expect(recordsOf(uncommitted).map(({ offset }) => offset)).toEqual([0, 1, 2, 4]);
  });

  test("no record set, an empty one and less than a header give no batch", async () => {
    for (const length of [0, 5, 11]) expect((await fetch(Buffer.alloc(length))).isEmpty()).toBe(true);
  });
});

describe("batches that are not what was written", () => {
  test("every flipped bit behind the length is found and is a fault that passes, never a skipped batch", async () => {
    const whole = Buffer.concat([await encodeBatch([record(0), record(1)]), await encodeBatch([record(0)])]);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 17 * 8, max: (whole.readInt32BE(8) + 12) * 8 - 1 }), async (bit) => {
        const bytes = Buffer.from(whole);
        bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
        const error: unknown = await fetch(bytes).catch((fault: unknown) => fault);
        expect(error).toMatchObject({ name: "KafkaJSProtocolError", type: "CORRUPT_MESSAGE", retriable: true });
        expect(isPassingKafkaFault(error)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  test("a first batch that is longer than what came, or too short for its header, is corrupt", async () => {
    const encoded = await encodeBatch([record(0)]);
    for (const length of [10, -5, 2 ** 30]) {
      const bytes = Buffer.from(encoded);
      bytes.writeInt32BE(length, 8);
      await expect(fetch(bytes)).rejects.toMatchObject({ type: "CORRUPT_MESSAGE" });
    }
    await expect(fetch(encoded.subarray(0, -1))).rejects.toMatchObject({ type: "CORRUPT_MESSAGE" });
  });

  test("the old message format is refused with a sentence and for good", async () => {
    const bytes = Buffer.from(await encodeBatch([record(0)]));
    bytes[16] = 1;
    const error: unknown = await fetch(bytes).catch((fault: unknown) => fault);
    expect(String(error)).toContain("format 1");
    expect(isPassingKafkaFault(error)).toBe(false);
  });
});

test("the producer's batches carry the checksum that the seam's own module makes", async () => {
  const { RecordBatch: encodeAgain } = load(`${source}recordBatch/v0`) as { RecordBatch: typeof encodeRecordBatch };
  expect(encodeAgain).not.toBe(encodeRecordBatch);
  expect(load(`${source}recordBatch/crc32C`) as unknown).toBe(crc32c);
  const { buffer } = await encodeAgain({ records: [encodeRecord(record(0))] });
  expect(buffer.readUInt32BE(17)).toBe(crc32c(buffer.subarray(21)));
});

test("what is installed can be taken out again", async () => {
  uninstall();
  const batch = await fetch(await encodeBatch([record(0), record(1)]));
  expect(batch.messages.map(({ offset }) => offset)).toEqual(["0", "1"]);
  expect(recordsOf(batch)).toHaveLength(2);
});

test.each([4, 5, 6, 7, 8, 9, 10, 11])(
  "the memory of a response of version %i is used again once it was walked",
  async (version) => {
    const undo = installLazyBatches();
    try {
      const wire = encodeResponse(version, await encodeBatch([record(0, { value: Buffer.alloc(70_000) })]));
      const bytes = responseMemory.allocate(wire.length);
      wire.copy(bytes);
      const { responses } = await loadResponse(version).decode(bytes);
      const batches = recordBatchesOf({ messages: responses[0]?.partitions[0]?.messages ?? [] });
      expect(batches.map((batch) => batch.bytes === bytes)).toEqual([true]);
      for (const batch of batches) responseMemory.doneWith(batch);
      expect(batches.map((batch) => batch.bytes.length)).toEqual([0]);
      expect(responseMemory.allocate(wire.length).buffer).toBe(bytes.buffer);
    } finally {
      undo();
    }
  },
);
