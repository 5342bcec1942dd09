import { randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { copyFile, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as yieldToIo } from "node:timers/promises";
import { errorCode, makeFolder } from "@antedate/runtime";
import {
  besideOf,
  CheckedFile,
  CheckedFileWriter,
  DamagedFile,
  temporaryPrefix,
  type Descriptors,
} from "./checked-file.ts";
import { readImageHeader, SealedSlab } from "./domain/index.ts";
import { decodeHead, encodeHead, type SnapshotHead } from "./snapshot-head.ts";
import type { Identity } from "./take-over.ts";

const snapshotPrefix = "snapshot-";
const generationSuffix = ".sealed";
const lengthBytes = 8;
/** Snapshots that are kept: the last one, and the one before in case the last cannot be read. */
const keptSnapshots = 2;
/** A file that was not written to for so long is not being written any more. */
const unfinishedAgeMs = 10 * 60_000;
/** What no snapshot names may belong to one that is being made. */
const orphanAgeMs = 24 * 3_600_000;

/** A snapshot's file, opened: its head, and its parts one after the other. */
export interface OpenSnapshot {
  head: SnapshotHead;
  nextPart(): Promise<Uint8Array>;
}

/** What a task keeps on disk: sealed generations, each written once, and snapshots that name them. */
export class StateFolder {
  readonly #path: string;
  readonly #setting: string;
  readonly #descriptors: Descriptors;

  /** `setting` names the variable that gave the folder, for errors. */
  constructor(path: string, setting: string, descriptors: Descriptors) {
    this.#path = path;
    this.#setting = setting;
    this.#descriptors = descriptors;
  }

  /** Gives the name of the generation's file. */
  async writeGeneration(image: Uint8Array): Promise<string> {
    await makeFolder(this.#path, this.#setting);
    const name = `${randomBytes(16).toString("hex")}${generationSuffix}`;
    await this.#write(name, async (file) => file.write(image));
    return name;
  }

  /** Throws DamagedFile where it is not whole or of another layout. */
  openGeneration(name: string): SealedSlab {
    const file = this.#open(name);
    const header = readImageHeader(file.read(0, Math.min(64, file.length)));
    if (header === null || header.at.end !== file.length) throw new DamagedFile(file.path, "is of another layout");
    return new SealedSlab(header, file);
  }

  /** `nextPart` gives null after the last. Other work goes on between two parts. Gives the name of the file. */
  async writeSnapshot(head: SnapshotHead, nextPart: () => Uint8Array | null): Promise<string> {
    await makeFolder(this.#path, this.#setting);
    const name = nameOf(head);
    await this.#write(name, async (file) => {
      const encoded = encodeHead(head);
      await file.write(lengthOf(encoded));
      await file.write(encoded);
      for (let part = nextPart(); part !== null; part = nextPart()) {
        await file.write(lengthOf(part));
        await file.write(part);
      }
    });
    return name;
  }

  /** Names of the snapshots that are there, the newest first. */
  async snapshots(): Promise<string[]> {
    const names = (await this.#names()).filter((name) => name.startsWith(snapshotPrefix));
    return names.sort((a, b) => offsetOf(b) - offsetOf(a));
  }

  /** Null where it is of another layout or another task's. Throws DamagedFile where it is not whole. */
  openSnapshot(name: string, identity: Identity): OpenSnapshot | null {
    const file = this.#open(name);
    let position = 0;
    const next = (): Uint8Array => {
      const length = Buffer.from(file.read(position, lengthBytes)).readDoubleLE(0);
      if (position + lengthBytes + length > file.length) throw new DamagedFile(file.path, "ends too early");
      const part = file.read(position + lengthBytes, length);
      position += lengthBytes + length;
      return part;
    };
    const head = decodeHead(next(), identity);
    if (head === null) return null;
    const nextPart = async (): Promise<Uint8Array> => {
      // Each takes milliseconds, and so does what is made of it.
      await yieldToIo();
      return next();
    };
    return { head, nextPart };
  }

  /** Takes over a snapshot and its generations, as far as they are not here, from another folder. */
  async copyFrom(other: StateFolder, name: string, generations: readonly string[]): Promise<void> {
    await makeFolder(this.#path, this.#setting);
    const here = new Set(await this.#names());
    for (const file of [...generations, name]) {
      if (here.has(file)) continue;
      const path = join(this.#path, file);
      const beside = besideOf(path);
      await copyFile(join(other.#path, file), beside);
      await rename(beside, path);
    }
  }

  /**
   * Deletes all but the last snapshots of a log, and what only those named. Those of another log go whatever their offsets: it
   * was made anew. What no snapshot names goes when it is a day old: it may be another process's that is about to name it.
   */
  async prune(logId: string, identity: Identity, inUse: ReadonlySet<string>, now: number): Promise<void> {
    const names = await this.snapshots();
    const kept = names.filter((name) => name.endsWith(logMark(logId))).slice(0, keptSnapshots);
    const old = names.filter((name) => !kept.includes(name));
    const dropped = new Set(old.flatMap((name) => this.#generationsOf(name, identity)));
    for (const name of old) await this.#remove(name);
    const named = new Set((await this.snapshots()).flatMap((name) => this.#generationsOf(name, identity)));
    for (const name of await this.#names()) {
      if (name.startsWith(snapshotPrefix) || named.has(name) || inUse.has(name)) continue;
      if (dropped.has(name) || now - (await stat(join(this.#path, name))).mtimeMs > orphanAgeMs) {
        await this.#remove(name);
      }
    }
  }

  /** Deletes what processes left that died while they wrote: one that dies again and again must not fill the disk. */
  async dropUnfinished(now: number): Promise<void> {
    for (const name of await this.#names()) {
      if (!name.startsWith(temporaryPrefix)) continue;
      if (now - (await stat(join(this.#path, name))).mtimeMs > unfinishedAgeMs) await this.#remove(name);
    }
  }

  /** Deletes a file that is damaged, wherever it is: what names it is passed over from then on. */
  async discard(path: string): Promise<void> {
    this.#descriptors.close(path);
    await rm(path, { force: true });
  }

  #generationsOf(snapshot: string, identity: Identity): string[] {
    try {
      return this.openSnapshot(snapshot, identity)?.head.generations ?? [];
    } catch {
      // One that cannot be read names nothing that could be used.
      return [];
    }
  }

  async #names(): Promise<string[]> {
    try {
      return await readdir(this.#path);
    } catch (error) {
      if (errorCode(error) === "ENOENT") return [];
      throw error;
    }
  }

  async #remove(name: string): Promise<void> {
    await this.discard(join(this.#path, name));
  }

  #open(name: string): CheckedFile {
    return new CheckedFile(join(this.#path, name), this.#descriptors);
  }

  async #write(name: string, fill: (file: CheckedFileWriter) => Promise<void>): Promise<void> {
    const file = await CheckedFileWriter.create(join(this.#path, name));
    try {
      await fill(file);
      await file.end();
    } catch (error) {
      await file.abandon();
      throw error;
    }
  }
}

/**
 * By partition, the join log's offset of the newest snapshot in each task's folder below `folder`; by their names alone, so a
 * damaged one counts too.
 */
export function newestSnapshots(folder: string, topic: string, partitionCount: number): Map<number, number> {
  const newest = new Map<number, number>();
  for (let partition = 0; partition < partitionCount; partition++) {
    const path = taskFolder(folder, { topic, partition });
    const names = existsSync(path) ? readdirSync(path) : [];
    const offsets = names.filter((name) => name.startsWith(snapshotPrefix)).map(offsetOf);
    if (offsets.length > 0) newest.set(partition, Math.max(...offsets));
  }
  return newest;
}

/** The folder of a task's state below that of all tasks. */
export function taskFolder(folder: string, { topic, partition }: Pick<Identity, "topic" | "partition">): string {
  return join(folder, `${topic}-${partition}`);
}

function nameOf({ logId, logOffset }: SnapshotHead): string {
  return `${snapshotPrefix}${String(logOffset).padStart(16, "0")}${logMark(logId)}`;
}

/** At the end of the names of all snapshots of a log. */
function logMark(logId: string): string {
  return `-${logId.slice(0, 8)}`;
}

/** The join log's offset in the name of a snapshot. */
export function offsetOf(name: string): number {
  return Number(name.slice(snapshotPrefix.length, snapshotPrefix.length + 16));
}

function lengthOf(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(lengthBytes);
  length.writeDoubleLE(bytes.length);
  return length;
}
