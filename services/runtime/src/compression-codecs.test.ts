import { createRequire } from "node:module";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { zeros } from "../../../test/support/compressed-bytes.ts";
import { compressionCodec } from "./compression-codecs.ts";

const load = createRequire(import.meta.url);
const lz4js = load("lz4js") as { compress(bytes: Buffer): Uint8Array };

const mebibyte = 1024 * 1024;
const [gzip, snappy, lz4, zstd] = [1, 2, 3, 4] as const;

async function decompress(type: number, bytes: Buffer, bytesMax: number): Promise<Buffer> {
  return (await compressionCodec(type)?.decompress(bytes, bytesMax)) as Buffer;
}

test.each(zeros)("%s: as much as there may be is read, a byte more is not", async (_, type, compress) => {
  const bytes = compress(3);
  const read = await decompress(type, bytes, 3 * mebibyte);
  expect(read.equals(Buffer.alloc(3 * mebibyte))).toBe(true);
  await expect(decompress(type, bytes, 3 * mebibyte - 1)).rejects.toThrow();
});

test("bytes that are no codec's are an error, whatever they are", async () => {
  const codec = fc.constantFrom(gzip, snappy, lz4, zstd);
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((all) => Buffer.from(all));
  const heads = { [gzip]: "1f8b0800", [snappy]: "82534e4150505900", [lz4]: "04224d186040", [zstd]: "28b52ffd" };
  await fc.assert(
    fc.asyncProperty(codec, bytes, fc.boolean(), async (type, all, hasHead) => {
      const whole = hasHead ? Buffer.concat([Buffer.from(heads[type], "hex"), all]) : all;
      const read = await decompress(type, whole, 1_000).catch((error: unknown) => error);
      if (!(read instanceof Error)) expect((read as Buffer).length).toBeLessThanOrEqual(1_000);
    }),
    { numRuns: 1_000 },
  );
});

describe("zstd as its own library writes it", () => {
  // `zstd -19`, three blocks; with its size in the header and a checksum, and as a stream without.
  const words = Buffer.from(
    Array.from({ length: 12_000 }, (_, index) => `${index % 97} the same words again `).join(""),
  );
  const sized = Buffer.from(
    "KLUv/aQoYAQAPAQAcocUEbA7AMmCNp4akisiIiKcJhkGQgghhPj/////d3d3d3fv7u7u7mZmZmZm3t3d3d1VVVVVVc3MzMzMREREREQU782r" +
      "iUChYQZohK0HShoNlONACGGoIfz63wHAo8o5Evh/GP7+/58B7/YRMSCBJuDzlTMucHqLm21hcy1q/GVxrAIMXbcqVAAAAAEA/f8T+7kGAj0A" +
      "AAABACXgDoC7joeZ",
    "base64",
  );
  const streamed = Buffer.from(
    "KLUv/QBoPAQAcocUEbA7AMmCNp4akisiIiKcJhkGQgghhPj/////d3d3d3fv7u7u7mZmZmZm3t3d3d1VVVVVVc3MzMzMREREREQU782riUChYQ" +
      "ZohK0HShoNlONACGGoIfz63wHAo8o5Evh/GP7+/58B7/YRMSCBJuDzlTMucHqLm21hcy1q/GVxrAIMXbcqVAAAAAEA/f8T+7kGAj0AAAABACXg" +
      "DoA=",
    "base64",
  );
  const skippable = Buffer.from("532a4d1803000000010203", "hex");

  test.each<[string, Buffer]>([
    ["that says its size", sized],
    ["that does not", streamed],
    ["of several frames and one to be passed over", Buffer.concat([skippable, sized, streamed, skippable])],
    ["with a window of 1 GB, which is more than it is", withWindow(streamed, 0xa0)],
  ])("one %s", async (_, bytes) => {
    const expected = bytes.length > sized.length + 20 ? Buffer.concat([words, words]) : words;
    for (const bytesMax of [expected.length, 64 * mebibyte]) {
      const read = await decompress(zstd, bytes, bytesMax);
      expect(read.equals(expected)).toBe(true);
      expect(read.buffer.byteLength).toBeLessThan(2 * expected.length + 1_000);
    }
    await expect(decompress(zstd, bytes, expected.length - 1)).rejects.toThrow("more bytes");
  });

  test("one that says less than it is", async () => {
    const bytes = Buffer.from(sized);
    bytes.writeUInt32LE(words.length - 1, 5);
    await expect(decompress(zstd, bytes, 64 * mebibyte)).rejects.toThrow("more bytes");
  });

  test("one of blocks of a few bytes, each of which becomes 128 KiB, is not read beyond what there may be", async () => {
    // Eight bytes, then again and again as many from four before: no literals, one match of the longest.
    const head = Buffer.from("28b52ffd0058" + "400000" + "6162636465666768", "hex");
    const block = Buffer.from("4c0000" + "000154000034fdff01", "hex");
    const last = Buffer.from("4d0000" + "000154000034fdff01", "hex");
    const bomb = (count: number) => Buffer.concat([head, ...Array.from({ length: count - 1 }, () => block), last]);
    expect((await decompress(zstd, bomb(8), 2 * mebibyte)).length).toBe(mebibyte + 8);
    // All of it would be 50 GB, and take minutes.
    await expect(decompress(zstd, bomb(400_000), 2 * mebibyte)).rejects.toThrow("more bytes");
  });

  function withWindow(frame: Buffer, descriptor: number): Buffer {
    const bytes = Buffer.from(frame);
    bytes[5] = descriptor;
    return bytes;
  }
});

test("LZ4 with checksums of blocks and sizes of contents, as its own library writes them", async () => {
  const content = Buffer.from("the same words again ".repeat(200));
  const stock = Buffer.from(lz4js.compress(content));
  const [header, block] = [Buffer.from(stock.subarray(0, 7)), stock.subarray(7, -4)];
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(content.length));
  header[4] = 0x40 | 0x10 | 0x08 | 0x04;
  const whole = (said: Buffer) =>
    Buffer.concat([
      header.subarray(0, 6),
      said,
      Buffer.of(0),
      block,
      Buffer.alloc(4, 1),
      Buffer.alloc(4),
      Buffer.alloc(4, 2),
    ]);
  const read = await decompress(lz4, Buffer.concat([whole(size), whole(size)]), mebibyte);
  expect(read.equals(Buffer.concat([content, content]))).toBe(true);
  size.writeBigUInt64LE(BigInt(content.length - 1));
  await expect(decompress(lz4, whole(size), mebibyte)).rejects.toThrow("more bytes");
});
