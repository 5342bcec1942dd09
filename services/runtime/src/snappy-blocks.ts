import { createRequire } from "node:module";

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
  const blocks: Buffer[] = [];
  let room = bytesMax;
  for (let offset = xerialHeaderBytes; offset < bytes.length;) {
    const length = bytes.readUInt32BE(offset);
    offset += 4;
    const block = snappy.uncompress(bytes.subarray(offset, offset + length), room);
    room -= block.length;
    blocks.push(block);
    offset += length;
  }
  return Buffer.concat(blocks);
}
