/** The bytes of an array as `copyBytes` and hashes read them, four at a time. Kept by who holds the array: making one takes long. */
export function dataOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Above this the views that `set` needs are made sooner than the bytes are copied by hand. */
const byHandMax = 1_024;

/** Copies bytes from `start` to `end` to another array: four at a time, the last four once more where they are no whole four. */
export function copyBytes(from: DataView, start: number, end: number, to: DataView, at: number): void {
  const length = end - start;
  if (length < 4) {
    for (let index = 0; index < length; index++) to.setUint8(at + index, from.getUint8(start + index));
    return;
  }
  if (length > byHandMax) {
    arrayOf(to, at, length).set(arrayOf(from, start, length));
    return;
  }
  const last = end - 4;
  for (let index = start, target = at; index < last; index += 4, target += 4) {
    to.setInt32(target, from.getInt32(index, true), true);
  }
  to.setInt32(at + length - 4, from.getInt32(last, true), true);
}

/** Whether as many bytes at two places are the same. */
export function equalBytes(one: DataView, at: number, other: DataView, otherAt: number, length: number): boolean {
  let index = 0;
  for (; index + 4 <= length; index += 4) {
    if (one.getInt32(at + index, true) !== other.getInt32(otherAt + index, true)) return false;
  }
  for (; index < length; index++) {
    if (one.getUint8(at + index) !== other.getUint8(otherAt + index)) return false;
  }
  return true;
}

function arrayOf({ buffer, byteOffset }: DataView, at: number, length: number): Uint8Array {
  return new Uint8Array(buffer, byteOffset + at, length);
}

/** A growing run of bytes with Avro's encodings; kept and reused, so that nothing is allocated per record. */
export class ByteWriter {
  bytes: Uint8Array;
  /** Of `bytes`. */
  data: DataView;
  length = 0;

  constructor(capacity = 1024) {
    this.bytes = new Uint8Array(capacity);
    this.data = dataOf(this.bytes);
  }

  clear(): void {
    this.length = 0;
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    if (this.length + count > this.bytes.length) this.#grow(count);
  }

  #grow(count: number): void {
    const grown = new Uint8Array(Math.max(this.length + count, 2 * this.bytes.length));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.data = dataOf(grown);
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  copy(from: DataView, start: number, end: number): void {
    this.reserve(end - start);
    copyBytes(from, start, end, this.data, this.length);
    this.length += end - start;
  }

  /** A whole number up to 2^53 either side of zero, zigzag and seven bits to the byte. */
  long(value: number): void {
    this.reserve(10);
    const { bytes } = this;
    let at = this.length;
    if (value >= -0x4000_0000 && value < 0x4000_0000) {
      let rest = (value << 1) ^ (value >> 31);
      while (rest & ~127) {
        bytes[at++] = (rest & 127) | 128;
        rest >>>= 7;
      }
      bytes[at++] = rest;
    } else {
      // In two halves of whole 32-bit numbers, as doubling may pass 2^53: 28 bits in four bytes, then the rest.
      const whole = value < 0 ? -(value + 1) : value;
      let high = Math.floor(whole / 0x800_0000);
      const low = ((whole - high * 0x800_0000) << 1) | (value < 0 ? 1 : 0);
      bytes[at] = (low & 127) | 128;
      bytes[at + 1] = ((low >> 7) & 127) | 128;
      bytes[at + 2] = ((low >> 14) & 127) | 128;
      bytes[at + 3] = (low >> 21) | 128;
      at += 4;
      while (high > 127) {
        bytes[at++] = (high & 127) | 128;
        high >>>= 7;
      }
      bytes[at++] = high;
    }
    this.length = at;
  }

  /** `["null", "long"]` with null for NaN. */
  longOrNull(value: number): void {
    if (Number.isNaN(value)) {
      this.byte(0);
      return;
    }
    this.byte(2);
    this.long(value);
  }

  /** A string or bytes. */
  text(from: DataView, start: number, length: number): void {
    this.long(length);
    this.copy(from, start, start + length);
  }

  /** `["null", "string"]` with null for a length of −1. */
  textOrNull(from: DataView, start: number, length: number): void {
    if (length < 0) {
      this.byte(0);
      return;
    }
    this.byte(2);
    this.text(from, start, length);
  }
}
