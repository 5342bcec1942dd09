import { closeSync, constants, openSync } from "node:fs";
import { Socket } from "node:net";

/** The reading end of a named pipe into which the engine writes one result. */
export interface ResultPipe {
  /** Reading slower than the engine writes makes the engine wait: a result of any size takes one pipe's memory. */
  source: Socket;
  /** To be called when the query has settled: what is still in the pipe is delivered, then the source ends. */
  finish(): void;
}

/**
 * Opens both ends, because neither may wait for the other: a reader alone would block a thread until the engine opens
 * its end, which a refused query never does, and without a writer of our own the end would come before the beginning.
 */
export function openResultPipe(path: string): ResultPipe {
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  const source = new Socket({ fd: reader, readable: true, writable: false });
  // A reader that has gone is the only cause, and whoever destroyed it knows.
  source.on("error", () => undefined);
  return { source, finish: () => closeSync(writer) };
}
