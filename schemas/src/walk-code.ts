// Pieces of the code that `compileWalk` puts together. They read at `at` from `bytes` and leave it behind what they read.
// Beyond a buffer's end a byte is `undefined`, which all of this takes for zero.

/** A schema that is left to avsc. */
export class UnfitForWalk extends Error {}

/** Names for the variables of nested blocks, and a bound on how much code a schema makes. */
export class WalkNames {
  #pieces = 0;
  /** Record types that are being written out: one inside itself would have no end. */
  readonly open: Set<unknown> = new Set<unknown>();

  get pieces(): number {
    return this.#pieces;
  }

  next(): number {
    if (++this.#pieces > piecesMax) throw new UnfitForWalk();
    return this.#pieces;
  }
}

const piecesMax = 1_000;

/** One byte into `byte`. */
export const byteCode = "byte = bytes[at++];";

/** A zigzag number of up to `bytes` bytes: 28 bits of it into `low`, the rest into `high`. */
function zigzagCode(bytesMax: number): string {
  let code = "";
  for (let index = bytesMax - 1; index >= 0; index--) {
    const part = index < 4 ? "low" : "high";
    const bits = `(byte & 127) << ${(index % 4) * 7}`;
    const more = index === bytesMax - 1 ? "if (byte > 127) return false;" : `if (byte > 127) { ${code} }`;
    code = `${byteCode} ${part} ${index === 0 ? "=" : "|="} ${bits}; ${more}`;
  }
  return `high = 0; ${code}`;
}

const signed = "low = (low >>> 1 ^ -(low & 1));";
const signedWide = "low = low & 1 ? -((low >>> 1) + high * 134217728) - 1 : (low >>> 1) + high * 134217728;";

/** A long into `low`. avsc reads zigzag numbers above 2^53 inexactly, so they are left to it. */
export const longCode: string = `${zigzagCode(8)} if (high > 16777215) return false; ${signedWide}`;

/** An int into `low`. avsc lets ints beyond 32 bits pass, so they are left to it. */
export const intCode: string = `${zigzagCode(5)} if (high > 15) return false; ${signedWide}`;

/** A length into `low`: 27 bits, which is more than a value may have. */
export const lengthCode: string = `${zigzagCode(4)} if (low & 1) return false; low >>>= 1;`;

/** A count of items into `low`, negative where their size follows. */
export const countCode: string = `${zigzagCode(4)} ${signed}`;
