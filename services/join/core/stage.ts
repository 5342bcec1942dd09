// Bytes of records: of each input as much as came together, so that most records need no copy of their own, and one place
// for whatever else the owner hands over.

const staged: usize = memory.data(16, 8);
const rooms: usize = memory.data(16, 8);

/** Room for so many bytes at one of four places; what was there before is gone. */
export function stage(place: i32, bytes: i32): usize {
  const at = staged + ((<usize>place) << 2);
  const room = rooms + ((<usize>place) << 2);
  if (bytes + 64 > load<i32>(room)) {
    const more = max(64 * 1024, max(bytes + 64, 2 * load<i32>(room)));
    if (load<usize>(at) != 0) heap.free(load<usize>(at));
    // Some before and behind it may be read, never used.
    store<usize>(at, heap.alloc(more));
    store<i32>(room, more);
  }
  return load<usize>(at);
}
