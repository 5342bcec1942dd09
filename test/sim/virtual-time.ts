/** A process of ours on a host of its own. When it dies nothing of it runs any more. */
export interface SimProcess {
  readonly name: string;
  isAlive: boolean;
  /** Nothing of it runs, and its clock goes on. */
  isFrozen: boolean;
}

export interface Timer {
  isCancelled: boolean;
}

interface Turn extends Timer {
  at: number;
  order: number;
  process: SimProcess | null;
  what: string;
  act: () => void;
}

const nextMacrotask = setImmediate;

/**
 * The only clock and the only queue of a simulation. One turn at a time: it acts, then all promises that follow from it
 * are run to their end before the next, so a turn and what follows belong to one process.
 */
export class VirtualTime {
  /** ms since the simulation began. */
  now = 0;
  turns = 0;
  /** The process whose code runs; null while a server or the simulation itself acts. */
  current: SimProcess | null = null;
  /** Of all turns until now: the same in every run of a seed. */
  digest = 0;
  readonly #heap: Turn[] = [];
  /** Turns of frozen processes whose time came. */
  readonly #held = new Map<SimProcess, Turn[]>();
  readonly #onTurn: ((now: number, process: SimProcess | null, what: string) => void) | null;
  #orders = 0;

  constructor(onTurn: ((now: number, process: SimProcess | null, what: string) => void) | null = null) {
    this.#onTurn = onTurn;
  }

  /** Runs `act` after a delay, as a turn of the process: not at all once that is dead, later where it is frozen. */
  schedule(delayMs: number, process: SimProcess | null, what: string, act: () => void): Timer {
    const at = this.now + Math.max(0, delayMs);
    const turn: Turn = { at, order: this.#orders++, process, what, act, isCancelled: false };
    this.#push(turn);
    return turn;
  }

  /** What a frozen process has missed comes now, in its order. */
  thaw(process: SimProcess): void {
    process.isFrozen = false;
    for (const turn of this.#held.get(process) ?? []) {
      turn.at = this.now;
      this.#push(turn);
    }
    this.#held.delete(process);
  }

  /** Runs turns until the given time or until `isDone`, which is asked after each. */
  async runUntil(time: number, isDone: () => boolean = () => false): Promise<void> {
    while (!isDone()) {
      const next = this.#heap[0];
      if (next === undefined || next.at > time) {
        this.now = Math.max(this.now, time);
        return;
      }
      this.#pop();
      await this.#run(next);
    }
  }

  async #run(turn: Turn): Promise<void> {
    const { process } = turn;
    if (turn.isCancelled || process?.isAlive === false) return;
    this.now = turn.at;
    if (process?.isFrozen) {
      this.#held.set(process, [...(this.#held.get(process) ?? []), turn]);
      return;
    }
    this.turns++;
    this.#digestIn(turn);
    this.#onTurn?.(this.now, process, turn.what);
    this.current = process;
    turn.act();
    await new Promise<void>((resolve) => nextMacrotask(resolve));
    this.current = null;
  }

  #digestIn({ at, what }: Turn): void {
    let digest = Math.imul(this.digest, 31) + Math.floor(at * 64);
    for (let index = 0; index < what.length; index += 3) digest = Math.imul(digest, 31) + what.charCodeAt(index);
    this.digest = digest | 0;
  }

  #push(turn: Turn): void {
    const heap = this.#heap;
    let at = heap.push(turn) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(turn, heap[parent] as Turn)) break;
      heap[at] = heap[parent] as Turn;
      at = parent;
    }
    heap[at] = turn;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Turn;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Turn, heap[child] as Turn)) child++;
      if (!isBefore(heap[child] as Turn, last)) break;
      heap[at] = heap[child] as Turn;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(one: Turn, other: Turn): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
