// Numbers as they stand in records, zigzag and seven bits to the byte, in the eight bytes that they begin with: what is
// longer is for who reads or writes it. Nothing here looks at where a record ends.

const more: u64 = 0x8080808080808080;

/** Of how many bytes the number is; nine where it has more than eight. */
export function numberBytes(word: u64): usize {
  return <usize>((ctz(~word & more) >> 3) + 1);
}

/** Its bits, of a number of eight bytes at the most. */
export function bitsOf(word: u64): u64 {
  const stop = ~word & more;
  let bits = word & (stop ^ (stop - 1)) & 0x7f7f7f7f7f7f7f7f;
  bits = (bits & 0x007f007f007f007f) | ((bits & 0x7f007f007f007f00) >> 1);
  bits = (bits & 0x00003fff00003fff) | ((bits & 0x3fff00003fff0000) >> 2);
  return (bits & 0x0fffffff) | ((bits & 0x0fffffff00000000) >> 4);
}

/** A word that begins with the number of these bits, of 56 at the most; zeros behind it. */
export function wordOf(bits: u64): u64 {
  let word = (bits & 0x0fffffff) | ((bits << 4) & 0x0fffffff00000000);
  word = (word & 0x00003fff00003fff) | ((word << 2) & 0x3fff00003fff0000);
  word = (word & 0x007f007f007f007f) | ((word << 1) & 0x7f007f007f007f00);
  // All bytes go on but the last that is not zero.
  const last = ((63 - clz(word | 1)) >> 3) << 3;
  return word | (more & (((<u64>1) << last) - 1));
}

export function signed(bits: u64): i64 {
  return <i64>(bits >> 1) ^ -(<i64>(bits & 1));
}
