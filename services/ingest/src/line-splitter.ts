import type { Line } from "./line-source.ts";

/** Cuts bytes into lines. */
export interface LineSplitter {
  push(chunk: Buffer): Line[];
  /** The last line where it has no end. */
  end(): Line[];
}

/** No more than this is kept of a line; larger values are rejected anyway (design §4.2). */
const lineBytesMax = 1024 * 1024;

/** Lines end at LF or CRLF. What goes on beyond the limit is dropped, so a file without line ends cannot fill memory. */
export function createLineSplitter(): LineSplitter {
  let number = 0;
  let held: Buffer[] = [];
  let heldBytes = 0;
  let cut = false;

  function hold(bytes: Buffer): void {
    const room = lineBytesMax - heldBytes;
    if (bytes.length > room) cut = true;
    const kept = bytes.subarray(0, room);
    if (kept.length > 0) held.push(kept);
    heldBytes += kept.length;
  }

  function finish(): Line {
    const text = (held.length === 1 ? (held[0] as Buffer) : Buffer.concat(held)).toString("utf8");
    const line = { text: text.endsWith("\r") ? text.slice(0, -1) : text, number: ++number, cut };
    held = [];
    heldBytes = 0;
    cut = false;
    return line;
  }

  function push(chunk: Buffer): Line[] {
    const lines: Line[] = [];
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      hold(chunk.subarray(from, end));
      lines.push(finish());
      from = end + 1;
    }
    if (from < chunk.length) hold(chunk.subarray(from));
    return lines;
  }

  return { push, end: () => (heldBytes > 0 ? [finish()] : []) };
}
