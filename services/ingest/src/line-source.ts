/** A line of a file, without its end. */
export interface Line {
  text: string;
  /** 1 the first. */
  number: number;
  /** It was longer than what is read of a line; `text` is its beginning. */
  cut: boolean;
}

/** What a source says when it has no line now but may have one later (a followed file at its end). */
export const caughtUp = "caught up";

/** Lines in file order. A source that ends never says `caughtUp`. */
export type LineSource = AsyncIterable<Line | typeof caughtUp>;
