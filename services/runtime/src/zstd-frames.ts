import { decompress } from "fzstd";
import { onlyWritten, readParts, tooManyBytes } from "./written-bytes.ts";

// fzstd allocates what a frame's header says: a window of up to 2 GB, or the content. Without a size of the content it keeps
// every block twice and moves the whole window at each, however short. It does neither where it is given the memory to
// write to, but does not tell then how much it wrote.

const magic = 0xfd2fb528;
/** Of frames that hold nothing to read, whatever their last four bits. */
const skippableMagic = 0x184d2a50;
const blockBytesMax = 128 * 1024;
/** By the last two bits of a frame's descriptor. */
const dictionaryBytes = [0, 1, 2, 4];
const singleSegmentFlag = 0x20;
const checksumFlag = 0x04;
/** Types of blocks; the others are stored as they are. */
const repeated = 1;
const compressed = 2;
const reserved = 3;
/** A block of nothing, the last of its frame. */
const emptyLastBlock = Buffer.of(1, 0, 0);
const nothing = Buffer.alloc(0);

interface Frame {
  start: number;
  lastBlock: number;
  blocksEnd: number;
  end: number;
  /** No valid content is shorter, none longer. */
  bytesMin: number;
  bytesMax: number;
}

/** Reads zstd frames, one behind the other. Throws where they are more than `bytesMax`, having allocated no more. */
export function readZstd(bytes: Buffer, bytesMax: number): Buffer {
  return readParts(bytes, 0, bytesMax, (at, room) => {
    if ((bytes.readUInt32LE(at) & 0xfffffff0) === skippableMagic)
      return { content: nothing, end: at + 8 + bytes.readUInt32LE(at + 4) };
    const frame = findFrame(bytes, at);
    return { content: readFrame(bytes, frame, room), end: frame.end };
  });
}

/** A frame is a header, blocks with their sizes, and a checksum. */
function findFrame(bytes: Buffer, start: number): Frame {
  if (bytes.readUInt32LE(start) !== magic) throw new Error("no zstd frame");
  const descriptor = bytes.readUInt8(start + 4);
  const isSingleSegment = (descriptor & singleSegmentFlag) !== 0;
  const windowBytes = isSingleSegment ? 0 : 1;
  const sizeAt = start + 5 + windowBytes + (dictionaryBytes[descriptor & 3] as number);
  const sizeBytes = descriptor >> 6 === 0 ? 1 - windowBytes : 1 << (descriptor >> 6);
  const frame = findBlocks(bytes, start, sizeAt + sizeBytes);
  if (descriptor & checksumFlag) frame.end += 4;
  if (sizeBytes === 0) return frame;
  const said = contentSize(bytes, sizeAt, sizeBytes);
  return { ...frame, bytesMin: Math.max(frame.bytesMin, said), bytesMax: Math.min(frame.bytesMax, said) };
}

function contentSize(bytes: Buffer, at: number, length: number): number {
  if (length === 8) return Number(bytes.readBigUInt64LE(at));
  return bytes.readUIntLE(at, length) + (length === 2 ? 256 : 0);
}

function findBlocks(bytes: Buffer, start: number, firstBlock: number): Frame {
  let at = firstBlock;
  let bytesMin = 0;
  let compressedCount = 0;
  for (;;) {
    const block = bytes.readUIntLE(at, 3);
    const type = (block >> 1) & 3;
    const size = block >> 3;
    if (type === reserved || (type === compressed && size > blockBytesMax)) throw new Error("no zstd block");
    if (type === compressed) compressedCount++;
    else bytesMin += size;
    const next = at + 3 + (type === repeated ? 1 : size);
    if (next > bytes.length) throw new Error("a zstd frame that is cut");
    if (block & 1) {
      const bytesMax = bytesMin + compressedCount * blockBytesMax;
      return { start, lastBlock: at, blocksEnd: next, end: next, bytesMin, bytesMax };
    }
    at = next;
  }
}

function readFrame(bytes: Buffer, frame: Frame, room: number): Buffer {
  if (frame.bytesMin > room) throw new Error(tooManyBytes);
  const written = new WrittenBytes(Math.min(frame.bytesMax, room));
  const own = Buffer.concat([bytes.subarray(frame.start, frame.blocksEnd), emptyLastBlock]);
  const lastBlock = frame.lastBlock - frame.start;
  own.writeUInt8(own.readUInt8(lastBlock) & ~1, lastBlock);
  decompress(own, written);
  return onlyWritten(Buffer.from(written.buffer), written.end);
}

/** Tells where the last block that was not compressed ends: `readFrame` puts one behind the others. */
class WrittenBytes extends Uint8Array<ArrayBuffer> {
  end = 0;

  constructor(length: number) {
    super(new ArrayBuffer(length));
  }

  /** Parts of it are plain: they are read and written byte by byte. */
  static get [Symbol.species](): Uint8ArrayConstructor {
    return Uint8Array;
  }

  override set(from: ArrayLike<number>, at = 0): void {
    // What is beyond the end was written nowhere, but counted.
    if (at + from.length > this.length) throw new Error(tooManyBytes);
    super.set(from, at);
    this.end = at + from.length;
  }

  /** What a compressed block is written to. None begins beyond the end: going on would take time for what is thrown away. */
  override subarray(start: number, end?: number): Uint8Array<ArrayBuffer> {
    if (start > this.length) throw new Error(tooManyBytes);
    return super.subarray(start, end);
  }

  /** fzstd compares it with a number, for which it would be made a string of all its bytes. */
  [Symbol.toPrimitive](): number {
    return 0;
  }
}
