import { rowEnds } from "../../services/sink/src/block-rows.ts";
import type { Block, InsertAnswer, LogBlock, Store } from "../../services/sink/src/clickhouse-store.ts";

/** What goes wrong with one insert. */
export type InsertFault =
  /** Stored, and the answer is lost. */
  | "answer lost"
  /** Nothing is stored, its token is remembered, no answer: a server killed before the part's rename. */
  | "token lies"
  /** The sink is killed before or after the insert. */
  | "killed before"
  | "killed after";

/** The sink was killed. */
export class Killed extends Error {}

/**
 * A table that takes blocks as ClickHouse does: whole or not at all, once for each token, and not with a row that it
 * refuses. Rows are told by `offset/row`.
 */
export class TableOfRows implements Store {
  readonly stored: string[] = [];
  readonly tokens: Set<string> = new Set();
  refuses: (row: string) => boolean = () => false;
  /** For the next inserts, one after the other; null for none. */
  faults: (InsertFault | null)[] = [];
  inserts = 0;

  insert(block: Block, token: string | null): Promise<InsertAnswer> {
    this.inserts++;
    const fault = this.faults.shift() ?? null;
    if (fault === "killed before") return Promise.reject(new Killed());
    const rows = rowsOf(block);
    const isKnown = token !== null && this.tokens.has(token);
    if (!isKnown && rows.some(this.refuses)) return Promise.resolve("poisoned");
    if (token !== null) this.tokens.add(token);
    if (!isKnown && fault !== "token lies") this.stored.push(...rows);
    if (fault === "killed after") return Promise.reject(new Killed());
    return Promise.resolve(fault === null ? "done" : "unanswered");
  }

  count({ firstOffset, lastOffset, part }: LogBlock): Promise<number | null> {
    const { firstRow, lastRow } = part ?? { firstRow: 0, lastRow: Infinity };
    const isIn = (key: string): boolean => {
      const [offset, row] = key.split("/").map(Number) as [number, number];
      if (offset < firstOffset || offset > lastOffset) return false;
      return !(offset === firstOffset && row < firstRow) && !(offset === lastOffset && row > lastRow);
    };
    return Promise.resolve(this.stored.filter(isIn).length);
  }

  newestOffset(): Promise<number | null> {
    return Promise.resolve(Math.max(-1, ...this.stored.map((key) => Number(key.split("/")[0]))));
  }

  isEmpty(): Promise<boolean | null> {
    return Promise.resolve(this.stored.length === 0);
  }
}

/** The places of a block's rows of the join log. */
export function rowsOf(block: Block): string[] {
  return [...rowEnds(block)].map(
    (end) => `${block.body.readBigUInt64LE(end - 12)}/${block.body.readUInt32LE(end - 4)}`,
  );
}
