import { randomBytes } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { crc32c, errorCode } from "@antedate/runtime";

// A file of blocks with a CRC-32C each. Behind its content stand the CRCs, then 24 bytes: length of the content, CRC of the
// CRCs, "ANTEDAT1". A file without these is not whole; it is there under its name only once it is.

const blockBytes = 16 * 1024;
const mark = Buffer.from("ANTEDAT1");
const footerBytes = 24;

/** The bytes of a file are not those that were written, or not all of them. */
export class DamagedFile extends Error {
  readonly code = "DAMAGED_FILE";
  readonly path: string;

  /** `what` says what is wrong with the file. */
  constructor(path: string, what: string) {
    super(`${path} ${what}`);
    this.path = path;
  }
}

/** Writes a file that is whole or not there: beside its place, synced, then renamed. */
export class CheckedFileWriter {
  readonly #path: string;
  readonly #beside: string;
  readonly #file: FileHandle;
  readonly #crcs: number[] = [];
  #block = Buffer.alloc(blockBytes);
  #filled = 0;
  #length = 0;

  private constructor(path: string, beside: string, file: FileHandle) {
    this.#path = path;
    this.#beside = beside;
    this.#file = file;
  }

  static async create(path: string): Promise<CheckedFileWriter> {
    const beside = besideOf(path);
    return new CheckedFileWriter(path, beside, await open(beside, "wx"));
  }

  async write(bytes: Uint8Array): Promise<void> {
    const from = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at < from.length;) {
      const count = Math.min(blockBytes - this.#filled, from.length - at);
      from.copy(this.#block, this.#filled, at, at + count);
      this.#filled += count;
      at += count;
      if (this.#filled === blockBytes) this.#endBlock();
    }
    this.#length += from.length;
    await writeAll(this.#file, from);
  }

  /** Only after it has the file its name. */
  async end(): Promise<void> {
    if (this.#filled > 0) this.#endBlock();
    const table = Buffer.from(Uint32Array.from(this.#crcs).buffer);
    const footer = Buffer.alloc(footerBytes);
    footer.writeDoubleLE(this.#length, 0);
    footer.writeUInt32LE(crc32c(table), 8);
    mark.copy(footer, 16);
    await writeAll(this.#file, Buffer.concat([table, footer]));
    await this.#file.sync();
    await this.#file.close();
    await rename(this.#beside, this.#path);
    await syncFolder(dirname(this.#path));
  }

  /** Leaves nothing behind. */
  async abandon(): Promise<void> {
    await this.#file.close().catch(() => {});
    await rm(this.#beside, { force: true });
  }

  #endBlock(): void {
    this.#crcs.push(crc32c(this.#block.subarray(0, this.#filled)));
    this.#filled = 0;
  }
}

/** Files of this beginning are those of writers that have not ended. */
export const temporaryPrefix = ".writing-";

/** Where a file is written before it gets its name. */
export function besideOf(path: string): string {
  return join(dirname(path), `${temporaryPrefix}${randomBytes(8).toString("hex")}`);
}

/** Reads a file that a CheckedFileWriter wrote; each block is checked when it is read. */
export class CheckedFile {
  readonly path: string;
  readonly length: number;
  readonly #crcs: Uint32Array;
  readonly #descriptors: Descriptors;

  /** Throws DamagedFile where the file is not whole, and what Node throws where it cannot be read. */
  constructor(path: string, descriptors: Descriptors) {
    this.path = path;
    this.#descriptors = descriptors;
    const descriptor = descriptors.of(path);
    const { size } = fstatSync(descriptor);
    const footer = Buffer.alloc(footerBytes);
    if (size < footerBytes) throw new DamagedFile(path, "is cut off");
    readSync(descriptor, footer, 0, footerBytes, size - footerBytes);
    this.length = footer.readDoubleLE(0);
    const tableBytes = 4 * Math.ceil(this.length / blockBytes);
    if (!mark.equals(footer.subarray(16)) || this.length + tableBytes + footerBytes !== size) {
      throw new DamagedFile(path, "is not whole");
    }
    const table = Buffer.alloc(tableBytes);
    readSync(descriptor, table, 0, tableBytes, this.length);
    if (crc32c(table) !== footer.readUInt32LE(8)) throw new DamagedFile(path, "has a wrong checksum");
    this.#crcs = new Uint32Array(table.buffer, table.byteOffset, tableBytes / 4).slice();
  }

  /** Throws DamagedFile where a block is not what was written. */
  read(position: number, length: number): Uint8Array {
    // Behind the last block there is none to be checked.
    if (length === 0) return new Uint8Array(0);
    const first = Math.floor(position / blockBytes);
    const last = Math.floor((position + length - 1) / blockBytes);
    const from = first * blockBytes;
    const bytes = new Uint8Array(Math.min(this.length, (last + 1) * blockBytes) - from);
    const buffer = Buffer.from(bytes.buffer);
    const count = this.#readInto(bytes, from);
    for (let block = first; block <= last; block++) {
      const at = (block - first) * blockBytes;
      const crc = crc32c(buffer.subarray(at, Math.min(count, at + blockBytes)));
      if (crc !== this.#crcs[block]) throw new DamagedFile(this.path, `has a wrong checksum at ${from + at}`);
    }
    return bytes.subarray(position - from, position - from + length);
  }

  #readInto(bytes: Uint8Array, from: number): number {
    try {
      return readSync(this.#descriptors.of(this.path), bytes, 0, bytes.length, from);
    } catch (error) {
      // A bad sector stays one, however often it is asked for.
      if (errorCode(error) === "EIO") throw new DamagedFile(this.path, `cannot be read at ${from}`);
      throw error;
    }
  }
}

/** Open files, a few at a time: there may be thousands of generations. */
export class Descriptors {
  readonly #max: number;
  readonly #open = new Map<string, number>();

  constructor(max = 32) {
    this.#max = max;
  }

  /** Throws what Node throws where the file cannot be opened. */
  of(path: string): number {
    const known = this.#open.get(path);
    this.#open.delete(path);
    const descriptor = known ?? openSync(path, "r");
    this.#open.set(path, descriptor);
    const [oldest] = this.#open.keys();
    if (this.#open.size > this.#max) this.close(oldest as string);
    return descriptor;
  }

  close(path: string): void {
    const descriptor = this.#open.get(path);
    this.#open.delete(path);
    if (descriptor !== undefined) closeSync(descriptor);
  }

  closeAll(): void {
    for (const path of this.#open.keys()) this.close(path);
  }
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at, bytes.length - at)).bytesWritten;
}

/** So that the new name survives a loss of power too. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
