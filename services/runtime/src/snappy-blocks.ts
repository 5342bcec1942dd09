import { createRequire } from "node:module";
import { readParts } from "./written-bytes.ts";

// The package has no types.
const require = createRequire(import.meta.url);
const snappy = require("snappyjs") as { uncompress(bytes: Buffer, bytesMax: number): Buffer };

/** Header of snappy-java's stream, which Java clients write; librdkafka writes a bare block. */
const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const xerialHeaderBytes = 16;

/**
 * Reads a snappy-java stream (blocks with their lengths behind a header) or one bare block. A block says its size, which is
 * looked at before anything is allocated: throws where all are more than `bytesMax`.
 */
export function readSnappy(bytes: Buffer, bytesMax: number): Buffer {
  if (!bytes.subarray(0, xerialMagic.length).equals(xerialMagic)) return snappy.uncompress(bytes, bytesMax);
  return readParts(bytes, xerialHeaderBytes, bytesMax, (at, room) => {
    const start = at + 4;
    const end = start + bytes.readUInt32BE(at);
    return { content: snappy.uncompress(bytes.subarray(start, end), room), end };
  });
}
