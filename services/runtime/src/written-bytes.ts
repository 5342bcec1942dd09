/** The sentence of errors. */
export const tooManyBytes = "more bytes than there may be, or than it says";

/** What was written of memory that was allocated for the most that could come; the rest is not held on to where it is much. */
export function onlyWritten(memory: Buffer, length: number): Buffer {
  const written = memory.subarray(0, length);
  return 2 * length < memory.length ? Buffer.from(written) : written;
}

export function joinPieces(pieces: readonly Buffer[]): Buffer {
  return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
}
