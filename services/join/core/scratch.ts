// A place for bytes that are used before the next are written there.

let at: usize = heap.alloc(4096);
let room: i32 = 4096;

/** So many bytes and some more. What was there before is gone. */
export function scratch(bytes: i32): usize {
  if (bytes + 64 > room) {
    room = max(bytes + 64, 2 * room);
    heap.free(at);
    at = heap.alloc(room);
  }
  return at;
}
