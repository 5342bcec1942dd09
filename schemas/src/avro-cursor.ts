/** Bytes that end too early or say what the schema does not allow. */
export class TornBytes extends Error {
  override name = "TornBytes";
}

/**
 * Reads Avro values one after the other, without objects for them. What it takes and what it calls torn is what avsc's
 * own reading does, down to numbers of more than 64 bits; but it throws at once where avsc reads on past the end.
 */
export class AvroCursor {
  readonly bytes: Buffer;
  readonly view: DataView;
  at: number;

  constructor(bytes: Buffer, at: number) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = at;
  }

  get bytesLeft(): number {
    return this.bytes.length - this.at;
  }

  byte(): number {
    const at = this.at++;
    if (at >= this.bytes.length) throw new TornBytes("truncated");
    return this.bytes[at] as number;
  }

  boolean(): boolean {
    return this.byte() !== 0;
  }

  /** An int, an index, a count or a length. Where a long has to be exact, take `long`. */
  number(): number {
    const first = this.byte();
    if (first < 0x80) return (first >> 1) ^ -(first & 1);
    let low = first & 0x7f;
    let byte: number;
    let shift = 7;
    do {
      byte = this.byte();
      low |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte >= 0x80 && shift < 28);
    return byte < 0x80 ? (low >> 1) ^ -(low & 1) : this.#wide(low);
  }

  /** A long between the safe bounds of avsc. */
  long(): number {
    const value = this.number();
    if (!(value >= -longMax && value <= longMax)) throw new TornBytes("a long that is not exact");
    return value;
  }

  /** Length of the string or the bytes that begin at the cursor then. */
  length(): number {
    const length = this.number();
    if (!(length >= 0 && length <= this.bytesLeft)) throw new TornBytes("truncated");
    return length;
  }

  /** Index of a symbol or a branch. */
  index(count: number): number {
    const index = this.number();
    if (!(index >= 0 && index < count)) throw new TornBytes("no such index");
    return index;
  }

  /**
   * Items of the next block of an array, 0 at its end. An item of ours takes bytes, so a count that asks for more than
   * there are is torn: nothing is allocated or gone through for it.
   */
  itemCount(itemBytesMin: number): number {
    let count = this.number();
    if (count < 0) {
      count = -count;
      while (this.byte() >= 0x80);
    }
    if (count * itemBytesMin > this.bytesLeft) throw new TornBytes("more items than bytes");
    return count || 0;
  }

  skip(bytes: number): void {
    this.at += bytes;
  }

  /** The rest of a number whose first 28 bits are known. */
  #wide(low: number): number {
    let zigzag = low;
    let byte: number;
    let scale = 2 ** 28;
    do {
      byte = this.byte();
      zigzag += (byte & 0x7f) * scale;
      scale *= 128;
    } while (byte >= 0x80);
    // Beyond 2^53 what was rounded is even.
    return zigzag < 2 ** 53 && (low & 1) === 1 ? -(zigzag + 1) / 2 : zigzag / 2;
  }
}

/** avsc's own bound: one less than the largest safe integer, for rounding. */
const longMax = Number.MAX_SAFE_INTEGER - 1;
