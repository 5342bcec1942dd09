import { createRequire } from "node:module";

/** CRC-32C of bytes, as Kafka's record batches carry it; of a further piece with the checksum of all before it. */
export type Crc32c = (bytes: Buffer, before?: number) => number;

const load = createRequire(import.meta.url);

/** The processor's own instruction where a binary of `@node-rs/crc32` is there for this platform, else plain JavaScript. */
export const crc32c: Crc32c = native() ?? crc32cInJavaScript;

function native(): Crc32c | null {
  try {
    return (load("@node-rs/crc32") as { crc32c: Crc32c }).crc32c;
  } catch {
    return null;
  }
}

const slices = 8;
const polynomial = 0x82f63b78;
let tables: Int32Array | null = null;

/** Eight bytes at a time, by a table for each of them. */
export function crc32cInJavaScript(bytes: Buffer, before = 0): number {
  const table = (tables ??= makeTables());
  const wholes = bytes.length - (bytes.length % slices);
  let crc = ~before;
  let at = 0;
  for (; at < wholes; at += slices) {
    const low = crc ^ word(bytes, at);
    const high = word(bytes, at + 4);
    crc =
      entry(table, 7, low) ^
      entry(table, 6, low >>> 8) ^
      entry(table, 5, low >>> 16) ^
      entry(table, 4, low >>> 24) ^
      entry(table, 3, high) ^
      entry(table, 2, high >>> 8) ^
      entry(table, 1, high >>> 16) ^
      entry(table, 0, high >>> 24);
  }
  for (; at < bytes.length; at++) crc = entry(table, 0, crc ^ (bytes[at] as number)) ^ (crc >>> 8);
  return ~crc >>> 0;
}

function entry(table: Int32Array, slice: number, byte: number): number {
  return table[slice * 256 + (byte & 255)] as number;
}

function word(bytes: Buffer, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

function makeTables(): Int32Array {
  const table = new Int32Array(256 * slices);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    table[byte] = crc;
  }
  for (let index = 256; index < table.length; index++) {
    const before = table[index - 256] as number;
    table[index] = entry(table, 0, before) ^ (before >>> 8);
  }
  return table;
}
