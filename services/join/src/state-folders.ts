import { setImmediate as yieldToIo } from "node:timers/promises";
import { errorCode, type Logger } from "@antedate/runtime";
import type { Descriptors } from "./checked-file.ts";
import type { SealedSlab } from "./domain/index.ts";
import type { SnapshotHead } from "./snapshot-head.ts";
import type { SnapshotStore, StoredSnapshot } from "./snapshot-store.ts";
import { offsetOf, StateFolder } from "./state-folder.ts";
import type { Identity } from "./take-over.ts";

export interface StateFoldersOptions {
  /** Folder of this task on this machine. */
  local: string;
  /** Folder of this task that other machines see too; null where there is none. */
  shared: string | null;
  descriptors: Descriptors;
  log: Logger;
  /** Epoch ms: files that nobody names are deleted a day later. */
  now(): number;
}

/** A task's state on a local disk and, where one is given, in a folder that survives the machine. */
export class StateFolders implements SnapshotStore {
  readonly #own: StateFolder;
  readonly #shared: StateFolder | null;
  readonly #options: StateFoldersOptions;
  /** The generations that a live task reads from. */
  readonly #inUse = new Set<string>();

  constructor(options: StateFoldersOptions) {
    const { local, shared, descriptors } = options;
    this.#options = options;
    this.#own = new StateFolder(local, "STATE_DIR", descriptors);
    this.#shared = shared === null ? null : new StateFolder(shared, "SHARED_STATE_DIR", descriptors);
  }

  async *stored(identity: Identity): AsyncGenerator<StoredSnapshot> {
    const { log, now } = this.#options;
    // Perhaps another process ended one of these meanwhile: then the next start sees to the rest.
    await this.#own.dropUnfinished(now()).catch((error: unknown) => {
      log.debug({ code: errorCode(error) }, "unfinished files not deleted");
    });
    for (const { folder, name } of await this.#snapshots()) {
      const snapshot = await this.#openIn(folder, name, identity);
      if (snapshot !== null) yield snapshot;
    }
  }

  async keepGeneration(generation: SealedSlab, image: Uint8Array): Promise<string> {
    const name = await this.#own.writeGeneration(image);
    this.#inUse.add(name);
    generation.bytes = this.#own.openGeneration(name).bytes;
    return name;
  }

  async keepSnapshot(head: SnapshotHead, nextPart: () => Uint8Array | null, identity: Identity): Promise<void> {
    const name = await this.#own.writeSnapshot(head, nextPart);
    this.#inUse.clear();
    for (const generation of head.generations) this.#inUse.add(generation);
    await this.#own.prune(head.logId, identity, this.#inUse, this.#options.now());
    if (this.#shared === null) return;
    await this.#shared.copyFrom(this.#own, name, head.generations);
    await this.#shared.prune(head.logId, identity, this.#inUse, this.#options.now());
  }

  async discard(path: string): Promise<void> {
    await this.#own.discard(path);
  }

  async #openIn(folder: StateFolder, name: string, identity: Identity): Promise<StoredSnapshot | null> {
    const { log } = this.#options;
    try {
      const snapshot = folder.openSnapshot(name, identity);
      if (snapshot === null) log.warn({ snapshot: name }, "snapshot of another layout, log or cluster passed over");
      if (snapshot === null) return null;
      const names = snapshot.head.generations;
      if (folder !== this.#own && (await this.#isHereToo(folder, name, names))) {
        const here = await this.#openIn(this.#own, name, identity);
        if (here !== null) return here;
      }
      const generations: SealedSlab[] = [];
      for (const generation of names) {
        generations.push(folder.openGeneration(generation));
        await yieldToIo();
      }
      for (const generation of names) this.#inUse.add(generation);
      return { ...snapshot, generations };
    } catch (error) {
      log.warn({ snapshot: name, code: errorCode(error) }, "snapshot that cannot be read passed over");
      return null;
    }
  }

  /** A task that starts from the shared folder goes on from this machine's: the next snapshot names the same generations. */
  async #isHereToo(folder: StateFolder, name: string, generations: readonly string[]): Promise<boolean> {
    try {
      await this.#own.copyFrom(folder, name, generations);
      return true;
    } catch (error) {
      const code = errorCode(error);
      this.#options.log.warn({ snapshot: name, code }, "snapshot of the shared folder not copied, read where it is");
      return false;
    }
  }

  /** With where they are, the newest first: of the same one, this machine's. */
  async #snapshots(): Promise<{ folder: StateFolder; name: string }[]> {
    const folders = this.#shared === null ? [this.#own] : [this.#own, this.#shared];
    const found = [];
    for (const folder of folders) {
      try {
        for (const name of await folder.snapshots()) found.push({ folder, name });
      } catch (error) {
        this.#options.log.warn({ code: errorCode(error) }, "a folder of snapshots cannot be read");
      }
    }
    return found.sort((a, b) => offsetOf(b.name) - offsetOf(a.name));
  }
}
