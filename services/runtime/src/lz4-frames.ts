import { createRequire } from "node:module";
import { onlyWritten, readParts, tooManyBytes } from "./written-bytes.ts";

// The package has no types. Its reader of whole frames allocates the largest that blocks could become, whatever that is,
// and takes checksums of blocks for a part of them; its reader of one block does what is said.
const require = createRequire(import.meta.url);
const lz4 = require("lz4js") as {
  /** Writes a block behind what is in `to`, gives where it ends. Nothing beyond `to` is written, but it is counted. */
  decompressBlock(from: Uint8Array, to: Uint8Array, start: number, length: number, at: number): number;
};

const magic = 0x184d2204;
const versionMask = 0xc0;
const version = 0x40;
const blockChecksumFlag = 0x10;
const contentSizeFlag = 0x08;
const contentChecksumFlag = 0x04;
const dictionaryFlag = 0x01;
const storedFlag = 0x80000000;

interface Block {
  start: number;
  length: number;
  isStored: boolean;
}

interface Frame {
  blocks: Block[];
  /** Of one block, decompressed. */
  blockBytesMax: number;
  /** No valid content is longer. */
  bytesMax: number;
  end: number;
}

/** Reads LZ4 frames, one behind the other. Throws where they are more than `bytesMax`, having allocated no more. */
export function readLz4(bytes: Buffer, bytesMax: number): Buffer {
  return readParts(bytes, 0, bytesMax, (at, room) => {
    const frame = findFrame(bytes, at);
    return { content: readFrame(bytes, frame, room), end: frame.end };
  });
}

/** A frame is a header, blocks with their sizes and checksums, and a checksum of its own. */
function findFrame(bytes: Buffer, start: number): Frame {
  const flags = bytes.readUInt8(start + 4);
  if (bytes.readUInt32LE(start) !== magic || (flags & versionMask) !== version) throw new Error("no LZ4 frame");
  const sizeCode = (bytes.readUInt8(start + 5) >> 4) & 7;
  if (sizeCode < 4) throw new Error("no size of LZ4 blocks");
  const blockBytesMax = 2 ** (8 + 2 * sizeCode);
  let at = start + 6;
  const said = flags & contentSizeFlag ? Number(bytes.readBigUInt64LE(at)) : Infinity;
  at += (flags & contentSizeFlag ? 8 : 0) + (flags & dictionaryFlag ? 4 : 0) + 1;
  const blocks: Block[] = [];
  let most = 0;
  for (;;) {
    const size = bytes.readUInt32LE(at);
    at += 4;
    if (size === 0) break;
    const isStored = size >= storedFlag;
    const length = isStored ? size - storedFlag : size;
    if (length > blockBytesMax) throw new Error("an LZ4 block is longer than its frame says");
    blocks.push({ start: at, length, isStored });
    most += isStored ? length : blockBytesMax;
    at += length + (flags & blockChecksumFlag ? 4 : 0);
  }
  at += flags & contentChecksumFlag ? 4 : 0;
  return { blocks, blockBytesMax, bytesMax: Math.min(most, said), end: at };
}

function readFrame(bytes: Buffer, { blocks, blockBytesMax, bytesMax }: Frame, room: number): Buffer {
  const content = Buffer.alloc(Math.min(bytesMax, room));
  let at = 0;
  for (const { start, length, isStored } of blocks) {
    const from = at;
    if (isStored) at += bytes.copy(content, at, start, start + length);
    else at = lz4.decompressBlock(bytes, content, start, length, at);
    // Before the next block: what goes beyond is not written, and takes time nevertheless.
    if (at > content.length || at - from > blockBytesMax || (isStored && at - from !== length))
      throw new Error(tooManyBytes);
  }
  return onlyWritten(content, at);
}
