/**
 * Writes rows in ClickHouse's RowBinary: little-endian numbers, strings with a LEB128 length, one byte before a nullable
 * value. One growing buffer, no object per row.
 */
export class RowBinary {
  #buffer: Buffer;
  #length = 0;

  constructor(bytes: number = 64 * 1024) {
    this.#buffer = Buffer.allocUnsafe(bytes);
  }

  /** What was written, as a view: valid until the next write. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  string(value: string): void {
    const bytes = Buffer.byteLength(value, "utf8");
    this.#varint(bytes);
    this.#reserve(bytes);
    this.#length += this.#buffer.write(value, this.#length, "utf8");
  }

  /** Bytes as a String. */
  blob(value: Uint8Array): void {
    this.#varint(value.length);
    this.fixed(value, value.length);
  }

  /** A FixedString: cut or filled with zeros to its length, so that a producer's odd hash cannot shift the row. */
  fixed(value: Uint8Array | null, length: number): void {
    this.#reserve(length);
    this.#buffer.fill(0, this.#length, this.#length + length);
    if (value) this.#buffer.set(value.subarray(0, length), this.#length);
    this.#length += length;
  }

  bool(value: boolean): void {
    this.uint8(value ? 1 : 0);
  }

  uint8(value: number): void {
    this.#reserve(1);
    this.#length = this.#buffer.writeUInt8(value, this.#length);
  }

  uint16(value: number): void {
    this.#reserve(2);
    this.#length = this.#buffer.writeUInt16LE(Math.min(value, 0xffff), this.#length);
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#length = this.#buffer.writeUInt32LE(value, this.#length);
  }

  int32(value: number): void {
    this.#reserve(4);
    this.#length = this.#buffer.writeInt32LE(value, this.#length);
  }

  /** Int64, UInt64 and DateTime64: any safe integer. */
  int64(value: number): void {
    this.#reserve(8);
    this.#buffer.writeUInt32LE(((value % 0x1_0000_0000) + 0x1_0000_0000) % 0x1_0000_0000, this.#length);
    this.#buffer.writeInt32LE(Math.floor(value / 0x1_0000_0000), this.#length + 4);
    this.#length += 8;
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.uint8((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.uint8(rest);
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}
