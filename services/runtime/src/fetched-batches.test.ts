import { expect, test, vi } from "vitest";
import { zeros } from "../../../test/support/compressed-bytes.ts";
import { crc32c } from "./crc32c.ts";
import { DecompressionBudget, decompressedBytesMax, decompressedPerResponseMax } from "./decompression-budget.ts";
import { readFetchedBatches } from "./fetched-batches.ts";

const headerBytes = 61;
const mebibyte = 1024 * 1024;
const compressor = (codec: string) => zeros.find(([name]) => name === codec)?.[2] as (mebibytes: number) => Buffer;
const zstd = compressor("zstd");

/** A batch of three records by its header, whatever its body holds. */
function batchOf(type: number, body: Buffer, { baseOffset = 0, count = 3 } = {}): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(headerBytes), body]);
  bytes.writeBigInt64BE(BigInt(baseOffset), 0);
  bytes.writeInt32BE(bytes.length - 12, 8);
  bytes[16] = 2;
  bytes.writeInt16BE(type | 8, 21);
  bytes.writeInt32BE(2, 23);
  bytes.writeBigInt64BE(1_000n, 27);
  bytes.writeBigInt64BE(1_077n, 35);
  bytes.writeInt32BE(count, 57);
  bytes.writeUInt32BE(crc32c(bytes.subarray(21)), 17);
  return bytes;
}

async function read(bytes: Buffer, budget = new DecompressionBudget()) {
  const messages = await readFetchedBatches(bytes, 0, bytes.length, budget);
  return messages.map(({ batch }) => batch);
}

const sizes = async (bytes: Buffer, budget?: DecompressionBudget) =>
  (await read(bytes, budget)).map(({ start, end }) => end - start);

test.each(zeros)(
  "%s: a batch of more than 64 MiB is one without a body, those around it are whole",
  async (...codec) => {
    const [, type, compress] = codec;
    const small = compress(1);
    const around = [batchOf(type, small), batchOf(type, small, { baseOffset: 6 })];
    const bomb = batchOf(type, compress(65), { baseOffset: 3 });
    const [before, beyond, behind] = await read(Buffer.concat([around[0] as Buffer, bomb, around[1] as Buffer]));
    expect([before, behind].map((batch) => [batch?.end, batch?.unreadable])).toEqual([
      [mebibyte, null],
      [mebibyte, null],
    ]);
    expect(beyond).toMatchObject({ baseOffset: 3, lastOffset: 5, count: 3, maxTimestamp: 1_077, start: 0, end: 0 });
    expect(beyond?.unreadable).toMatch(/^(gzip|snappy|lz4|zstd): .*(more bytes|larger|too big)/);
    expect(beyond?.bytes).toHaveLength(0);
  },
);

test("a batch of just 64 MiB is read", async () => {
  expect(await sizes(batchOf(4, zstd(64)))).toEqual([decompressedBytesMax]);
});

test.each([1, 2, 3, 4])(
  "bytes that codec %i cannot read, of the right checksum, are a batch without a body",
  async (type) => {
    const [batch] = await read(batchOf(type, Buffer.from("no compressed bytes at all")));
    expect(batch).toMatchObject({
      count: 3,
      unreadable: expect.stringMatching(/^(gzip|snappy|lz4|zstd): ./) as unknown,
    });
  },
);

test("a batch without a body has as many records as its offsets say, whatever its count", async () => {
  for (const count of [1, 9]) {
    expect(await read(batchOf(1, Buffer.alloc(9), { baseOffset: 7, count }))).toMatchObject([
      { baseOffset: 7, lastOffset: 9, count: 3 },
    ]);
  }
});

test("want of memory is no fault of a batch: it is fetched again", async () => {
  const bytes = batchOf(3, compressor("lz4")(1));
  const refused = vi.spyOn(Buffer, "alloc").mockImplementationOnce(() => {
    // As V8 says it.
    throw new RangeError("Array buffer allocation failed");
  });
  try {
    await expect(read(bytes)).rejects.toMatchObject({ type: "CORRUPT_MESSAGE", retriable: true });
  } finally {
    refused.mockRestore();
  }
  expect(await sizes(bytes)).toEqual([mebibyte]);
});

test("a codec that there is not is waited for", async () => {
  await expect(read(batchOf(7, Buffer.alloc(9)))).rejects.toMatchObject({ type: "CORRUPT_MESSAGE", retriable: true });
});

test("a response gives out no more than its budget, all else as if it had not been fetched", async () => {
  const budget = new DecompressionBudget();
  const part = Buffer.concat([batchOf(4, zstd(60)), batchOf(4, zstd(60)), batchOf(4, zstd(60)), batchOf(4, zstd(1))]);
  expect(await sizes(part, budget)).toEqual([60 * mebibyte, 60 * mebibyte]);
  expect(120 * mebibyte).toBeLessThanOrEqual(decompressedPerResponseMax);
  // Of later partitions, what is not compressed.
  const plain = batchOf(0, Buffer.alloc(30));
  expect(await sizes(Buffer.concat([plain, batchOf(4, zstd(1)), plain]), budget)).toEqual([30]);
});

test("batches that become too large count as what they cost, and the last that does not fit is not taken for one", async () => {
  const bomb = batchOf(4, zstd(65));
  expect(await sizes(Buffer.concat([bomb, bomb, bomb]))).toEqual([0, 0]);
  const [first, ...others] = await read(Buffer.concat([batchOf(4, zstd(64)), batchOf(4, zstd(1)), bomb, bomb]));
  expect(first?.unreadable).toBeNull();
  expect(others.map(({ end, unreadable }) => [end, unreadable])).toEqual([[mebibyte, null]]);
});
