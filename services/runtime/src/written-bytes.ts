/** The sentence of errors. */
export const tooManyBytes = "more bytes than there may be, or than it says";

/** What was written of memory that was allocated for the most that could come; the rest is not held on to where it is much. */
export function onlyWritten(memory: Buffer, length: number): Buffer {
  const written = memory.subarray(0, length);
  return 2 * length < memory.length ? Buffer.from(written) : written;
}

/** What a part of the compressed bytes holds, and where it ends. */
export interface Part {
  content: Buffer;
  end: number;
}

/** Reads parts that stand one behind the other, from `start` on; `readPart` throws where one is more than its room. */
export function readParts(
  bytes: Buffer,
  start: number,
  bytesMax: number,
  readPart: (at: number, room: number) => Part,
): Buffer {
  const pieces: Buffer[] = [];
  let room = bytesMax;
  for (let at = start; at < bytes.length;) {
    const { content, end } = readPart(at, room);
    pieces.push(content);
    room -= content.length;
    at = end;
  }
  return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
}
