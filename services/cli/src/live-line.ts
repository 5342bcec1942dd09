/** A line about how it goes that is written over itself on a terminal; elsewhere nothing, so that logs stay readable. */
export interface LiveLine {
  /** Whether there is a terminal that shows it. */
  readonly isSeen: boolean;
  /** Shows what `text` gives, at most five times a second; what comes sooner is left out and costs nothing. */
  show(text: () => string): void;
  /** Takes the line away; before anything else is written, and at the end. */
  clear(): void;
  /** Shows `text` and the seconds while `work` goes on, once it takes longer than one; gives what `work` gives. */
  during<T>(text: string, work: Promise<T>): Promise<T>;
}

/** What there must be for a live line: stderr, as a rule. */
export interface LineStream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

const showEveryMs = 200;
const silentMs = 1_000;

/**
 * On a stream such as stderr, where that is a terminal that can erase a line and no CI reads it. It has no colours.
 * Texts longer than the terminal is wide are cut, or they could not be written over.
 */
export function createLiveLine(
  stream: LineStream,
  { TERM, CI }: { readonly TERM?: string | undefined; readonly CI?: string | undefined },
  now: () => number = () => performance.now(),
): LiveLine {
  const isSeen = stream.isTTY === true && TERM !== "dumb" && (CI === undefined || CI === "" || CI === "false");
  let shownAt = -Infinity;
  let isShown = false;

  function show(text: () => string): void {
    if (!isSeen || now() - shownAt < showEveryMs) return;
    shownAt = now();
    isShown = true;
    stream.write(`\r\u001b[2K${text().slice(0, (stream.columns || 80) - 1)}`);
  }

  function clear(): void {
    if (isShown) stream.write("\r\u001b[2K");
    isShown = false;
  }

  async function during<T>(text: string, work: Promise<T>): Promise<T> {
    if (!isSeen) return await work;
    const began = now();
    const timer = setInterval(() => {
      const waitedMs = now() - began;
      if (waitedMs >= silentMs) show(() => `${text}  ${Math.floor(waitedMs / 1_000)} s`);
    }, showEveryMs);
    try {
      return await work;
    } finally {
      clearInterval(timer);
      clear();
    }
  }

  return { isSeen, show, clear, during };
}
