/** What one partition holds of the budget. */
export interface BudgetShare {
  /** Bytes fetched and not taken yet, and whether more records are known to exist. */
  queue(bytes: number, isBehind: boolean): void;
  /** Bytes of rows that wait for their insert. */
  rows(bytes: number): void;
  /** The rows are stored, or there were none. */
  release(): void;
  /** The partition is given up. */
  close(): void;
}

interface Share {
  queueBytes: number;
  rowBytes: number;
  isBehind: boolean;
  isFetching: boolean;
  /** Which turn it had last, 0 for none. */
  turn: number;
  steer(mayFetch: boolean): void;
}

/** Above this a partition is not fetched until its queue is down to half, however much room there is. */
const queueBytesMax = 16 * 1024 * 1024;

/**
 * One budget for what all partitions of a sink hold: fetched records and the rows made of them.
 *
 * Once it is used up, nobody fetches until a quarter is free again, but for two: partitions that are read to their end,
 * for a cut may be the next thing that is appended; and one partition that has the turn. It goes on until its rows are
 * stored, so a partition that needs its next cut gets there, whatever the others hold. The turn goes to who has most rows
 * waiting for their cut, among equals to who has not had it for longest.
 *
 * So the budget is exceeded by no more than a fetch of each partition and the rows of one cut.
 */
export class FetchBudget {
  readonly #bytesMax: number;
  readonly #shares = new Set<Share>();
  #bytes = 0;
  #isShort = false;
  #inTurn: Share | null = null;
  #turns = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** What all partitions hold. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A share for one more partition, which fetches from the beginning; `steer` says when that changes. */
  open(steer: (mayFetch: boolean) => void): BudgetShare {
    const share: Share = { queueBytes: 0, rowBytes: 0, isBehind: false, isFetching: true, turn: 0, steer };
    this.#shares.add(share);
    return {
      queue: (bytes, isBehind) => {
        this.#bytes += bytes - share.queueBytes;
        share.queueBytes = bytes;
        share.isBehind = isBehind;
        this.#settle(share);
      },
      rows: (bytes) => {
        this.#bytes += bytes - share.rowBytes;
        share.rowBytes = bytes;
        this.#settle(share);
      },
      release: () => {
        this.#bytes -= share.rowBytes;
        share.rowBytes = 0;
        if (this.#inTurn === share) this.#endTurn(share);
        this.#settle(share);
      },
      close: () => {
        if (!this.#shares.delete(share)) return;
        this.#bytes -= share.queueBytes + share.rowBytes;
        if (this.#inTurn === share) this.#inTurn = null;
        this.#settleAll();
      },
    };
  }

  #endTurn(share: Share): void {
    share.turn = ++this.#turns;
    this.#inTurn = null;
  }

  /** A single share changed: the others are looked at only where the budget is short or was. */
  #settle(share: Share): void {
    if (this.#isShort || this.#bytes >= this.#bytesMax) this.#settleAll();
    else if (this.#shares.has(share)) this.#steer(share);
  }

  #settleAll(): void {
    this.#isShort = this.#bytes >= (this.#isShort ? 0.75 : 1) * this.#bytesMax;
    if (!this.#isShort) this.#inTurn = null;
    else if (this.#inTurn === null || !this.#inTurn.isBehind) this.#inTurn = this.#nextInTurn();
    for (const share of this.#shares) this.#steer(share);
  }

  #nextInTurn(): Share | null {
    let best: Share | null = null;
    for (const share of this.#shares) {
      // What has records waiting goes on by itself.
      if (!share.isBehind || share.queueBytes > 0) continue;
      if (
        best === null ||
        share.rowBytes > best.rowBytes ||
        (share.rowBytes === best.rowBytes && share.turn < best.turn)
      )
        best = share;
    }
    return best;
  }

  #steer(share: Share): void {
    const mayFetch = this.#mayFetch(share);
    if (mayFetch === share.isFetching) return;
    share.isFetching = mayFetch;
    share.steer(mayFetch);
  }

  #mayFetch(share: Share): boolean {
    if (this.#isShort && share !== this.#inTurn) return share.queueBytes === 0 && !share.isBehind;
    const ownMax = Math.min(queueBytesMax, this.#bytesMax / this.#shares.size);
    return share.queueBytes <= (share.isFetching ? ownMax : ownMax / 2);
  }
}
