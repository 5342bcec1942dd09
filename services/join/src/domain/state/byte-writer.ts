/** The bytes of an array as those read them who read more than a byte at a time. */
export function dataOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A growing run of bytes; kept and reused. */
export class ByteWriter {
  bytes: Uint8Array;
  length = 0;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
  }

  clear(): void {
    this.length = 0;
  }

  copy(from: DataView, start: number, end: number): void {
    const length = end - start;
    if (this.length + length > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.length + length, 2 * this.bytes.length));
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    }
    this.bytes.set(new Uint8Array(from.buffer, from.byteOffset + start, length), this.length);
    this.length += length;
  }
}
