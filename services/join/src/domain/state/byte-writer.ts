/** Copies bytes between arrays; short runs byte by byte, which beats the view that `set` needs. */
export function copyBytes(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void {
  if (end - start > 64) {
    to.set(from.subarray(start, end), at);
    return;
  }
  for (let index = start, target = at; index < end; index++) to[target++] = from[index] as number;
}

/** A growing run of bytes with Avro's encodings; kept and reused, so that nothing is allocated per record. */
export class ByteWriter {
  bytes: Uint8Array;
  length = 0;

  constructor(capacity = 1024) {
    this.bytes = new Uint8Array(capacity);
  }

  clear(): void {
    this.length = 0;
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.length + count, 2 * this.bytes.length));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  copy(from: Uint8Array, start: number, end: number): void {
    this.reserve(end - start);
    copyBytes(from, start, end, this.bytes, this.length);
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
  text(from: Uint8Array, start: number, length: number): void {
    this.long(length);
    this.copy(from, start, start + length);
  }

  /** `["null", "string"]` with null for a length of −1. */
  textOrNull(from: Uint8Array, start: number, length: number): void {
    if (length < 0) {
      this.byte(0);
      return;
    }
    this.byte(2);
    this.text(from, start, length);
  }
}
