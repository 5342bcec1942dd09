import type { Block, LogBlock, Store } from "./clickhouse-store.ts";

/** Waits between tries; resolves false where the flow was stopped meanwhile. */
export type Backoff = (attempt: number) => Promise<boolean>;

/** Inserts rows at least once, for ever. False where the flow was stopped first. */
export async function insertAtLeastOnce(store: Store, block: Block, backoff: Backoff): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    if ((await store.insert(block, null)) === "done") return true;
    if (!(await backoff(attempt))) return false;
  }
}

/**
 * Inserts a block exactly once (design §6). A token alone is not enough: outside Replicated tables ClickHouse writes it
 * before the part's rename, so a server killed in between drops the block when it is sent again. So an insert without an
 * answer is sent again under its token and then counted: a block is one part, all of it is there or nothing. Nothing
 * there means the token lies, and the block goes again under the next one. `isDoubtful` says that an earlier process may
 * have left it in doubt already.
 */
export async function insertExactlyOnce(
  store: Store,
  block: LogBlock,
  { token, isDoubtful: wasDoubtful }: { token: string; isDoubtful: boolean },
  backoff: Backoff,
): Promise<boolean> {
  let generation = 1;
  let isDoubtful = wasDoubtful;
  for (let attempt = 1; ; attempt++) {
    const answer = await store.insert(block, generation === 1 ? token : `${token}/${generation}`);
    if (answer === "done" && !isDoubtful) return true;
    if (answer === "unanswered") isDoubtful = true;
    if (answer === "done") {
      const rows = await store.count(block);
      if (rows !== null && isThere(block, rows)) return true;
      if (rows !== null) {
        generation++;
        // The next token may be an earlier process's too, where that left the block in doubt.
        isDoubtful = wasDoubtful;
        continue;
      }
    }
    if (!(await backoff(attempt))) return false;
  }
}

/** Whether the block is stored, by the count of its rows. Throws where it is there in part, which cannot be. */
function isThere(block: LogBlock, rows: number): boolean {
  if (rows === 0) return false;
  if (rows === block.rowCount) return true;
  throw new Error(
    `${block.table} holds ${rows} of the ${block.rowCount} rows of log ${block.logId}/${block.partition} offsets ${block.firstOffset} to ${block.lastOffset}: the table was changed by hand`,
  );
}
