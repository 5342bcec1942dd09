/** The four words that `hashBytes` leaves; one array for all, as a hash is used before the next is made. */
export const hashWords: Int32Array = new Int32Array(4);

/** MurmurHash3 x86 128 (Austin Appleby, public domain), into `hashWords`. Not for secrets: who chooses IDs can collide them. */
export function hashBytes(data: DataView, start: number, length: number, seed: number): void {
  let h1 = seed;
  let h2 = seed;
  let h3 = seed;
  let h4 = seed;
  const end = start + length;
  let at = start;
  for (; at + 16 <= end; at += 16) {
    h1 ^= first(data.getInt32(at, true));
    h1 = (Math.imul((rotate(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0;
    h2 ^= second(data.getInt32(at + 4, true));
    h2 = (Math.imul((rotate(h2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0;
    h3 ^= third(data.getInt32(at + 8, true));
    h3 = (Math.imul((rotate(h3, 15) + h4) | 0, 5) + 0x96cd1c35) | 0;
    h4 ^= fourth(data.getInt32(at + 12, true));
    h4 = (Math.imul((rotate(h4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0;
  }
  if (at < end) h1 ^= first(lastWord(data, at, end));
  if (at + 4 < end) h2 ^= second(lastWord(data, at + 4, end));
  if (at + 8 < end) h3 ^= third(lastWord(data, at + 8, end));
  if (at + 12 < end) h4 ^= fourth(lastWord(data, at + 12, end));
  finish(h1 ^ length, h2 ^ length, h3 ^ length, h4 ^ length);
}

function first(word: number): number {
  return Math.imul(rotate(Math.imul(word, 0x239b961b), 15), 0xab0e9789);
}

function second(word: number): number {
  return Math.imul(rotate(Math.imul(word, 0xab0e9789), 16), 0x38b34ae5);
}

function third(word: number): number {
  return Math.imul(rotate(Math.imul(word, 0x38b34ae5), 17), 0xa1e38b93);
}

function fourth(word: number): number {
  return Math.imul(rotate(Math.imul(word, 0xa1e38b93), 18), 0x239b961b);
}

function finish(a: number, b: number, c: number, d: number): void {
  const sum = (a + b + c + d) | 0;
  const h1 = mix(sum);
  const h2 = mix((b + sum) | 0);
  const h3 = mix((c + sum) | 0);
  const h4 = mix((d + sum) | 0);
  const mixed = (h1 + h2 + h3 + h4) | 0;
  hashWords[0] = mixed;
  hashWords[1] = h2 + mixed;
  hashWords[2] = h3 + mixed;
  hashWords[3] = h4 + mixed;
}

function mix(value: number): number {
  let hash = value ^ (value >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** Four bytes; those from `end` on count as zero. */
function lastWord(data: DataView, at: number, end: number): number {
  if (at + 4 <= end) return data.getInt32(at, true);
  let value = 0;
  for (let index = end - 1; index >= at; index--) value = (value << 8) | data.getUint8(index);
  return value;
}
