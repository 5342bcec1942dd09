// MurmurHash3 x64 128 (Austin Appleby, public domain). Not for secrets: who chooses IDs can collide them.

/**
 * The four words of the hash that was made last: it is used before the next is made. A message is known by the first three
 * of its ID's, an event by two.
 */
export const hashAt: usize = memory.data(16, 8);

export function hashBytes(start: usize, length: i32, seed: u32): void {
  hashFrom(start, length, seed, seed);
}

/** As `hashBytes` with two seeds of 64 bits. Up to seven bytes before `start` may be read, never used. */
export function hashFrom(start: usize, length: i32, seed1: u64, seed2: u64): void {
  let h1 = seed1;
  let h2 = seed2;
  const end = start + length;
  let at = start;
  for (; at + 16 <= end; at += 16) {
    h1 ^= first(load<u64>(at));
    h1 = (rotl(h1, 27) + h2) * 5 + 0x52dce729;
    h2 ^= second(load<u64>(at, 8));
    h2 = (rotl(h2, 31) + h1) * 5 + 0x38495ab5;
  }
  if (at + 8 <= end) {
    h1 ^= first(load<u64>(at));
    if (at + 8 < end) h2 ^= second(lastWord(at + 8, end));
  } else if (at < end) h1 ^= first(lastWord(at, end));
  h1 ^= length;
  h2 ^= length;
  h1 += h2;
  h2 += h1;
  h1 = mix(h1);
  h2 = mix(h2);
  h1 += h2;
  store<u64>(hashAt, h1);
  store<u64>(hashAt, h2 + h1, 8);
}

function first(word: u64): u64 {
  return rotl(word * 0x87c3_7b91_1142_53d5, 31) * 0x4cf5_ad43_2745_937f;
}

function second(word: u64): u64 {
  return rotl(word * 0x4cf5_ad43_2745_937f, 33) * 0x87c3_7b91_1142_53d5;
}

function mix(value: u64): u64 {
  let hash = value ^ (value >> 33);
  hash *= 0xff51_afd7_ed55_8ccd;
  hash ^= hash >> 33;
  hash *= 0xc4ce_b9fe_1a85_ec53;
  return hash ^ (hash >> 33);
}

/** What is left from `at` on, fewer than eight bytes, the missing ones zero. */
function lastWord(at: usize, end: usize): u64 {
  return load<u64>(end - 8) >> ((<u64>(at + 8 - end)) << 3);
}
