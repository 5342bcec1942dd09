import { copyBytes, grownZeroed, zeroed } from "./bytes";
import { assertRoom } from "./cells";
import { broken } from "./host";

// Blocks of bytes that live until their owner is decided: IDs of open messages, parked engagement. Blocks of one owner hang
// on each other, the newest first. Chunks with little left in them are emptied by `compactArena`. A ref is a chunk's number
// and, in its lower bits, the place in it in words; never 0, so that 0 is none.

/** Words before a block's bytes: owner's ref, next block of the owner, length in bytes. */
const headerWords: i32 = 3;
/** Owner of a block that was freed. */
const nobody: i32 = -1;

@unmanaged
class Chunk {
  words: usize;
  wordCount: i32;
  used: i32;
  live: i32;
}

let placeBits: i32 = 18;
/** By number; 0 where there is none. */
let chunks: usize = zeroed(16 * 4);
let chunkCount: i32 = 0;
let chunkRoom: i32 = 16;
let current: i32 = -1;
let liveWords: i64 = 0;
let usedWords: i64 = 0;

/** Chunks are of 2^bits words. Only before the first block. */
export function arenaPlaceBits(bits: i32): void {
  placeBits = bits;
}

function chunkOf(number: i32): Chunk {
  return changetype<Chunk>(load<usize>(chunks + ((<usize>number) << 2)));
}

function isNone(chunk: Chunk): bool {
  return changetype<usize>(chunk) == 0;
}

function chunkWords(): i32 {
  return 1 << placeBits;
}

function blockAt(ref: i32): usize {
  return chunkOf(ref >>> placeBits).words + ((<usize>(ref & (chunkWords() - 1))) << 2);
}

function sizeOf(block: usize): i32 {
  return headerWords + ((load<i32>(block, 8) + 3) >> 2);
}

/** Bytes held. */
export function arenaBytes(): f64 {
  let sum: f64 = 0;
  for (let number = 0; number < chunkCount; number++) {
    const chunk = chunkOf(number);
    if (!isNone(chunk)) sum += <f64>chunk.wordCount * 4;
  }
  return sum;
}

/** A block in front of `next`, whose bytes are still to be written. Gives its ref. */
export function openBlock(owner: i32, next: i32, length: i32): i32 {
  const size = headerWords + ((length + 3) >> 2);
  const number = roomFor(size);
  const chunk = chunkOf(number);
  const place = chunk.used;
  const block = chunk.words + ((<usize>place) << 2);
  store<i32>(block, owner);
  store<i32>(block, next, 4);
  store<i32>(block, length, 8);
  chunk.used += size;
  chunk.live += size;
  liveWords += size;
  usedWords += size;
  return (number << placeBits) | place;
}

/** Adds a block in front of `next`. Gives its ref. */
export function addBlock(owner: i32, next: i32, from: usize, length: i32): i32 {
  const ref = openBlock(owner, next, length);
  copyBytes(blockStart(ref), from, length);
  return ref;
}

export function nextBlock(ref: i32): i32 {
  return load<i32>(blockAt(ref), 4);
}

export function setNextBlock(ref: i32, next: i32): void {
  store<i32>(blockAt(ref), next, 4);
}

export function blockStart(ref: i32): usize {
  return blockAt(ref) + 12;
}

export function blockLength(ref: i32): i32 {
  return load<i32>(blockAt(ref), 8);
}

/** The block belongs to another owner from now on. */
export function adoptBlock(ref: i32, owner: i32): void {
  store<i32>(blockAt(ref), owner);
}

/** The block is not needed any more. It stays readable until the arena is compacted. */
export function freeBlock(ref: i32): void {
  const block = blockAt(ref);
  store<i32>(block, nobody);
  const size = sizeOf(block);
  chunkOf(ref >>> placeBits).live -= size;
  liveWords -= size;
}

export function isFreeBlock(ref: i32): bool {
  return load<i32>(blockAt(ref)) == nobody;
}

/** The block of a chunk that was put back belongs to this owner. */
export function reviveBlock(ref: i32, owner: i32): void {
  const block = blockAt(ref);
  store<i32>(block, owner);
  const size = sizeOf(block);
  chunkOf(ref >>> placeBits).live += size;
  liveWords += size;
}

export function chunkNumbers(): i32 {
  return chunkCount;
}

/** Words that are taken of a chunk; −1 where there is none with this number. */
export function chunkUsed(number: i32): i32 {
  const chunk = chunkOf(number);
  return isNone(chunk) ? -1 : chunk.used;
}

export function chunkAt(number: i32): usize {
  return chunkOf(number).words;
}

/** Puts a chunk back whose words are still to be written. Gives where. */
export function restoreChunk(number: i32, used: i32): usize {
  addChunk(number, used);
  return chunkOf(number).words;
}

/** All in a chunk that was put back is dead until it is revived. */
export function deadenChunk(number: i32): void {
  const chunk = chunkOf(number);
  const end = chunk.words + ((<usize>chunk.used) << 2);
  for (let block = chunk.words; block < end; block += (<usize>sizeOf(block)) << 2) store<i32>(block, nobody);
}

/**
 * Gives back chunks with nothing left in them. Where more than half of all is dead, empties the chunks that hold the least:
 * the blocks of an owner move together. Refs taken before are void. `heads` tells where an owner's blocks begin.
 */
export function compactArena(headOf: (owner: i32) => i32, moved: (owner: i32, head: i32) => void): void {
  for (let number = 0; number < chunkCount; number++) dropIfDead(number);
  if (usedWords <= 2 * liveWords + 4 * <i64>chunkWords()) return;
  const last = chunkCount;
  const own = current;
  for (let number = 0; number < last; number++) {
    const chunk = chunkOf(number);
    if (number == own || isNone(chunk) || 3 * <i64>chunk.live >= chunk.used) continue;
    const end = chunk.words + ((<usize>chunk.used) << 2);
    for (let block = chunk.words; block < end;) {
      const size = sizeOf(block);
      const owner = load<i32>(block);
      // The first place of all holds no block.
      if (owner != nobody && number + <i32>(block - chunk.words) > 0) moved(owner, moveChain(owner, headOf(owner)));
      block += (<usize>size) << 2;
    }
    dropIfDead(number);
  }
}

/** Moves an owner's blocks behind all others. Gives their new head. */
function moveChain(owner: i32, head: i32): i32 {
  let first = 0;
  let above = 0;
  let at = head;
  while (at != 0) {
    const next = nextBlock(at);
    const moved = openBlock(owner, 0, blockLength(at));
    copyBytes(blockStart(moved), blockStart(at), blockLength(at));
    if (above == 0) first = moved;
    else setNextBlock(above, moved);
    above = moved;
    freeBlock(at);
    at = next;
  }
  return first;
}

function dropIfDead(number: i32): void {
  const chunk = chunkOf(number);
  if (isNone(chunk) || chunk.live > 0) return;
  usedWords -= chunk.used;
  if (number == current && chunk.wordCount == chunkWords()) {
    chunk.used = number == 0 ? headerWords : 0;
    usedWords += chunk.used;
    return;
  }
  if (number == current) current = -1;
  heap.free(chunk.words);
  heap.free(changetype<usize>(chunk));
  store<usize>(chunks + ((<usize>number) << 2), 0);
}

function roomFor(size: i32): i32 {
  if (current >= 0) {
    const chunk = chunkOf(current);
    if (chunk.used + size <= chunk.wordCount) return current;
  }
  let number = 0;
  while (number < chunkCount && !isNone(chunkOf(number))) number++;
  // The first place of all is 0, which says none.
  const used = number == 0 ? headerWords : 0;
  addChunk(number, used, used + size);
  current = number;
  return number;
}

/** A chunk of the usual size, or a larger one where it must have more room: no place is beyond a ref's bits. */
function addChunk(number: i32, used: i32, room: i32 = 0): void {
  assertRoom();
  if (number >= 1 << (32 - placeBits)) broken(1);
  while (number >= chunkRoom) {
    chunks = grownZeroed(chunks, (<usize>chunkRoom) << 2, (<usize>chunkRoom) << 3);
    chunkRoom *= 2;
  }
  const wordCount = max(chunkWords(), max(used, room));
  const chunk = changetype<Chunk>(heap.alloc(offsetof<Chunk>()));
  chunk.words = heap.alloc((<usize>wordCount) << 2);
  if (number == 0) memory.fill(chunk.words, 0, headerWords * 4);
  chunk.wordCount = wordCount;
  chunk.used = used;
  chunk.live = 0;
  store<usize>(chunks + ((<usize>number) << 2), changetype<usize>(chunk));
  if (number >= chunkCount) chunkCount = number + 1;
  usedWords += used;
}
