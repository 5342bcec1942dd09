import type { Socket } from "node:net";

// kafkajs hands a request to its socket as one Buffer. Here the first piece of one stands for all, so that a socket which
// knows of it writes them as they are: a copy of what is written allocates as fast as a process writes.

const all = new WeakMap<Buffer, Buffer[]>();

/** A Buffer that stands for pieces, one at least, where it is written to a socket that `writesPieces`; nowhere else. */
export function asPieces(pieces: Buffer[]): Buffer {
  const [first] = pieces as [Buffer];
  all.set(first, pieces);
  return first;
}

/** From now on the socket writes all pieces where it is given what stands for them. */
export function writesPieces(socket: Socket): Socket {
  const write = socket.write.bind(socket) as (bytes: Buffer, encoding: BufferEncoding) => boolean;
  const writeAll = (bytes: Buffer, encoding: BufferEncoding): boolean => {
    const pieces = all.get(bytes);
    if (pieces === undefined) return write(bytes, encoding);
    socket.cork();
    for (const piece of pieces) write(piece, encoding);
    socket.uncork();
    return !socket.writableNeedDrain;
  };
  return Object.assign(socket, { write: writeAll });
}
