import { createRequire, syncBuiltinESMExports } from "node:module";
import { startOfTime } from "./traffic.ts";
import type { Timer, VirtualTime } from "./virtual-time.ts";

// The product reaches for the host's clock, timers and chance where it needs them. All of them are replaced while a
// simulation runs, rather than given to every class: nothing that is added to the product later can escape unseen, and a
// process that is frozen or dead is known by the turn in which its timer was set.

const load = createRequire(import.meta.url);
const timers = load("node:timers/promises") as { setTimeout: unknown; setImmediate: unknown };
const crypto = load("node:crypto") as { randomBytes: unknown };

/**
 * Lets all code that runs in a turn of a process see the virtual time and seeded chance. Code outside of turns, the test
 * runner's for one, keeps the host's. Gives what undoes it.
 */
export function takeHostClock(time: VirtualTime, random: () => number): () => void {
  const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  const after = (delayMs: number, what: string, act: () => void): Timer =>
    time.schedule(delayMs, time.current, what, act);
  const handles = new WeakMap<object, Timer>();
  const undo = [
    replace(globalThis, "setTimeout", (act: (...given: unknown[]) => void, delayMs = 0, ...given: unknown[]) => {
      if (time.current === null) return real.setTimeout(act, delayMs, ...given);
      const handle = { ref: () => handle, unref: () => handle, hasRef: () => true };
      handles.set(
        handle,
        after(Math.max(1, delayMs), "timer", () => act(...given)),
      );
      return handle;
    }),
    replace(globalThis, "clearTimeout", (handle: NodeJS.Timeout | undefined) => {
      const timer = typeof handle === "object" && handle !== null ? handles.get(handle) : undefined;
      if (timer) timer.isCancelled = true;
      else real.clearTimeout(handle);
    }),
    replaceInTurns(time, globalThis, "setImmediate", (act: () => void) => after(0, "next turn", act)),
    replaceInTurns(time, globalThis, "setInterval", () => {
      throw new Error("the simulation has no intervals: give it some");
    }),
    replaceInTurns(time, performance, "now", () => time.now),
    replaceInTurns(time, Date, "now", () => startOfTime + Math.floor(time.now)),
    replaceInTurns(time, Math, "random", random),
    replaceInTurns(time, timers, "setImmediate", () => new Promise<void>((wake) => after(0, "next turn", wake))),
    replaceInTurns(time, timers, "setTimeout", sleepFor(after)),
    replaceInTurns(time, crypto, "randomBytes", (size: number) =>
      Buffer.from(Array.from({ length: size }, () => Math.floor(random() * 256))),
    ),
  ];
  syncBuiltinESMExports();
  return () => {
    for (const one of undo) one();
    syncBuiltinESMExports();
  };
}

function sleepFor(after: (delayMs: number, what: string, act: () => void) => Timer) {
  return (delayMs: number, value: unknown, { signal }: { signal?: AbortSignal } = {}) =>
    new Promise((resolve, reject) => {
      const end = (): void => reject(signal?.reason);
      if (signal?.aborted) return end();
      const timer = after(delayMs, "sleep", () => {
        signal?.removeEventListener("abort", end);
        resolve(value);
      });
      signal?.addEventListener("abort", () => {
        timer.isCancelled = true;
        end();
      });
    });
}

/** As `replace`, but outside of turns of processes the host's own is called. */
function replaceInTurns<Args extends unknown[]>(
  time: VirtualTime,
  holder: object,
  name: string,
  virtual: (...given: Args) => unknown,
): () => void {
  const real = (holder as Record<string, (...given: Args) => unknown>)[name] as (...given: Args) => unknown;
  return replace(holder, name, function (this: unknown, ...given: Args) {
    return time.current === null ? real.apply(holder, given) : virtual(...given);
  });
}

/** Gives what undoes it. */
export function replace(holder: object, name: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(holder, name);
  Object.defineProperty(holder, name, { value, configurable: true, writable: true, enumerable: true });
  return () => {
    if (before) Object.defineProperty(holder, name, before);
    else delete (holder as Record<string, unknown>)[name];
  };
}
