import type { OnReadOpts } from "node:net";

/** A response's length comes before it and does not count itself. */
const lengthBytes = 4;
/** What is read before it is known how long a response is, and responses that are shorter. */
const headBytes = 64 * 1024;
/** Several times what a fetch asks for; a TLS alert and an HTTP answer say more when they are read as a length. */
const responseBytesMax = 256 * 1024 * 1024;

/**
 * How a socket reads so that each response of a broker is one Buffer of its size: the beginning goes through a small
 * buffer of the connection's own, the rest is read to where it stays. As chunks, which somebody has to put together, the
 * same bytes are allocated and copied twice, and the garbage collector is called as often as a process allocates.
 *
 * `give` gets every response with the length before it; `refuse` is called at one that cannot be, and nothing is given
 * from there on. Those that are longer than 64 KiB are in what `allocate` gave.
 */
export function readWholeResponses(
  give: (response: Buffer) => void,
  refuse: (error: Error) => void,
  allocate: (length: number) => Buffer,
): OnReadOpts {
  const head = Buffer.allocUnsafeSlow(headBytes);
  let headFilled = 0;
  let whole: Buffer | null = null;
  let wholeFilled = 0;
  let isRefused = false;

  const takeHead = (): void => {
    let at = 0;
    while (!isRefused && headFilled - at >= lengthBytes) {
      const length = head.readInt32BE(at);
      if (length < 0 || length > responseBytesMax) {
        isRefused = true;
        refuse(Object.assign(new Error("the other side speaks no Kafka"), { code: "NOT_KAFKA" }));
        return;
      }
      const end = at + lengthBytes + length;
      if (end > headFilled) {
        if (end - at <= headBytes) break;
        whole = allocate(end - at);
        wholeFilled = head.copy(whole, 0, at, headFilled);
        headFilled = 0;
        return;
      }
      give(Buffer.from(head.subarray(at, end)));
      at = end;
    }
    // What has begun and fits goes on behind its beginning.
    head.copyWithin(0, at, headFilled);
    headFilled -= at;
  };

  return {
    buffer: () => (whole === null ? head.subarray(headFilled) : whole.subarray(wholeFilled)),
    callback(bytesRead) {
      if (isRefused) return false;
      if (whole === null) {
        headFilled += bytesRead;
        takeHead();
      } else if ((wholeFilled += bytesRead) === whole.length) {
        const response = whole;
        whole = null;
        give(response);
      }
      return !isRefused;
    },
  };
}
