import { rowEnds } from "./block-rows.ts";
import type { Block, LogBlock } from "./clickhouse-store.ts";

/** Every row of the join log ends with its log_offset (8 bytes) and its log_row (4). */
const placeBytes = 12;

/** A block of two rows or more as two, the same two whoever splits it. */
export function splitBlock<B extends Block>(block: B): [B, B] {
  const ends = rowEnds(block);
  const middle = block.rowCount >> 1;
  return [partOf(block, ends, 0, middle), partOf(block, ends, middle, block.rowCount)];
}

/** The rows from `from` up to `to`, exclusive. */
function partOf<B extends Block>(block: B, ends: Uint32Array, from: number, to: number): B {
  const body = block.body.subarray(from === 0 ? 0 : ends[from - 1], ends[to - 1]);
  const part = { ...block, body, rowCount: to - from };
  return isLogBlock(part) ? { ...part, ...rangeOf(block.body, ends[from] as number, ends[to - 1] as number) } : part;
}

/** Places of the first and the last row of a part, by where they end. */
function rangeOf(body: Buffer, firstEnd: number, lastEnd: number): Partial<LogBlock> {
  const offsetAt = (end: number): number => Number(body.readBigUInt64LE(end - placeBytes));
  const rowAt = (end: number): number => body.readUInt32LE(end - 4);
  return {
    firstOffset: offsetAt(firstEnd),
    lastOffset: offsetAt(lastEnd),
    part: { firstRow: rowAt(firstEnd), lastRow: rowAt(lastEnd) },
  };
}

function isLogBlock(block: Block): block is LogBlock {
  return "logId" in block;
}
