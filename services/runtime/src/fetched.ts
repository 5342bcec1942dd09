import type { Batch } from "kafkajs";
import type { Fetched } from "./flow.ts";
import { recordBatchesOf } from "./lazy-batches.ts";

/** What kafkajs fetched of a partition, as flows take it. */
export function toFetched(batch: Batch): Fetched {
  // kafkajs has the field and its types do not.
  const { fetchedOffset } = batch as Batch & { fetchedOffset: string };
  return {
    batches: recordBatchesOf(batch),
    fetchedOffset: Number(fetchedOffset),
    nextOffset: Number(batch.lastOffset()) + 1,
    highWatermark: Number(batch.highWatermark),
  };
}
