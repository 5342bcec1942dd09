import { errorCode, type Logger } from "@antedate/runtime";
import type { Descriptors } from "./checked-file.ts";
import type { SealedSlab } from "./domain/index.ts";
import type { SnapshotHead } from "./snapshot-head.ts";
import type { SnapshotStore, StoredSnapshot } from "./snapshot-store.ts";
import { StateFolder } from "./state-folder.ts";
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

  async function* storedIn(folder: StateFolder, identity: Identity): AsyncGenerator<StoredSnapshot> {
    for (const name of await folder.snapshots()) {
      try {
        const snapshot = folder.openSnapshot(name, identity);
        if (snapshot === null) log.warn({ snapshot: name }, "snapshot of another layout, log or cluster passed over");
        else {
          const generations = snapshot.head.generations.map((generation) => folder.openGeneration(generation));
          for (const generation of snapshot.head.generations) inUse.add(generation);
          yield { ...snapshot, generations };
        }
      } catch (error) {
        log.warn({ snapshot: name, code: errorCode(error) }, "snapshot that cannot be read passed over");
      }
    }
  }

  return {
    async *stored(identity) {
      yield* storedIn(own, identity);
      if (other !== null) yield* storedIn(other, identity);
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
      await own.prune(identity, inUse, now());
      if (other === null) return;
      await other.copyFrom(own, name, head.generations);
      await other.prune(identity, inUse, now());
    },
    discard: (path) => own.discard(path),
  };
}
