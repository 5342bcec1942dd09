/**
 * A set of 64-bit hashes. At some 150,000 of them, a slab's worth, one false hit is expected in 10^9 slabs; 32 bits gave 25
 * in 0.9 M events (reference/engineering.md §9).
 */
export class SeenSet {
  /** Two words an entry; both zero where empty. */
  #words = new Int32Array(64);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get size(): number {
    return this.#words.byteLength;
  }

  /** False where it was there before. */
  add(high: number, low: number): boolean {
    const first = high === 0 && low === 0 ? 1 : high;
    const words = this.#words;
    const at = slotOf(words, first, low);
    if (words[at] !== 0 || words[at + 1] !== 0) return false;
    words[at] = first;
    words[at + 1] = low;
    this.#count++;
    if (this.#count * 8 > words.length * 3) this.#grow();
    return true;
  }

  #grow(): void {
    const old = this.#words;
    const words = new Int32Array(2 * old.length);
    for (let at = 0; at < old.length; at += 2) {
      const high = old[at] as number;
      const low = old[at + 1] as number;
      if (high === 0 && low === 0) continue;
      const slot = slotOf(words, high, low);
      words[slot] = high;
      words[slot + 1] = low;
    }
    this.#words = words;
  }
}

/** Where the entry is, or the empty place where it would go. */
function slotOf(words: Int32Array, high: number, low: number): number {
  const mask = words.length / 2 - 1;
  for (let slot = low & mask; ; slot = (slot + 1) & mask) {
    const at = 2 * slot;
    if (words[at] === high && words[at + 1] === low) return at;
    if (words[at] === 0 && words[at + 1] === 0) return at;
  }
}
