import { isUtf8 } from "node:buffer";

/**
 * Writes rows in ClickHouse's RowBinary: little-endian numbers, strings with a LEB128 length, one byte before a nullable
 * value. One growing buffer, no object per row.
 */
export class RowBinary {
  // Whoever has reserved room may write into it himself and then move the length on.
  buffer: Buffer;
  view: DataView;
  length = 0;

  constructor(bytes: number = 64 * 1024) {
    this.buffer = Buffer.allocUnsafeSlow(bytes);
    this.view = viewOf(this.buffer);
  }

  /** What was written, as a view: valid until the next write. */
  get bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  string(value: string): void {
    const bytes = Buffer.byteLength(value, "utf8");
    this.#varint(bytes);
    this.reserve(bytes);
    this.length += this.buffer.write(value, this.length, "utf8");
  }

  /** Bytes of text as a String. What is no UTF-8 in them becomes U+FFFD, as it does where they are decoded first. */
  text(from: DataView, at: number, length: number): void {
    const before = this.length;
    this.#varint(length);
    this.reserve(length);
    const or = copyBytes(from, at, this.view, this.length, length);
    this.length += length;
    if (isAscii(or)) return;
    const text = this.buffer.subarray(this.length - length, this.length);
    if (isUtf8(text)) return;
    const repaired = text.toString("utf8");
    this.length = before;
    this.string(repaired);
  }

  /** Bytes as a String. */
  blob(from: DataView, at: number, length: number): void {
    this.#varint(length);
    this.raw(from, at, length);
  }

  /** Bytes as they are. */
  raw(from: DataView, at: number, length: number): void {
    this.reserve(length);
    copyBytes(from, at, this.view, this.length, length);
    this.length += length;
  }

  /** A FixedString: cut or filled with zeros to its length, so that a producer's odd hash cannot shift the row. */
  fixed(from: DataView, at: number, bytes: number, length: number): void {
    this.raw(from, at, Math.min(bytes, length));
    if (bytes < length) this.zeros(length - bytes);
  }

  zeros(count: number): void {
    this.reserve(count);
    for (let left = count; left > 0; left--) this.buffer[this.length++] = 0;
  }

  bool(value: boolean): void {
    this.uint8(value ? 1 : 0);
  }

  uint8(value: number): void {
    this.reserve(1);
    this.buffer[this.length++] = value;
  }

  /** An ordinal above UInt16 is the largest there is. */
  uint16(value: number): void {
    checkRange(value, 0, Infinity);
    this.reserve(2);
    this.view.setUint16(this.length, Math.min(value, 0xffff), true);
    this.length += 2;
  }

  uint32(value: number): void {
    checkRange(value, 0, 0xffff_ffff);
    this.reserve(4);
    this.view.setUint32(this.length, value, true);
    this.length += 4;
  }

  /** Int64, UInt64 and DateTime64: any safe integer. */
  int64(value: number): void {
    this.reserve(8);
    // The lower half is the number modulo 2^32: that is what `| 0` is, below zero too.
    this.view.setInt32(this.length, value | 0, true);
    this.view.setInt32(this.length + 4, Math.floor(value / 0x1_0000_0000), true);
    this.length += 8;
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.uint8((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.uint8(rest);
  }

  /** Makes room for so many bytes more. */
  reserve(bytes: number): void {
    if (this.length + bytes > this.buffer.length) this.#grow(this.length + bytes);
  }

  #grow(needed: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(grown, 0, 0, this.length);
    this.buffer = grown;
    this.view = viewOf(grown);
  }
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function checkRange(value: number, min: number, max: number): void {
  if (value < min || value > max) throw new RangeError(`${value} does not fit its column`);
}

/**
 * Copies short bytes faster than `set` or `copy` do, which cost a view and a call out of JavaScript: four at a time, the
 * last four over those before. Returns all of them or-ed together, for `isAscii`.
 */
export function copyBytes(from: DataView, at: number, to: DataView, toAt: number, length: number): number {
  let or = 0;
  if (length < 4) {
    for (let index = 0; index < length; index++) {
      const byte = from.getUint8(at + index);
      or |= byte;
      to.setUint8(toAt + index, byte);
    }
    return or;
  }
  const last = length - 4;
  for (let index = 0; index < last; index += 4) {
    const word = from.getInt32(at + index, true);
    or |= word;
    to.setInt32(toAt + index, word, true);
  }
  const word = from.getInt32(at + last, true);
  to.setInt32(toAt + last, word, true);
  return or | word;
}

/** Whether what `copyBytes` copied is ASCII alone. */
export function isAscii(or: number): boolean {
  return (or & 0x8080_8080) === 0;
}
