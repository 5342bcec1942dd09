// MurmurHash3 x86 128 (Austin Appleby, public domain). Not for secrets: who chooses IDs can collide them.

/**
 * The four words of the hash that was made last: it is used before the next is made. A message is known by the first three
 * of its ID's, an event by two.
 */
export const hashAt: usize = memory.data(16, 8);

export function hashBytes(start: usize, length: i32, seed: i32): void {
  let h1 = seed;
  let h2 = seed;
  let h3 = seed;
  let h4 = seed;
  const end = start + length;
  let at = start;
  for (; at + 16 <= end; at += 16) {
    h1 ^= first(load<i32>(at));
    h1 = (rotl(h1, 19) + h2) * 5 + 0x561ccd1b;
    h2 ^= second(load<i32>(at, 4));
    h2 = (rotl(h2, 17) + h3) * 5 + 0x0bcaa747;
    h3 ^= third(load<i32>(at, 8));
    h3 = (rotl(h3, 15) + h4) * 5 + 0x96cd1c35;
    h4 ^= fourth(load<i32>(at, 12));
    h4 = (rotl(h4, 13) + h1) * 5 + 0x32ac3b17;
  }
  if (at < end) h1 ^= first(lastWord(at, end));
  if (at + 4 < end) h2 ^= second(lastWord(at + 4, end));
  if (at + 8 < end) h3 ^= third(lastWord(at + 8, end));
  if (at + 12 < end) h4 ^= fourth(lastWord(at + 12, end));
  finish(h1 ^ length, h2 ^ length, h3 ^ length, h4 ^ length);
}

function first(word: i32): i32 {
  return rotl(word * 0x239b961b, 15) * 0xab0e9789;
}

function second(word: i32): i32 {
  return rotl(word * 0xab0e9789, 16) * 0x38b34ae5;
}

function third(word: i32): i32 {
  return rotl(word * 0x38b34ae5, 17) * 0xa1e38b93;
}

function fourth(word: i32): i32 {
  return rotl(word * 0xa1e38b93, 18) * 0x239b961b;
}

function finish(a: i32, b: i32, c: i32, d: i32): void {
  const sum = a + b + c + d;
  const h1 = mix(sum);
  const h2 = mix(b + sum);
  const h3 = mix(c + sum);
  const h4 = mix(d + sum);
  const mixed = h1 + h2 + h3 + h4;
  store<i32>(hashAt, mixed);
  store<i32>(hashAt, h2 + mixed, 4);
  store<i32>(hashAt, h3 + mixed, 8);
  store<i32>(hashAt, h4 + mixed, 12);
}

function mix(value: i32): i32 {
  let hash = value ^ (value >>> 16);
  hash *= 0x85ebca6b;
  hash ^= hash >>> 13;
  hash *= 0xc2b2ae35;
  return hash ^ (hash >>> 16);
}

/** Four bytes; those from `end` on count as zero. */
function lastWord(at: usize, end: usize): i32 {
  if (at + 4 <= end) return load<i32>(at);
  let value = 0;
  for (let index = end; index > at;) value = (value << 8) | load<u8>(--index);
  return value;
}
