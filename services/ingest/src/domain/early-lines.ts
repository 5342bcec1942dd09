import type { PostfixEntry } from "./postfix-line.ts";

/** Delivery lines that stand before their message-id line, as sorted logs have them within a second. */
export interface EarlyLines {
  add(entry: PostfixEntry): void;
  /** Those of a queue ID whose message-id line has come. */
  take(id: string): PostfixEntry[];
  /** Those that have waited longer than two seconds of the log's time: their beginning is not in the log. */
  overdue(nowMs: number): PostfixEntry[];
  rest(): PostfixEntry[];
}

const patienceMs = 2000;

export function createEarlyLines(): EarlyLines {
  let waiting: PostfixEntry[] = [];
  // Asked for at each line of the log: while none can be overdue, nobody is looked at.
  let firstMs = Infinity;
  let lastMs = -Infinity;

  function add(entry: PostfixEntry): void {
    waiting.push(entry);
    firstMs = Math.min(firstMs, entry.time.ms);
    lastMs = Math.max(lastMs, entry.time.ms);
  }

  function takeWhere(wanted: (entry: PostfixEntry) => boolean): PostfixEntry[] {
    const taken = waiting.filter(wanted);
    if (taken.length === 0) return taken;
    const kept = waiting.filter((entry) => !wanted(entry));
    waiting = [];
    firstMs = Infinity;
    lastMs = -Infinity;
    kept.forEach(add);
    return taken;
  }

  return {
    add,
    take: (id) => takeWhere((entry) => entry.line.id === id),
    overdue: (nowMs) =>
      nowMs - firstMs > patienceMs || lastMs - nowMs > patienceMs
        ? takeWhere((entry) => Math.abs(nowMs - entry.time.ms) > patienceMs)
        : [],
    rest: () => takeWhere(() => true),
  };
}
