import type { Logger } from "@antedate/runtime";
import { Descriptors } from "./checked-file.ts";
import type { SnapshotStore } from "./snapshot-store.ts";
import { newestSnapshots, taskFolder } from "./state-folder.ts";
import { createStateFolders } from "./state-folders.ts";
import type { Identity } from "./take-over.ts";
import type { TaskKeeperOptions } from "./task-keeper.ts";

/** Where and how the tasks of a member keep their state. */
export interface Keeping extends Pick<TaskKeeperOptions, "hotMs" | "snapshotIntervalMs" | "slabBits"> {
  createStore(identity: Identity, log: Logger): SnapshotStore;
  /** The join log's offset of the newest local snapshot of each task that has one. */
  newestSnapshots(topic: string, partitionCount: number): Map<number, number>;
  /** Once no task reads from it any more. */
  close(): void;
}

export interface FolderKeepingOptions extends Pick<Keeping, "hotMs" | "snapshotIntervalMs"> {
  folder: string;
  sharedFolder: string | null;
}

/** In a folder of this machine and, where one is given, in one that other machines see too. */
export function createFolderKeeping({ folder, sharedFolder, ...paces }: FolderKeepingOptions): Keeping {
  const descriptors = new Descriptors();
  return {
    ...paces,
    createStore: (identity, log) =>
      createStateFolders({
        local: taskFolder(folder, identity),
        shared: sharedFolder && taskFolder(sharedFolder, identity),
        descriptors,
        log,
        now: Date.now,
      }),
    newestSnapshots: (topic, partitionCount) => newestSnapshots(folder, topic, partitionCount),
    close: () => descriptors.closeAll(),
  };
}
