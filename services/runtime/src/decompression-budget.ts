/**
 * A record batch is decompressed to so many bytes at the most. What brokers bound is its compressed bytes, and 64 KB of them
 * can be gigabytes.
 */
export const decompressedBytesMax: number = 64 * 1024 * 1024;
/** All batches of a fetch response together. */
export const decompressedPerResponseMax: number = 128 * 1024 * 1024;

/** What is left to decompress of one fetch response; its first batch always finds room for the largest that there may be. */
export class DecompressionBudget {
  #left = decompressedPerResponseMax;

  /** Bytes that the next batch may become; 0 where it is left to the next response. */
  get room(): number {
    return Math.min(decompressedBytesMax, this.#left);
  }

  take(bytes: number): void {
    this.#left = Math.max(0, this.#left - bytes);
  }

  /** No other batch is tried: each try would be thrown away. */
  close(): void {
    this.#left = 0;
  }
}
