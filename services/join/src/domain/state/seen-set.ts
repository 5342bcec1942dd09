/**
 * A set of 64-bit hashes. At some 75,000 of them, a slab's worth, one false hit is expected in 10^9 slabs; 32 bits gave 25
 * in 0.9 M events (reference/engineering.md §9).
 */
export class SeenSet {
  /** Two words an entry; both zero where empty. */
  #words: Int32Array;
  #count: number;

  /** An empty one, or one that goes on with the words and count of another. */
  constructor(words: Int32Array = new Int32Array(64), count = 0) {
    this.#words = words;
    this.#count = count;
  }

  get count(): number {
    return this.#count;
  }

  /** The table; good until the next `add`. */
  get words(): Int32Array {
    return this.#words;
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

  has(high: number, low: number): boolean {
    return seenIn(this.#words.length / 2, high, low, (at) => this.#words[at] as number);
  }

  /** A copy without these: pairs of words that were added. */
  without(added: readonly number[]): SeenSet {
    const words = this.#words.slice();
    for (let index = 0; index < added.length; index += 2) {
      const high = added[index] as number;
      const low = added[index + 1] as number;
      removeFrom(words, slotOf(words, high === 0 && low === 0 ? 1 : high, low));
    }
    return new SeenSet(words, this.#count - added.length / 2);
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

/** Whether a table of so many slots, whose words `read` gives, has the hash. */
export function seenIn(slots: number, high: number, low: number, read: (at: number) => number): boolean {
  const first = high === 0 && low === 0 ? 1 : high;
  for (let slot = low & (slots - 1); ; slot = (slot + 1) & (slots - 1)) {
    const [there, below] = [read(2 * slot), read(2 * slot + 1)];
    if (there === first && below === low) return true;
    if (there === 0 && below === 0) return false;
  }
}

/** What stands behind the removed entry moves up where its home allows, so that no search ends too early. */
function removeFrom(words: Int32Array, at: number): void {
  const mask = words.length / 2 - 1;
  let slot = at / 2;
  for (let next = (slot + 1) & mask; ; next = (next + 1) & mask) {
    const [high, low] = [words[2 * next] as number, words[2 * next + 1] as number];
    if (high === 0 && low === 0) break;
    if (((next - (low & mask)) & mask) < ((next - slot) & mask)) continue;
    words[2 * slot] = high;
    words[2 * slot + 1] = low;
    slot = next;
  }
  words[2 * slot] = 0;
  words[2 * slot + 1] = 0;
}
