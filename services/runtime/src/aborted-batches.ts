import { empty, type BatchMessage } from "./fetched-batches.ts";

export interface AbortedTransaction {
  producerId: string;
  firstOffset: string;
}

/**
 * Empties the batches of aborted transactions, as the broker lists them to one that reads what is committed. kafkajs's own
 * filter begins one transaction per message and trusts their order, which is too slow for batches and not promised.
 */
export function emptyAborted(messages: readonly BatchMessage[], aborted: readonly AbortedTransaction[] | null): void {
  if (!aborted || aborted.length === 0) return;
  const waiting = aborted
    .map(({ producerId, firstOffset }) => ({ producerId, firstOffset: Number(firstOffset) }))
    .toSorted((one, other) => other.firstOffset - one.firstOffset);
  const open = new Set<string>();
  for (const { batch, transaction } of messages) {
    for (let next = waiting.at(-1); next && next.firstOffset <= batch.lastOffset; next = waiting.at(-1)) {
      open.add(next.producerId);
      waiting.pop();
    }
    if (transaction === null) continue;
    if (transaction.isAbort) open.delete(transaction.producerId);
    else if (open.has(transaction.producerId)) empty(batch);
  }
}
