import type { OffsetRange } from "@antedate/schemas/model";

/** Offsets in any order, as the fewest ranges in growing order. */
export function toRanges(offsets: readonly number[]): OffsetRange[] {
  const ranges: OffsetRange[] = [];
  for (const offset of Float64Array.from(offsets).sort()) {
    const last = ranges.at(-1);
    if (last && offset === last.first + last.count) last.count++;
    else if (!last || offset >= last.first + last.count) ranges.push({ first: offset, count: 1 });
  }
  return ranges;
}

/** A set of offsets kept as sorted ranges, for what a whole log disposed of. */
export class OffsetSet {
  #ranges: OffsetRange[] = [];

  /** Builds from ranges in any order; they may touch and overlap. */
  static of(ranges: readonly OffsetRange[]): OffsetSet {
    const set = new OffsetSet();
    for (const range of [...ranges].sort((a, b) => a.first - b.first)) {
      const last = set.#ranges.at(-1);
      const end = range.first + range.count;
      if (last && range.first <= last.first + last.count) last.count = Math.max(last.count, end - last.first);
      else set.#ranges.push({ ...range });
    }
    return set;
  }

  has(offset: number): boolean {
    let low = 0;
    let high = this.#ranges.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const range = this.#ranges[middle] as OffsetRange;
      if (offset < range.first) high = middle - 1;
      else if (offset >= range.first + range.count) low = middle + 1;
      else return true;
    }
    return false;
  }
}

/** Count and XOR of a set of offsets that comes and goes; the XOR in two halves, as `^` takes 32 bits. */
export class OffsetChecksum {
  count = 0;
  #high = 0;
  #low = 0;

  /** That of a set with this count and XOR. */
  static of(count: number, xor: number): OffsetChecksum {
    const checksum = new OffsetChecksum();
    checksum.#flip(xor);
    checksum.count = count;
    return checksum;
  }

  /** XOR of all offsets in the set; below 2^53 as offsets are. */
  get xor(): number {
    return (this.#high >>> 0) * 0x1_0000_0000 + (this.#low >>> 0);
  }

  add(offset: number): void {
    this.count++;
    this.#flip(offset);
  }

  remove(offset: number): void {
    this.count--;
    this.#flip(offset);
  }

  #flip(offset: number): void {
    this.#high ^= Math.floor(offset / 0x1_0000_0000);
    this.#low ^= offset % 0x1_0000_0000;
  }
}
