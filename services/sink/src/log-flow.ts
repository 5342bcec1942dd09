import { LogReader, type CommitEnds } from "@antedate/schemas";
import type { RecordCursor } from "@antedate/runtime";
import { booksBlock } from "./books-block.ts";
import type { Block, LogBlock } from "./clickhouse-store.ts";
import { insertAtLeastOnce, insertExactlyOnce } from "./insert-block.ts";
import { LogRows } from "./log-blocks.ts";
import { QueuedFlow, type QueuedFlowOptions } from "./queued-flow.ts";
import type { CommitPlace } from "./log-tables.ts";
import { encodeMetadata, nothingStored, type LogPosition, type RowTotals, type StoredOffsets } from "./log-position.ts";

export interface LogFlowOptions extends QueuedFlowOptions {
  /** Null where the flow was stopped before ClickHouse answered. */
  findPosition(
    newestOffsets: (logId: string) => Promise<StoredOffsets | null>,
    signal: AbortSignal,
  ): Promise<LogPosition | null>;
}

type FactTable = keyof StoredOffsets;

const answerAgeMsMax = 60_000;
const bookIntervalMs = 1_000;

/**
 * One partition of the join log into the fact tables, exactly once. Rows go in at each `cut`, in blocks that are the same
 * whoever reads them; one insert in flight for each table. The group's offset moves after the inserts, and is no more
 * than a hint: ClickHouse itself is asked for the newest offset it has.
 */
export class LogFlow extends QueuedFlow {
  readonly #options: LogFlowOptions;
  #reader = new LogReader();
  #logId: string | null = null;
  readonly #rows = new LogRows();
  /** Newest offset of this log in each fact table when the partition was taken; asked once the log ID is known. */
  #newest: StoredOffsets | null = null;
  #stored: StoredOffsets = nothingStored;
  /** When ClickHouse last answered, on the host's monotonic clock. */
  #answeredAt = -Infinity;
  /** Tables into which this flow has inserted: before, a block may be the one that an earlier owner left in doubt. */
  readonly #settled = new Set<string>();
  #doubtfulTo = -1;
  /** Rows in the log so far; null where they are not known before the next COMMIT. */
  #totals: RowTotals | null = null;
  /** Row of `books` that is still to be written. */
  #unbooked: Block | null = null;
  /** On the host's monotonic clock. */
  #bookedAt = -Infinity;

  constructor(options: LogFlowOptions) {
    super(options);
    this.#options = options;
  }

  protected async work(): Promise<void> {
    const start = await this.#options.findPosition((logId) => this.#askNewest(logId), this.signal);
    if (start === null || this.isStopped) return;
    this.#reader = new LogReader(start.lastValid);
    this.#logId = start.logId;
    this.#stored = start.stored;
    this.#doubtfulTo = start.doubtfulTo;
    this.#totals = start.totals;
    this.queue.start(start.offset);
    while (!this.isStopped) {
      if (this.queue.next()) await this.#take(this.queue.cursor);
      else await this.wake.wait(60_000);
    }
  }

  async #take({ offset, appendTime, bytes, valueStart, valueLength }: RecordCursor): Promise<void> {
    const value = valueLength < 0 ? null : bytes.subarray(valueStart, valueStart + valueLength);
    const { partition } = this.#options;
    const place = { appendTime, logId: this.#logId as string, partition, offset };
    const record = this.#reader.takeWith(offset, value, (commit, bodyStart) => this.#add(commit, bodyStart, place));
    if (record && "fence" in record) this.#logId ??= record.fence.log_id;
    this.queue.holdRows(this.#rows.bytes);
    if (record && "commit" in record && record.commit.cut && !(await this.#flush(offset))) return;
    // With nothing in hand every record is as good a place to go on from as a cut.
    if (this.#rows.count > 0) return;
    if (record && "commit" in record)
      this.#unbooked = booksBlock(place, record.commit.books, this.#totals as RowTotals);
    if (!(await this.#book())) return;
    this.queue.releaseRows();
    this.#commitPosition(offset + 1);
  }

  #add(commit: Buffer, bodyStart: number, place: CommitPlace): CommitEnds | null {
    const before = { engagements: this.#rows.countOf("engagements"), messages: this.#rows.countOf("messages") };
    const ends = this.#rows.add(commit, bodyStart, place);
    if (ends === null) return null;
    const { engagements_decided, messages_decided } = ends.books.counters;
    // A log of which the head is gone has as many rows as it says, but for a step that is too big for one COMMIT.
    this.#totals =
      this.#totals === null
        ? { engagements: engagements_decided, messages: messages_decided }
        : {
            engagements: this.#totals.engagements + this.#rows.countOf("engagements") - before.engagements,
            messages: this.#totals.messages + this.#rows.countOf("messages") - before.messages,
          };
    return ends;
  }

  /**
   * Writes what the newest COMMIT says of everything before it, whose rows are stored. Every second is enough where more is
   * waiting, as the newest counts alone. False where the flow was stopped first.
   */
  async #book(): Promise<boolean> {
    const block = this.#unbooked;
    const now = performance.now();
    if (block === null || (this.queue.lag !== 0 && now - this.#bookedAt < bookIntervalMs)) return true;
    this.#bookedAt = now;
    const { store } = this.#options;
    const backoff = this.backoff(block.table);
    if ((await this.storeRows(block, () => insertAtLeastOnce(store, block, backoff, null))) === null) return false;
    this.#unbooked = null;
    return true;
  }

  /** False where the flow was stopped first. */
  async #flush(cut: number): Promise<boolean> {
    const { parked, ...blocks } = this.#rows.take();
    // Parked rows first: an engagement is never in neither table.
    if (parked && !(await this.#insertParked(parked))) return false;
    // A process that was frozen for long may have lost its partition meanwhile, and ClickHouse its memory of tokens.
    if (performance.now() - this.#answeredAt > answerAgeMsMax) this.#newest = null;
    const newest = (this.#newest ??= await this.#askNewest(this.#logId as string));
    if (newest === null) return false;
    this.#answeredAt = performance.now();
    const isStored = await Promise.all(
      (["engagements", "messages"] as const).map((table) =>
        this.#insertBlocks(table, blocks[table], cut, newest[table]),
      ),
    );
    return !isStored.includes(false);
  }

  #commitPosition(offset: number): void {
    if (this.#logId === null) return;
    const { topic, partition, control } = this.#options;
    const { lastValid } = this.#reader;
    const metadata = encodeMetadata({ lastValid, logId: this.#logId, stored: this.#stored, totals: this.#totals });
    control.commit([{ topic, partition, offset, metadata }]);
  }

  async #insertParked(block: Block): Promise<boolean> {
    const { store } = this.#options;
    const backoff = this.backoff(block.table);
    const refused = await this.storeRows(block, (reject) => insertAtLeastOnce(store, block, backoff, reject));
    return refused !== null;
  }

  /** A cut's blocks of one table, one for each month; false where the flow was stopped first. */
  async #insertBlocks(table: FactTable, blocks: LogBlock[], cut: number, newest: number): Promise<boolean> {
    const { store } = this.#options;
    for (const block of blocks) {
      // Blocks go in one after the other, so one before the newest offset is there. One at it may be there in part, where
      // it had to be split: it is counted.
      if (block.lastOffset < newest) {
        this.#learnStored(table, block.lastOffset);
        continue;
      }
      // The month is part of the token: a cut's rows of two months are two blocks of one table.
      const token = `${block.logId}/${block.partition}/${cut}/${block.month.slice(0, 7)}`;
      const isDoubtful = !this.#settled.has(table) || cut <= this.#doubtfulTo || block.firstOffset <= newest;
      const backoff = this.backoff(table);
      const refused = await this.storeRows(block, (reject) =>
        insertExactlyOnce(store, block, { token, isDoubtful }, backoff, reject),
      );
      if (refused === null) return false;
      // The newest row may be one that was rejected.
      const stored = refused === 0 ? block.lastOffset : await this.#askTable(table, block.logId);
      if (stored === null) return false;
      this.#learnStored(table, stored);
      // One that an earlier owner has stored says nothing of the tokens that he left behind.
      if (block.lastOffset !== newest) this.#settled.add(table);
    }
    return true;
  }

  #learnStored(table: FactTable, offset: number): void {
    this.#stored = { ...this.#stored, [table]: Math.max(this.#stored[table], offset) };
  }

  /** Null where the flow was stopped before ClickHouse answered. */
  async #askNewest(logId: string): Promise<StoredOffsets | null> {
    const engagements = await this.#askTable("engagements", logId);
    const messages = engagements === null ? null : await this.#askTable("messages", logId);
    return engagements === null || messages === null ? null : { engagements, messages };
  }

  async #askTable(table: string, logId: string): Promise<number | null> {
    const { store, partition } = this.#options;
    for (let attempt = 1; ; attempt++) {
      const newest = await store.newestOffset(table, logId, partition);
      if (newest !== null || !(await this.backoff(table)(attempt))) return newest;
    }
  }
}
