/** The four words that `hashBytes` leaves; one array for all, as a hash is used before the next is made. */
export const hashWords: Int32Array = new Int32Array(4);

/** MurmurHash3 x86 128 (Austin Appleby, public domain), into `hashWords`. Not for secrets: who chooses IDs can collide them. */
export function hashBytes(bytes: Uint8Array, start: number, length: number, seed: number): void {
  let h1 = seed;
  let h2 = seed;
  let h3 = seed;
  let h4 = seed;
  const end = start + length;
  for (let at = start; at < end; at += 16) {
    const isWhole = at + 16 <= end;
    const k1 = isWhole ? word(bytes, at) : partialWord(bytes, at, end);
    const k2 = isWhole ? word(bytes, at + 4) : partialWord(bytes, at + 4, end);
    const k3 = isWhole ? word(bytes, at + 8) : partialWord(bytes, at + 8, end);
    const k4 = isWhole ? word(bytes, at + 12) : partialWord(bytes, at + 12, end);
    h1 ^= Math.imul(rotate(Math.imul(k1, 0x239b961b), 15), 0xab0e9789);
    if (isWhole) h1 = (Math.imul((rotate(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0;
    h2 ^= Math.imul(rotate(Math.imul(k2, 0xab0e9789), 16), 0x38b34ae5);
    if (isWhole) h2 = (Math.imul((rotate(h2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0;
    h3 ^= Math.imul(rotate(Math.imul(k3, 0x38b34ae5), 17), 0xa1e38b93);
    if (isWhole) h3 = (Math.imul((rotate(h3, 15) + h4) | 0, 5) + 0x96cd1c35) | 0;
    h4 ^= Math.imul(rotate(Math.imul(k4, 0xa1e38b93), 18), 0x239b961b);
    if (isWhole) h4 = (Math.imul((rotate(h4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0;
  }
  finish(h1 ^ length, h2 ^ length, h3 ^ length, h4 ^ length);
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

function word(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

/** Bytes beyond the end count as zero. */
function partialWord(bytes: Uint8Array, at: number, end: number): number {
  let value = 0;
  for (let index = Math.min(at + 4, end) - 1; index >= at; index--) value = (value << 8) | (bytes[index] as number);
  return value;
}
