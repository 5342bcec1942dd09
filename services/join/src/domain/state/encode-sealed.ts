import { filterRows, setFilterBits } from "./generation-filter.ts";
import { directoryBits, directoryPlace } from "./sealed-slab.ts";
import { cellBytes, cellWords, flag, cellWord, hashWords, type Slab } from "./slab.ts";
import { contentOf, encodeImage } from "./slab-image.ts";

/** What becomes of a cell when its slab is sealed. */
export const fate = { dropped: 0, sealed: 1, carried: 2 } as const;

/**
 * The image of a sealed generation: the cells of a slab whose messages are not dropped, in the order of their hashes. Those
 * that are carried on to a live slab stand in it too, marked: their seen events stay here. `cellsMax` is that of all slabs.
 */
export function encodeSealed(slab: Slab, fates: Uint8Array, cellsMax: number): Uint8Array {
  const places = placesByHash(slab, fates);
  const live = slab.cells;
  const cells = new Int32Array(places.length * cellWords);
  const bits = directoryBits(places.length);
  const directory = new Uint32Array(2 ** bits + 1);
  const filter = new Uint8Array(filterRows(cellsMax) / 8);
  const hash = new Int32Array(hashWords);
  for (const [index, place] of places.entries()) {
    const base = index * cellWords;
    cells.set(live.subarray(place * cellWords, (place + 1) * cellWords), base);
    const flags = (cells[base + cellWord.flags] as number) & ~flag.carried;
    cells[base + cellWord.flags] = fates[place] === fate.carried ? flags | flag.carried : flags;
    cells[base + cellWord.open] = 0;
    for (let word = 0; word < hashWords; word++) hash[word] = cells[base + cellWord.hash + word] as number;
    (directory[directoryPlace(hash[0] as number, bits) + 1] as number)++;
    setFilterBits(filter, hash);
  }
  for (let place = 1; place < directory.length; place++) {
    (directory[place] as number) += directory[place - 1] as number;
  }
  const sealed = new Uint8Array(directory.byteLength + filter.length);
  sealed.set(new Uint8Array(directory.buffer));
  sealed.set(filter, directory.byteLength);
  return encodeImage({
    ...contentOf(slab),
    cells: new Uint8Array(cells.buffer, 0, places.length * cellBytes),
    sealed,
  });
}

/** Cells that are not dropped, by the first word of their hash. */
function placesByHash(slab: Slab, fates: Uint8Array): Uint32Array {
  const { cells } = slab;
  const keys = new Float64Array(slab.count);
  let count = 0;
  for (let cell = 0; cell < slab.count; cell++) {
    if (fates[cell] === fate.dropped) continue;
    // Hash and cell in one number, so that a sort of numbers moves both.
    keys[count++] = ((cells[cell * cellWords + cellWord.hash] as number) >>> 0) * 0x10_0000 + cell;
  }
  const places = new Uint32Array(count);
  const sorted = keys.subarray(0, count).sort();
  for (let index = 0; index < count; index++) places[index] = (sorted[index] as number) % 0x10_0000;
  return places;
}
