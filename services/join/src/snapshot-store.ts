import type { SealedSlab } from "./domain/index.ts";
import type { SnapshotHead } from "./snapshot-head.ts";
import type { Identity } from "./take-over.ts";

/** A snapshot that is there, opened: damage is told when its parts are asked for. */
export interface StoredSnapshot {
  head: SnapshotHead;
  /** Those that the head names, in its order. */
  generations: SealedSlab[];
  /** Throws where the part is not what was written. */
  nextPart(): Promise<Uint8Array>;
}

/** Where a task keeps its sealed generations and its snapshots: survives the process, or the machine. */
export interface SnapshotStore {
  /** Those of this task that are whole, as far as can be told before their parts are read; the newest first. */
  stored(identity: Identity): AsyncIterable<StoredSnapshot>;
  /** Stores a generation's image and lets the generation read from where it is now. Gives its name. */
  keepGeneration(generation: SealedSlab, image: Uint8Array): Promise<string>;
  /** Stores a snapshot whole or not at all; `nextPart` gives null after the last, and throws where it is not wanted any more. */
  keepSnapshot(head: SnapshotHead, nextPart: () => Uint8Array | null, identity: Identity): Promise<void>;
  /** Deletes a file that was found damaged, so that no start is tried from it again. */
  discard(path: string): Promise<void>;
}
