import { grown, grownZeroed, zeroed } from "./bytes";
import { broken } from "./host";
import { Cell, freeSlab, newSlab, Slab } from "./slab";

// A message is named by its ref: the slot of its slab and, in the lower bits, its cell there. Slabs are given out in order.
// A ref is good until its slab is dropped.

export let slabBits: i32 = 15;

/** By slot: the slab, and its cells once more, as they are asked for most; 0 where the slab is gone. */
let slabs: usize = zeroed(16 * 4);
let cellArrays: usize = zeroed(16 * 4);
let slotRoom: i32 = 16;
let slotCount: i32 = 0;
/** Slots of live slabs, oldest first. */
let order: usize = zeroed(16 * 4);
let orderRoom: i32 = 16;
let orderLength: i32 = 0;

/** A slab has 2^bits cells. Only before the first. */
export function cellsPerSlab(bits: i32): void {
  slabBits = bits;
}

export function cellAt(ref: i32): usize {
  const cells = load<usize>(cellArrays + ((<usize>(ref >>> slabBits)) << 2));
  return cells + <usize>(ref & ((1 << slabBits) - 1)) * Cell.bytes;
}

export function slabOf(ref: i32): Slab {
  return slabIn(ref >>> slabBits);
}

export function slabIn(slot: i32): Slab {
  return changetype<Slab>(load<usize>(slabs + ((<usize>slot) << 2)));
}

export function refOf(slot: i32, cell: i32): i32 {
  return (slot << slabBits) | cell;
}

/** Whether the ref still names a message, gone or not. */
export function hasRef(ref: i32): bool {
  const slot = ref >>> slabBits;
  if (slot >= slotCount) return false;
  const slab = slabIn(slot);
  return changetype<usize>(slab) != 0 && (ref & ((1 << slabBits) - 1)) < slab.count;
}

export function slabCount(): i32 {
  return orderLength;
}

/** The slot of the slab at a place in the order, 0 the oldest. */
export function slotAt(place: i32): i32 {
  return load<i32>(order + ((<usize>place) << 2));
}

/** Pages of 64 KiB that a core may have: 4 GiB, less what one slab and its parts may take on top. */
const pagesMax = 65_536 - 4_096;

/** Ends the process before the memory is full, where nothing could tell why. */
export function assertRoom(): void {
  if (memory.size() > pagesMax) broken(3);
}

/** Puts an empty slab in a slot, −1 for any, as the newest. Gives the slot. */
export function addSlab(wanted: i32): i32 {
  assertRoom();
  let slot = wanted;
  if (slot < 0) for (slot = 0; slot < slotCount && changetype<usize>(slabIn(slot)) != 0;) slot++;
  while (slot >= slotRoom) {
    slabs = grownZeroed(slabs, (<usize>slotRoom) << 2, (<usize>slotRoom) << 3);
    cellArrays = grownZeroed(cellArrays, (<usize>slotRoom) << 2, (<usize>slotRoom) << 3);
    slotRoom *= 2;
  }
  slotCount = max(slotCount, slot + 1);
  // As large as the slab before it became: traffic changes slowly.
  const slab = orderLength == 0 ? newSlab(1 << slabBits, 0, 0) : newSlabLike(slabIn(slotAt(orderLength - 1)));
  store<usize>(slabs + ((<usize>slot) << 2), changetype<usize>(slab));
  store<usize>(cellArrays + ((<usize>slot) << 2), slab.cells);
  if (orderLength == orderRoom) {
    order = grown(order, (<usize>orderRoom) << 2, (<usize>orderRoom) << 3);
    orderRoom *= 2;
  }
  store<i32>(order + ((<usize>orderLength) << 2), slot);
  orderLength++;
  return slot;
}

/** Takes the slab at a place in the order out; refs into it are void. Its memory stays where it `isKept`. */
export function removeSlab(place: i32, isKept: bool): void {
  const slot = slotAt(place);
  const slab = slabIn(slot);
  const at = order + ((<usize>place) << 2);
  memory.copy(at, at + 4, (<usize>(orderLength - place - 1)) << 2);
  orderLength--;
  store<usize>(slabs + ((<usize>slot) << 2), 0);
  store<usize>(cellArrays + ((<usize>slot) << 2), 0);
  if (!isKept) freeSlab(slab);
}

function newSlabLike(slab: Slab): Slab {
  return newSlab(1 << slabBits, slab.attemptCount, slab.seenCount);
}

/** An empty cell of the newest slab. */
export function allocateCell(): i32 {
  let slot = orderLength == 0 ? -1 : slotAt(orderLength - 1);
  if (slot < 0 || isFull(slabIn(slot))) slot = addSlab(-1);
  const slab = slabIn(slot);
  const cell = slab.cells + <usize>slab.count * Cell.bytes;
  for (let at: usize = 0; at < Cell.bytes; at += 16) v128.store(cell + at, i64x2.splat(0));
  slab.count++;
  return refOf(slot, slab.count - 1);
}

const textBytesMax = 64 * 1024 * 1024;

/** Also where a careless producer fills its dictionary, whose places are 32-bit numbers. */
function isFull(slab: Slab): bool {
  return slab.count == 1 << slabBits || slab.textRoom > textBytesMax;
}
