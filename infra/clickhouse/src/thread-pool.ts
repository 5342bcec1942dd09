/**
 * Threads of libuv's pool: one for each query at the engine, and some for files and gzip. It must be in the environment
 * of a process before that process starts: set later it has no effect, as the loader of modules has used the pool.
 */
export function threadPoolSize(queriesMax: number): number {
  return Math.min(1024, queriesMax + 8);
}

/** Name of the variable that libuv reads. */
export const threadPoolVariable = "UV_THREADPOOL_SIZE";
