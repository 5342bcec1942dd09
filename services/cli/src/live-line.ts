/** A line that is written over itself on a terminal; elsewhere nothing, so that logs stay readable. */
export interface LiveLine {
  show(text: string): void;
  /** Leaves the last text standing. */
  end(): void;
}

/** On a stream such as stderr. Longer texts than the terminal is wide are cut, or they could not be written over. */
export function createLiveLine(stream: { isTTY?: boolean; columns?: number; write(text: string): unknown }): LiveLine {
  if (!stream.isTTY) return { show: () => {}, end: () => {} };
  return {
    show: (text) => void stream.write(`\r\u001b[2K${text.slice(0, (stream.columns ?? 80) - 1)}`),
    end: () => void stream.write("\n"),
  };
}
