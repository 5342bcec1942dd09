/** Bits of a plane's rows at the least and at the most, one for each generation. */
const widthMin = 32;
const widthMax = 256;
/** Rows that a hash sets. With 16 rows to a message some 6 in 10,000 generations are asked for nothing. */
const probes = 8;

/** Rows of the filter for generations of so many cells at the most. */
export function filterRows(cells: number): number {
  return Math.max(64, 16 * cells);
}

/** The row of a probe. Rows are a power of two; the second word is made odd, so that the probes differ. */
function filterRow(hash: Int32Array, probe: number, rows: number): number {
  return ((hash[1] as number) + Math.imul(probe, (hash[2] as number) | 1)) & (rows - 1);
}

/** The bits of one generation: sets those of a hash. */
export function setFilterBits(bits: Uint8Array, hash: Int32Array): void {
  for (let probe = 0; probe < probes; probe++) {
    const row = filterRow(hash, probe, 8 * bits.length);
    (bits[row >> 3] as number) |= 1 << (row & 7);
  }
}

interface Plane {
  /** Row by row, `width` bits each. */
  words: Uint32Array;
  width: number;
  /** Which columns are taken. */
  live: Uint32Array;
}

/**
 * Bloom filters of many generations, side by side: a row holds one bit of each. So a look-up reads the same few rows for all of
 * them, instead of so many rows of each. Two bytes of memory for a message.
 */
export class GenerationFilter {
  readonly #rows: number;
  readonly #planes: Plane[] = [];

  constructor(rows: number) {
    this.#rows = rows;
  }

  /** Bytes held. */
  get size(): number {
    return this.#planes.reduce((sum, { words }) => sum + words.byteLength, 0);
  }

  /** Takes a generation in. Gives its column, free or new. */
  add(bits: Uint8Array): number {
    const number = this.#planeWithRoom();
    const plane = this.#planes[number] as Plane;
    const column = freeColumn(plane);
    const [word, bit] = [column >> 5, 1 << (column & 31)];
    const stride = plane.width >> 5;
    (plane.live[word] as number) |= bit;
    for (let at = word, row = 0; row < this.#rows; at += stride, row++) {
      const isSet = ((bits[row >> 3] as number) >> (row & 7)) & 1;
      plane.words[at] = isSet ? (plane.words[at] as number) | bit : (plane.words[at] as number) & ~bit;
    }
    return number * widthMax + column;
  }

  /** The column may be given to another generation. */
  remove(column: number): void {
    const plane = this.#planes[Math.floor(column / widthMax)] as Plane;
    (plane.live[(column % widthMax) >> 5] as number) &= ~(1 << (column & 31));
  }

  /** Columns of the generations that may have a message of this hash, into an array that is kept; gives their count. */
  find(hash: Int32Array, into: number[]): number {
    let count = 0;
    for (let number = 0; number < this.#planes.length; number++) {
      const { words, width, live } = this.#planes[number] as Plane;
      const stride = width >> 5;
      for (let word = 0; word < stride; word++) {
        let mask = live[word] as number;
        for (let probe = 0; mask !== 0 && probe < probes; probe++) {
          mask &= words[filterRow(hash, probe, this.#rows) * stride + word] as number;
        }
        for (; mask !== 0; mask &= mask - 1) {
          into[count++] = number * widthMax + 32 * word + (31 - Math.clz32(mask & -mask));
        }
      }
    }
    return count;
  }

  /** Doubling moves 16 MiB at the most for slabs of 32,768 cells. */
  #planeWithRoom(): number {
    const free = this.#planes.findIndex((plane) => freeColumn(plane) >= 0);
    if (free >= 0) return free;
    const last = this.#planes.at(-1);
    if (last === undefined || last.width === widthMax) {
      const words = new Uint32Array(this.#rows * (widthMin >> 5));
      return this.#planes.push({ words, width: widthMin, live: new Uint32Array(widthMin >> 5) }) - 1;
    }
    this.#planes[this.#planes.length - 1] = widened(last, this.#rows);
    return this.#planes.length - 1;
  }
}

/** −1 where all are taken. */
function freeColumn({ live }: Plane): number {
  const word = live.findIndex((taken) => taken !== 0xffff_ffff);
  return word < 0 ? -1 : 32 * word + (31 - Math.clz32(~(live[word] as number) & -~(live[word] as number)));
}

function widened({ words, width, live }: Plane, rows: number): Plane {
  const stride = width >> 5;
  const wide = new Uint32Array(2 * words.length);
  for (let row = 0; row < rows; row++) {
    for (let word = 0; word < stride; word++) wide[row * 2 * stride + word] = words[row * stride + word] as number;
  }
  const liveWide = new Uint32Array(2 * live.length);
  liveWide.set(live);
  return { words: wide, width: 2 * width, live: liveWide };
}
