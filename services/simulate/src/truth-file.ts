import type { Truth } from "./domain/index.ts";
import { createLineFile } from "./line-file.ts";

/** The truth as JSON lines, in the order of the events it is about. */
export interface TruthFile {
  add(truths: readonly Truth[]): Promise<void> | undefined;
  close(): Promise<void>;
}

export function createTruthFile(path: string): TruthFile {
  const file = createLineFile(path);
  return {
    add(truths) {
      let full: Promise<void> | undefined;
      for (const truth of truths) full = file.add(JSON.stringify(truth)) ?? full;
      return full;
    },
    close: () => file.close(),
  };
}
