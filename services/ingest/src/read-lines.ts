import { open } from "node:fs/promises";
import { createReadStream } from "node:fs";
import { PassThrough, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { Line } from "./line-source.ts";
import { UnusableFileError } from "./unusable-file-error.ts";
import { createLineSplitter } from "./line-splitter.ts";

/**
 * Lines of a file, or of standard input for `-`; what begins with the bytes of gzip is unpacked, whatever its name. A last
 * line without an end counts. Bytes that are not UTF-8 become U+FFFD. `onBytes` is told of every chunk before it is unpacked.
 */
export async function* readLines(
  file: string,
  onBytes: (bytes: number) => void = () => {},
): AsyncGenerator<Line, void, undefined> {
  const splitter = createLineSplitter();
  try {
    for await (const chunk of file === "-" ? unpackIfZipped(counted(process.stdin, onBytes)) : readFile(file, onBytes))
      yield* splitter.push(chunk);
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    const fix = code.startsWith("Z_")
      ? "as gzip it is broken, so copy it anew or unpack what is left of it"
      : "mend that";
    const what = file === "-" ? "standard input" : file;
    throw new UnusableFileError(`${what} cannot be read to its end (${message}): ${fix}.`, { cause: error });
  }
  yield* splitter.end();
}

async function* readFile(file: string, onBytes: (bytes: number) => void): AsyncGenerator<Buffer, void, undefined> {
  const zipped = isGzip(await firstBytes(file));
  const bytes = counted(createReadStream(file), onBytes);
  yield* zipped ? gunzip(bytes) : bytes;
}

async function firstBytes(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function* unpackIfZipped(
  source: AsyncGenerator<Buffer, void, undefined>,
): AsyncGenerator<Buffer, void, undefined> {
  const first = await source.next();
  if (first.done === true) return;
  const whole = (async function* (): AsyncGenerator<Buffer, void, undefined> {
    yield first.value;
    yield* source;
  })();
  if (isGzip(first.value)) yield* gunzip(whole);
  else yield* whole;
}

/** A failure of the source or of the unpacking fails the iteration. */
async function* gunzip(zipped: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  const unpacked = new PassThrough();
  const running = pipeline(zipped, createGunzip(), unpacked).catch(() => undefined);
  yield* chunks(unpacked);
  await running;
}

async function* counted(stream: Readable, onBytes: (bytes: number) => void): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of chunks(stream)) {
    onBytes(chunk.length);
    yield chunk;
  }
}

async function* chunks(stream: Readable): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of stream) yield Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}
