/** The end of a part that nobody asked for. */
export interface PartEnd {
  /** Rejects with the first error that `fail` is given; never resolves. */
  ended: Promise<void>;
  fail(error: unknown): void;
}

/** An error before anybody listens is kept for who listens later. */
export function createPartEnd(): PartEnd {
  let fail: (error: unknown) => void = () => {};
  const ended = new Promise<void>((_, reject) => {
    fail = reject;
  });
  ended.catch(() => {});
  return { ended, fail: (error) => fail(error) };
}
