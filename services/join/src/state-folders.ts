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
export function createStateFolders({ local, shared, descriptors, log, now }: StateFoldersOptions): SnapshotStore {
  const own = new StateFolder(local, "STATE_DIR", descriptors);
  const other = shared === null ? null : new StateFolder(shared, "SHARED_STATE_DIR", descriptors);
  /** The generations that a live task reads from. */
  const inUse = new Set<string>();

  async function openIn(folder: StateFolder, name: string, identity: Identity): Promise<StoredSnapshot | null> {
    try {
      const snapshot = folder.openSnapshot(name, identity);
      if (snapshot === null) log.warn({ snapshot: name }, "snapshot of another layout, log or cluster passed over");
      if (snapshot === null) return null;
      if (folder !== own && (await isHereToo(folder, name, snapshot.head.generations))) {
        return await openIn(own, name, identity);
      }
      const generations: SealedSlab[] = [];
      for (const generation of snapshot.head.generations) {
        generations.push(folder.openGeneration(generation));
        await yieldToIo();
      }
      for (const generation of snapshot.head.generations) inUse.add(generation);
      return { ...snapshot, generations };
    } catch (error) {
      log.warn({ snapshot: name, code: errorCode(error) }, "snapshot that cannot be read passed over");
      return null;
    }
  }

  /** A task that starts from the shared folder goes on from this machine's: the next snapshot names the same generations. */
  async function isHereToo(folder: StateFolder, name: string, generations: readonly string[]): Promise<boolean> {
    try {
      await own.copyFrom(folder, name, generations);
      return true;
    } catch (error) {
      log.warn(
        { snapshot: name, code: errorCode(error) },
        "snapshot of the shared folder not copied, read where it is",
      );
      return false;
    }
  }

  /** With where they are, the newest first: of the same one, this machine's. */
  async function snapshots(): Promise<{ folder: StateFolder; name: string }[]> {
    const folders = other === null ? [own] : [own, other];
    const found = [];
    for (const folder of folders) for (const name of await folder.snapshots()) found.push({ folder, name });
    return found.sort((a, b) => offsetOf(b.name) - offsetOf(a.name));
  }

  return {
    async *stored(identity) {
      for (const { folder, name } of await snapshots()) {
        const snapshot = await openIn(folder, name, identity);
        if (snapshot !== null) yield snapshot;
      }
    },
    async keepGeneration(generation: SealedSlab, image: Uint8Array) {
      const name = await own.writeGeneration(image);
      inUse.add(name);
      generation.bytes = own.openGeneration(name).bytes;
      return name;
    },
    async keepSnapshot(head: SnapshotHead, nextPart, identity) {
      const name = await own.writeSnapshot(head, nextPart);
      inUse.clear();
      for (const generation of head.generations) inUse.add(generation);
      await own.prune(head.logId, identity, inUse, now());
      if (other === null) return;
      await other.copyFrom(own, name, head.generations);
      await other.prune(head.logId, identity, inUse, now());
    },
    discard: (path) => own.discard(path),
  };
}
