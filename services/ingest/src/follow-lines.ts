import { open, stat, type FileHandle } from "node:fs/promises";
import { caughtUp, type Line } from "./line-source.ts";
import { UnusableFileError } from "./unusable-file-error.ts";
import { createLineSplitter } from "./line-splitter.ts";

/**
 * Lines of a growing file, from its beginning and for ever: at its end it says `caughtUp` and reads on when asked again. A
 * line counts when its end is written. Where the file was replaced (rotation) the old one is read to its end, then the
 * new one from its beginning; where it was cut, it is read from the beginning.
 */
export async function* followLines(file: string): AsyncGenerator<Line | typeof caughtUp, void, undefined> {
  for (;;) {
    const handle = await openWhenThere(file);
    if (handle === null) {
      yield caughtUp;
      continue;
    }
    try {
      yield* followOne(handle, file);
    } finally {
      await handle.close();
    }
  }
}

async function* followOne(handle: FileHandle, file: string): AsyncGenerator<Line | typeof caughtUp, void, undefined> {
  const splitter = createLineSplitter();
  const chunk = Buffer.alloc(256 * 1024);
  let offset = 0;
  let replaced = false;
  for (;;) {
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, offset);
    offset += bytesRead;
    if (bytesRead > 0) yield* splitter.push(Buffer.from(chunk.subarray(0, bytesRead)));
    else if (replaced) {
      yield* splitter.end();
      return;
    } else {
      replaced = await wasReplaced(handle, file, offset);
      if (!replaced) yield caughtUp;
    }
  }
}

async function wasReplaced(handle: FileHandle, file: string, offset: number): Promise<boolean> {
  const [opened, named] = await Promise.all([handle.stat(), stat(file).catch(() => null)]);
  if (named === null) return false;
  return named.ino !== opened.ino || named.dev !== opened.dev || opened.size < offset;
}

async function openWhenThere(file: string): Promise<FileHandle | null> {
  try {
    return await open(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new UnusableFileError(`${file} cannot be read (${(error as Error).message}): mend that.`, { cause: error });
  }
}
