/** Records that stand one behind the other in a batch of Kafka's format 2, from one of them on. */
export interface RecordRow {
  readonly bytes: Uint8Array;
  /** Where the record that it is at begins and ends in `bytes`, with all that frames it. */
  readonly recordStart: number;
  readonly recordEnd: number;
  readonly offset: number;
  /** Their offsets follow each other, whatever they say. */
  readonly isDense: boolean;
  /** How many follow it. */
  readonly left: number;
  readonly batch: {
    readonly end: number;
    readonly baseOffset: number;
    readonly isLogAppendTime: boolean;
    readonly baseTimestamp: number;
    readonly maxTimestamp: number;
  };
}

/** The two halves of the fingerprint of our own schema of an input, as it stands in a value, the lower half first. */
export interface OwnWriter {
  readonly low: number;
  readonly high: number;
}

/** How far a row is walked. */
export interface Walk {
  writer: OwnWriter;
  countMax: number;
  /** Append time of the last record that may be taken, below 2^53. */
  latest: number;
}
