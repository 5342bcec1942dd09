// Sets of 64-bit hashes as the core keeps them (core/seen.ts): tables of two words an entry, both zero where empty.

/** A copy of a table without these: pairs of words that were added. */
export function withoutSeen(table: Int32Array, added: readonly number[]): Int32Array<ArrayBuffer> {
  const words = new Int32Array(table);
  for (let index = 0; index < added.length; index += 2) {
    const high = added[index] as number;
    const low = added[index + 1] as number;
    removeFrom(words, slotOf(words, high === 0 && low === 0 ? 1 : high, low));
  }
  return words;
}

/** Where the entry is, or the empty place where it would go. */
function slotOf(words: Int32Array, high: number, low: number): number {
  const slots = words.length / 2;
  for (let slot = homeOf(low, slots); ; slot = (slot + 1) % slots) {
    const at = 2 * slot;
    if (words[at] === high && words[at + 1] === low) return at;
    if (words[at] === 0 && words[at + 1] === 0) return at;
  }
}

/** Where the search begins. */
function homeOf(low: number, slots: number): number {
  return Math.floor(((low >>> 0) * slots) / 2 ** 32);
}

/** Whether a table of so many slots, whose words `read` gives, has the hash. */
export function seenIn(slots: number, high: number, low: number, read: (at: number) => number): boolean {
  const first = high === 0 && low === 0 ? 1 : high;
  for (let slot = homeOf(low, slots); ; slot = (slot + 1) % slots) {
    const [there, below] = [read(2 * slot), read(2 * slot + 1)];
    if (there === first && below === low) return true;
    if (there === 0 && below === 0) return false;
  }
}

/** What stands behind the removed entry moves up where its home allows, so that no search ends too early. */
function removeFrom(words: Int32Array, at: number): void {
  const slots = words.length / 2;
  let slot = at / 2;
  for (let next = (slot + 1) % slots; ; next = (next + 1) % slots) {
    const [high, low] = [words[2 * next] as number, words[2 * next + 1] as number];
    if (high === 0 && low === 0) break;
    const home = homeOf(low, slots);
    if ((next - home + slots) % slots < (next - slot + slots) % slots) continue;
    words[2 * slot] = high;
    words[2 * slot + 1] = low;
    slot = next;
  }
  words[2 * slot] = 0;
  words[2 * slot + 1] = 0;
}
