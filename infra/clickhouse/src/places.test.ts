import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";

import { createPlaces } from "./places.ts";

const never = new AbortController().signal;

test("no two users have one place at a time, and all get their turn in order", async () => {
  const places = createPlaces({ count: 2, waitingMax: 10 });
  const inside = new Set<number>();
  const order: number[] = [];
  await Promise.all(
    [0, 1, 2, 3, 4, 5].map((turn) =>
      places.take(never, async (place) => {
        expect(inside.has(place)).toBe(false);
        inside.add(place);
        order.push(turn);
        await sleep(5);
        inside.delete(place);
      }),
    ),
  );
  expect(order).toEqual([0, 1, 2, 3, 4, 5]);
});

test("whoever leaves the line frees it, and a full line refuses", async () => {
  const places = createPlaces({ count: 1, waitingMax: 1 });
  const gone = new AbortController();
  let release = (): void => undefined;
  const first = places.take(never, () => new Promise<void>((resolve) => (release = resolve)));
  const second = places.take(gone.signal, () => Promise.resolve());
  await expect(places.take(never, () => Promise.resolve())).rejects.toMatchObject({ code: 202 });
  gone.abort();
  await expect(second).rejects.toMatchObject({ code: 236 });
  const third = places.take(never, () => Promise.resolve("in"));
  release();
  await first;
  expect(await third).toBe("in");
});

test("a place comes back when its user fails", async () => {
  const places = createPlaces({ count: 1, waitingMax: 0 });
  await expect(places.take(never, () => Promise.reject(new Error("x")))).rejects.toThrow("x");
  expect(await places.take(never, (place) => Promise.resolve(place))).toBe(0);
});
