import { setFlagsFromString } from "node:v8";

/**
 * From now on this process collects garbage in one go instead of beside its work. For processes that allocate Buffers much
 * faster than objects: V8 begins to mark at every 64 MB of them, and while it marks beside the work nothing is freed,
 * so that each marking has hardly ended when the next begins, on a second core and in steps of up to 10 ms on ours.
 * At once it takes some ms where the heap of objects is small, as the join's is, whose state is outside of it, and a
 * third as often.
 */
export function collectGarbageAtOnce(): void {
  setFlagsFromString("--no-incremental-marking");
}
