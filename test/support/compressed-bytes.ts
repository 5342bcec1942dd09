import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";
import kafkajs from "kafkajs";

const load = createRequire(import.meta.url);
const lz4 = load("lz4js") as { compress(bytes: Buffer): Uint8Array };
const snappy = load("snappyjs") as { compress(bytes: Buffer): Buffer };
const { GZIP, Snappy, LZ4, ZSTD } = kafkajs.CompressionTypes;

const mebibyte = 1024 * 1024;

/** Zeros, so many MiB, as producers' libraries compress them; by name, with the codec's number. */
export const zeros: [name: string, type: number, compress: (mebibytes: number) => Buffer][] = [
  ["gzip", GZIP, (count) => gzipSync(Buffer.alloc(count * mebibyte))],
  ["gzip, members", GZIP, (count) => repeated(gzipSync(Buffer.alloc(mebibyte)), count)],
  ["snappy, bare", Snappy, (count) => snappy.compress(Buffer.alloc(count * mebibyte))],
  ["snappy-java's stream", Snappy, xerialZeros],
  ["lz4", LZ4, (count) => Buffer.from(lz4.compress(Buffer.alloc(count * mebibyte)))],
  ["lz4, frames", LZ4, (count) => repeated(Buffer.from(lz4.compress(Buffer.alloc(mebibyte))), count)],
  ["zstd", ZSTD, (count) => zstdZeros(count, 0x38)],
  ["zstd, frames", ZSTD, (count) => repeated(zstdZeros(1, 0x38), count)],
  ["zstd with a window of 1 GB", ZSTD, (count) => zstdZeros(count, 0xa0)],
];

function repeated(bytes: Buffer, count: number): Buffer {
  return Buffer.concat(Array.from({ length: count }, () => bytes));
}

function xerialZeros(count: number): Buffer {
  const block = snappy.compress(Buffer.alloc(mebibyte));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(block.length);
  return Buffer.concat([
    Buffer.from("82534e4150505900" + "00000001" + "00000001", "hex"),
    repeated(Buffer.concat([length, block]), count),
  ]);
}

/** A zstd frame that does not say its size, of blocks of 128 KiB that are one byte and how often. */
function zstdZeros(count: number, windowDescriptor: number): Buffer {
  const block = (isLast: boolean): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUIntLE((131_072 << 3) | (1 << 1) | Number(isLast), 0, 3);
    return bytes;
  };
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, windowDescriptor]);
  return Buffer.concat([head, repeated(block(false), 8 * count - 1), block(true)]);
}

/**
 * Lets kafkajs's producers write, as zstd, one record whose value is so many MiB of zeros instead of what they are given:
 * brokers look at each record of a batch, so it must be one. Gives what undoes it.
 */
export function writeZerosAsZstd(mebibytes: number): () => void {
  const codecs = kafkajs.CompressionCodecs as Record<number, unknown>;
  const stock = codecs[ZSTD];
  codecs[ZSTD] = () => ({ compress: () => Promise.resolve(recordOfZeros(mebibytes)) });
  return () => (codecs[ZSTD] = stock);
}

/** In a frame of its own what stands before the zeros; the last of them are the value's last byte and no headers. */
function recordOfZeros(mebibytes: number): Buffer {
  const valueBytes = mebibytes * mebibyte - 1;
  // Attributes, time, offset and a null key before the value; the count of headers behind it.
  const body = Buffer.concat([Buffer.of(0, 0, 0, 1), zigzag(valueBytes)]);
  const head = Buffer.concat([zigzag(body.length + valueBytes + 1), body]);
  const frame = Buffer.concat([
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, head.length, (head.length << 3) | 1, 0, 0]),
    head,
  ]);
  return Buffer.concat([frame, zstdZeros(mebibytes, 0x38)]);
}

function zigzag(number: number): Buffer {
  const bytes: number[] = [];
  let rest = 2 * number;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.of(...bytes, rest);
}
