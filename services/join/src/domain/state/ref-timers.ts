/** What is due when, the earliest first: a binary heap off the heap; entries that went stale are for the taker to skip. */
export class RefTimers {
  #times = new Float64Array(64);
  #refs = new Uint32Array(64);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The earliest time, Infinity where nothing waits. */
  get nextAt(): number {
    return this.#size === 0 ? Infinity : (this.#times[0] as number);
  }

  add(at: number, ref: number): void {
    if (this.#size === this.#times.length) this.#grow();
    let index = this.#size++;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if ((this.#times[parent] as number) <= at) break;
      this.#move(parent, index);
      index = parent;
    }
    this.#times[index] = at;
    this.#refs[index] = ref;
  }

  /** Takes the earliest out. Call only where `size` is not 0. */
  take(): number {
    const first = this.#refs[0] as number;
    const last = --this.#size;
    const at = this.#times[last] as number;
    const ref = this.#refs[last] as number;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= last) break;
      const right = left + 1;
      const isRight = right < last && (this.#times[right] as number) < (this.#times[left] as number);
      const smaller = isRight ? right : left;
      if (at <= (this.#times[smaller] as number)) break;
      this.#move(smaller, index);
      index = smaller;
    }
    this.#times[index] = at;
    this.#refs[index] = ref;
    return first;
  }

  #move(from: number, to: number): void {
    this.#times[to] = this.#times[from] as number;
    this.#refs[to] = this.#refs[from] as number;
  }

  #grow(): void {
    const times = new Float64Array(2 * this.#times.length);
    const refs = new Uint32Array(2 * this.#refs.length);
    times.set(this.#times);
    refs.set(this.#refs);
    this.#times = times;
    this.#refs = refs;
  }
}
