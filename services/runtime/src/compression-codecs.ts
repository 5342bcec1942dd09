import { createRequire } from "node:module";
import { decompress as decompressZstd } from "fzstd";
import kafkajs from "kafkajs";

// kafkajs reads gzip and leaves the rest to its user; a batch it cannot read would stop a service for good. These readers
// are plain JavaScript: nothing to compile, the same on every platform. We write uncompressed, so none of them compresses.

// Neither package has types.
const require = createRequire(import.meta.url);
const lz4 = require("lz4js") as { decompress(bytes: Uint8Array): Uint8Array };
const snappy = require("snappyjs") as { uncompress(bytes: Uint8Array): Uint8Array };

interface Codec {
  compress(): Promise<Buffer>;
  decompress(compressed: Buffer): Promise<Buffer>;
}

/** Header of snappy-java's stream, which Java clients write; librdkafka writes a bare block. */
const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const xerialHeaderBytes = 16;

/** Lets every kafkajs client of this process read snappy, lz4 and zstd. May be called any number of times. */
export function registerCompressionCodecs(): void {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  CompressionCodecs[CompressionTypes.Snappy] = () => reader(readSnappy);
  CompressionCodecs[CompressionTypes.LZ4] = () => reader(readLz4);
  CompressionCodecs[CompressionTypes.ZSTD] = () => reader((bytes) => Buffer.from(decompressZstd(bytes)));
}

function reader(decompress: (bytes: Buffer) => Buffer): Codec {
  return {
    compress: () => Promise.reject(new Error("only gzip is written")),
    decompress: (bytes) => Promise.resolve(decompress(bytes)),
  };
}

/** A snappy-java stream (blocks with their lengths behind a header) or one bare block. */
function readSnappy(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, xerialMagic.length).equals(xerialMagic)) return Buffer.from(snappy.uncompress(bytes));
  const blocks: Buffer[] = [];
  for (let offset = xerialHeaderBytes; offset < bytes.length;) {
    const length = bytes.readUInt32BE(offset);
    offset += 4;
    blocks.push(Buffer.from(snappy.uncompress(bytes.subarray(offset, offset + length))));
    offset += length;
  }
  return Buffer.concat(blocks);
}

/** LZ4 frames, one behind the other; the package reads one and passes over the rest. */
function readLz4(bytes: Buffer): Buffer {
  const frames: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = lz4FrameEnd(bytes, at);
    frames.push(lz4.decompress(bytes.subarray(at, end)));
    at = end;
  }
  return Buffer.concat(frames);
}

/** Where a frame ends: behind its header, its blocks with their sizes and checksums, and a checksum of its own. */
function lz4FrameEnd(bytes: Buffer, start: number): number {
  const flags = bytes.readUInt8(start + 4);
  const hasBlockChecksums = (flags & 0x10) !== 0;
  let at = start + 7 + (flags & 0x08 ? 8 : 0) + (flags & 0x01 ? 4 : 0);
  for (;;) {
    const size = bytes.readUInt32LE(at);
    at += 4;
    if (size === 0) break;
    at += (size & 0x7fffffff) + (hasBlockChecksums ? 4 : 0);
  }
  return at + (flags & 0x04 ? 4 : 0);
}
