import { promisify } from "node:util";
import { unzip } from "node:zlib";
import kafkajs from "kafkajs";
import { readLz4 } from "./lz4-frames.ts";
import { readSnappy } from "./snappy-blocks.ts";
import { readZstd } from "./zstd-frames.ts";

// kafkajs reads gzip and leaves the rest to its user; a batch it cannot read would stop a service for good. These readers
// are plain JavaScript: nothing to compile, the same on every platform. We write uncompressed, so none of them compresses.

interface CompressionCodec {
  name: string;
  /** Rejects what is more than `bytesMax`, without having allocated much more. */
  decompress(bytes: Buffer, bytesMax: number): Promise<Buffer> | Buffer;
}

const unzipped = promisify(unzip);
const { CompressionCodecs, CompressionTypes } = kafkajs;

const codecs: Record<number, CompressionCodec> = {
  [CompressionTypes.GZIP]: {
    name: "gzip",
    decompress: (bytes, maxOutputLength) => unzipped(bytes, { maxOutputLength }),
  },
  [CompressionTypes.Snappy]: { name: "snappy", decompress: readSnappy },
  [CompressionTypes.LZ4]: { name: "lz4", decompress: readLz4 },
  [CompressionTypes.ZSTD]: { name: "zstd", decompress: readZstd },
};

/** The codec of a batch by its number, null where there is none. */
export function compressionCodec(type: number): CompressionCodec | null {
  return codecs[type] ?? null;
}

/**
 * Lets every kafkajs client of this process read snappy, lz4 and zstd, of whatever size: only batches that are fetched
 * lazily can be passed over. May be called any number of times.
 */
export function registerCompressionCodecs(): void {
  for (const type of [CompressionTypes.Snappy, CompressionTypes.LZ4, CompressionTypes.ZSTD]) {
    const { decompress } = codecs[type] as CompressionCodec;
    (CompressionCodecs as Record<number, unknown>)[type] = () => ({
      compress: () => Promise.reject(new Error("only gzip is written")),
      decompress: async (bytes: Buffer) => await decompress(bytes, Infinity),
    });
  }
}
