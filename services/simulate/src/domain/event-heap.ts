/** Items by append time, equal times in the order in which they came: a binary heap over parallel arrays. */
export class EventHeap<T> {
  readonly #times: number[] = [];
  readonly #orders: number[] = [];
  readonly #items: T[] = [];
  #added = 0;

  get size(): number {
    return this.#times.length;
  }

  /** The earliest time, Infinity where nothing waits. */
  get nextAt(): number {
    return this.#times[0] ?? Infinity;
  }

  add(at: number, item: T): void {
    this.#times.push(at);
    this.#orders.push(this.#added++);
    this.#items.push(item);
    let index = this.#times.length - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#isBefore(index, parent)) break;
      this.#swap(index, parent);
      index = parent;
    }
  }

  /** Takes the earliest out. Call only where `size` is not 0. */
  take(): T {
    const first = this.#items[0] as T;
    this.#swap(0, this.#times.length - 1);
    this.#times.pop();
    this.#orders.pop();
    this.#items.pop();
    this.#sink();
    return first;
  }

  #sink(): void {
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= this.#times.length) return;
      const right = left + 1;
      const earlier = right < this.#times.length && this.#isBefore(right, left) ? right : left;
      if (!this.#isBefore(earlier, index)) return;
      this.#swap(index, earlier);
      index = earlier;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const difference = (this.#times[a] as number) - (this.#times[b] as number);
    return difference < 0 || (difference === 0 && (this.#orders[a] as number) < (this.#orders[b] as number));
  }

  #swap(a: number, b: number): void {
    swap(this.#times, a, b);
    swap(this.#orders, a, b);
    swap(this.#items, a, b);
  }
}

function swap<T>(array: T[], a: number, b: number): void {
  const kept = array[a] as T;
  array[a] = array[b] as T;
  array[b] = kept;
}
