/** Gathers items into batches and hands them on, one batch at a time. */
export interface Batcher<Item> {
  /** Resolves at once while there is room, else when the batch before is written. Throws what a write threw. */
  add(item: Item): Promise<void>;
  /** Resolves when all that was added is written. */
  flush(): Promise<void>;
}

/** A batch goes when it is full or has waited long enough. After a failed write nothing more is written. */
export function createBatcher<Item>(
  limits: { itemsMax: number; ageMsMax: number },
  write: (batch: Item[]) => Promise<void>,
): Batcher<Item> {
  let batch: Item[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let busy = false;
  let failure: { error: unknown } | null = null;

  /** Failures are kept and thrown to the next caller, so that none of them is unhandled. */
  function send(): void {
    clearTimeout(timer);
    timer = undefined;
    if (batch.length === 0) return;
    const full = batch;
    batch = [];
    writing = writing.then(() => writeOne(full));
  }

  async function writeOne(full: Item[]): Promise<void> {
    if (failure !== null) return;
    busy = true;
    try {
      await write(full);
    } catch (error) {
      failure = { error };
    } finally {
      busy = false;
    }
  }

  /** Behind a write that goes on, the batch may as well grow. */
  function onAge(): void {
    if (busy) timer = setTimeout(onAge, limits.ageMsMax);
    else send();
  }

  function check(): void {
    if (failure !== null) throw failure.error;
  }

  async function add(item: Item): Promise<void> {
    check();
    batch.push(item);
    timer ??= setTimeout(onAge, limits.ageMsMax);
    if (batch.length < limits.itemsMax) return;
    await writing;
    check();
    send();
  }

  async function flush(): Promise<void> {
    send();
    await writing;
    check();
  }

  return { add, flush };
}
