import type { Block, LogBlock, Store } from "./clickhouse-store.ts";
import { splitBlock } from "./split-block.ts";

/** Waits between tries; resolves false where the flow was stopped meanwhile. */
export type Backoff = (attempt: number) => Promise<boolean>;

/** Takes a block of the one row that its table refuses; false where the flow was stopped first. */
export type RejectRow = (block: Block) => Promise<boolean>;

/**
 * Inserts rows at least once, for ever. A block with a row that the table refuses is halved until that row is alone, which
 * is rejected; where there is nobody to reject it, it is tried for ever too. False where the flow was stopped first.
 */
export async function insertAtLeastOnce(
  store: Store,
  block: Block,
  backoff: Backoff,
  reject: RejectRow | null,
): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const answer = await store.insert(block, null);
    if (answer === "done") return true;
    if (answer === "poisoned" && reject !== null) {
      if (block.rowCount === 1) return await reject(block);
      for (const half of splitBlock(block)) {
        if (!(await insertAtLeastOnce(store, half, backoff, reject))) return false;
      }
      return true;
    }
    if (!(await backoff(attempt))) return false;
  }
}

/**
 * Inserts a block exactly once (design §6). A token alone is not enough: outside Replicated tables ClickHouse writes it
 * before the part's rename, so a server killed in between drops the block when it is sent again, by whomever: another
 * process may believe that it has the partition too. So what is answered is counted, always: a block is one part, all of it
 * is there or nothing. Nothing there means the token lies, and the block goes again under the next one. `isDoubtful` says
 * that an earlier process may have left it in doubt already; then it is counted before, too.
 *
 * A block that ClickHouse refuses because of its data is halved, and its halves likewise, each inserted exactly once under
 * a token of its own, down to the row that is rejected. Whoever repeats it makes the same halves. What a crash left of it is
 * told by the count: where some rows are there and some are not, the block was split, so it is split again.
 * It is counted before it is split, for a block may be there though a view behind its table failed.
 */
export async function insertExactlyOnce(
  store: Store,
  block: LogBlock,
  { token, isDoubtful }: { token: string; isDoubtful: boolean },
  backoff: Backoff,
  reject: RejectRow,
): Promise<boolean> {
  const split = async (): Promise<boolean> => {
    if (block.rowCount === 1) return await reject(block);
    for (const [index, half] of splitBlock(block).entries()) {
      const insert = { token: `${token}/${"ab"[index]}`, isDoubtful: true };
      if (!(await insertExactlyOnce(store, half, insert, backoff, reject))) return false;
    }
    return true;
  };
  let generation = 1;
  let isCounted = !isDoubtful;
  for (let attempt = 1; ; attempt++) {
    let answer: Awaited<ReturnType<Store["insert"]>> | "unsent" = "unsent";
    if (isCounted) {
      answer = await store.insert(block, generation === 1 ? token : `${token}/${generation}`);
    }
    if (answer !== "unanswered" && answer !== "refused") {
      const rows = await store.count(block);
      if (rows !== null) {
        isCounted = true;
        if (isThere(block, rows)) return true;
        if (rows > 0 || answer === "poisoned") return await split();
        if (answer === "unsent") continue;
        generation++;
        continue;
      }
    }
    if (!(await backoff(attempt))) return false;
  }
}

/** Whether all of the block is stored, by the count of its rows. Throws where there are more, which cannot be. */
function isThere(block: LogBlock, rows: number): boolean {
  if (rows <= block.rowCount) return rows === block.rowCount;
  throw new Error(
    `${block.table} holds ${rows} instead of the ${block.rowCount} rows of log ${block.logId}/${block.partition} offsets ${block.firstOffset} to ${block.lastOffset}: the table was changed by hand`,
  );
}
