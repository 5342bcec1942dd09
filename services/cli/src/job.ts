/** A job that Ctrl-C or SIGTERM ended before it was done; a service that they end is simply done. */
export class StoppedError extends Error {
  override readonly name = "StoppedError";
}

/**
 * The action of a command that has an end of its own. What it fails with because it was told to stop becomes one
 * StoppedError, so that its exit code differs from success.
 */
export function job<Arguments extends unknown[]>(
  signal: AbortSignal,
  action: (...given: Arguments) => Promise<void>,
): (...given: Arguments) => Promise<void> {
  return async (...given) => {
    try {
      await action(...given);
    } catch (error) {
      throw signal.aborted && !(error instanceof StoppedError) ? new StoppedError("Stopped.", { cause: error }) : error;
    }
  };
}

/** What `work` gives, unless the signal comes first: for work that does not hear it and leaves nothing half done. */
export async function unlessStopped<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const stopped = new Promise<never>((_, reject) => {
    const stop = (): void => reject(new StoppedError("Stopped."));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  return await Promise.race([work, stopped]);
}
