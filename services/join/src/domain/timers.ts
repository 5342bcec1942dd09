/** What is due when, the earliest first: a binary heap that is never searched; entries that went stale are for the taker to skip. */
export class Timers<T> {
  readonly #times: number[] = [];
  readonly #items: T[] = [];

  get size(): number {
    return this.#times.length;
  }

  /** The earliest time, Infinity where nothing waits. */
  get nextAt(): number {
    return this.#times[0] ?? Infinity;
  }

  add(at: number, item: T): void {
    this.#times.push(at);
    this.#items.push(item);
    let index = this.#times.length - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if ((this.#times[parent] as number) <= at) break;
      this.#swap(index, parent);
      index = parent;
    }
  }

  /** Takes the earliest out. Call only where `size` is not 0. */
  take(): T {
    const first = this.#items[0] as T;
    const lastTime = this.#times.pop() as number;
    const lastItem = this.#items.pop() as T;
    if (this.#times.length > 0) {
      this.#times[0] = lastTime;
      this.#items[0] = lastItem;
      this.#sink();
    }
    return first;
  }

  #sink(): void {
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= this.#times.length) return;
      const right = left + 1;
      const smaller =
        right < this.#times.length && (this.#times[right] as number) < (this.#times[left] as number) ? right : left;
      if ((this.#times[index] as number) <= (this.#times[smaller] as number)) return;
      this.#swap(index, smaller);
      index = smaller;
    }
  }

  #swap(a: number, b: number): void {
    const time = this.#times[a] as number;
    const item = this.#items[a] as T;
    this.#times[a] = this.#times[b] as number;
    this.#items[a] = this.#items[b] as T;
    this.#times[b] = time;
    this.#items[b] = item;
  }
}
