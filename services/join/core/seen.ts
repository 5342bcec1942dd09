import { zeroed } from "./bytes";
import { Slab } from "./slab";

// The seen events of a slab: a set of 64-bit hashes. At some 75,000 of them, a slab's worth, one false hit is expected in
// 10^9 slabs; 32 bits gave 25 in 0.9 M events (reference/engineering.md §9).

/** False where the identity was there before. Both words zero stand for an empty place. */
export function addSeen(slab: Slab, high: i32, low: i32): bool {
  const entry = entryOf(high, low);
  const at = placeOf(slab.seen, slab.seenWords, entry);
  if (load<u64>(at) != 0) return false;
  store<u64>(at, entry);
  slab.seenCount++;
  // Entries are half as many as words: seven eighths are taken at the most.
  if (slab.seenCount * 16 > slab.seenWords * 7) grow(slab);
  return true;
}

function entryOf(high: i32, low: i32): u64 {
  const first = high == 0 && low == 0 ? 1 : high;
  return ((<u64>(<u32>low)) << 32) | <u64>(<u32>first);
}

/** Where the entry is, or the empty place where it would go. */
function placeOf(words: usize, count: i32, entry: u64): usize {
  const end = words + ((<usize>count) << 2);
  let at = words + homeOf(<u32>(entry >> 32), count);
  while (true) {
    const there = load<u64>(at);
    if (there == entry || there == 0) return at;
    at += 8;
    if (at == end) at = words;
  }
}

/** Where the search begins in a table of so many words, in bytes: a table may have any even size. */
function homeOf(low: u32, words: i32): usize {
  return (<usize>((<u64>low * <u64>(words >> 1)) >> 32)) << 3;
}

/** Words up to which a table doubles: the first slab's begins with few, those of later slabs as large as the one before became. */
const doublingMax: i32 = 128 * 1024;

function grow(slab: Slab): void {
  const count = slab.seenWords < doublingMax ? 2 * slab.seenWords : slab.seenWords + ((slab.seenWords >> 3) & ~1);
  const words = zeroed((<usize>count) << 2);
  const end = slab.seen + ((<usize>slab.seenWords) << 2);
  for (let at = slab.seen; at < end; at += 8) {
    const entry = load<u64>(at);
    if (entry != 0) store<u64>(placeOf(words, count, entry), entry);
  }
  heap.free(slab.seen);
  slab.seen = words;
  slab.seenWords = count;
}

/** Where the search for an identity with this second word begins. */
export function seenPlace(slab: Slab, low: i32): usize {
  return slab.seen + homeOf(low, slab.seenWords);
}
