import { describe, expect, test } from "vitest";
import { EventHeap } from "./event-heap.ts";
import { Random } from "./random.ts";

describe("the event heap", () => {
  test("gives items by time, equal times in the order they came", () => {
    const random = new Random(1, 1);
    const heap = new EventHeap<{ at: number; order: number }>();
    const added = Array.from({ length: 500 }, (_, order) => ({ at: random.between(0, 60), order }));
    for (const item of added) heap.add(item.at, item);
    const taken = added.map(() => heap.take());
    expect(taken).toEqual(added.toSorted((a, b) => a.at - b.at || a.order - b.order));
    expect(heap.size).toBe(0);
    expect(heap.nextAt).toBe(Infinity);
  });
});
