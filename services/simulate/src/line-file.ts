import { once } from "node:events";
import { createWriteStream } from "node:fs";

/** A text file that is written line by line. */
export interface LineFile {
  /** Resolves at once while there is room, else when the disk has caught up. Throws what a write threw. */
  add(line: string): Promise<void> | undefined;
  close(): Promise<void>;
}

const chunkCharsMax = 256 * 1024;

/** Makes the file anew. Lines are gathered into big chunks: a million small writes would take most of the time. */
export function createLineFile(path: string): LineFile {
  const stream = createWriteStream(path);
  let failure: Error | null = null;
  stream.on("error", (error) => (failure = Object.assign(error, { path })));
  let chunk = "";

  async function write(): Promise<void> {
    if (failure !== null) throw failure;
    const full = chunk;
    chunk = "";
    if (!stream.write(full)) await once(stream, "drain");
  }

  return {
    add(line) {
      chunk += `${line}\n`;
      return chunk.length >= chunkCharsMax ? write() : undefined;
    },
    async close() {
      await write();
      stream.end();
      await once(stream, "close");
      if (failure !== null) throw failure;
    },
  };
}
