/** Lets loops sleep until they are called or a time has passed. A call while nobody sleeps counts for the next sleep. */
export class Wake {
  #called = false;
  readonly #sleepers = new Set<() => void>();

  call(): void {
    if (this.#sleepers.size === 0) this.#called = true;
    for (const wake of this.#sleepers) wake();
  }

  async wait(waitMs: number): Promise<void> {
    if (this.#called) {
      this.#called = false;
      return;
    }
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, Math.min(waitMs, 2 ** 31 - 1));
      this.#sleepers.add(wake);
    });
  }
}
