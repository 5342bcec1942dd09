/** One word, literal or sign of SQL; comments and white space are none. */
export interface Token {
  kind: "word" | "quoted" | "string" | "number" | "sign";
  /** As written; words are upper-cased in `word` for comparison. */
  text: string;
  word: string;
  start: number;
  end: number;
  /** How many brackets are open before this token. */
  depth: number;
}

// One alternative each: what is skipped, string, heredoc, quoted name, number, word, any sign. An unclosed string or
// comment swallows the rest: the engine refuses it, and nothing behind it can be mistaken. The engine takes curly quotes
// for quotes and exotic spaces for spaces; other bytes above ASCII stand only within quotes.
const curly = "\u00e2\u0080";
const pattern = new RegExp(
  [
    String.raw`(${curly}\u0098[\s\S]*?(?:${curly}\u0099|$)|${curly}\u009c[\s\S]*?(?:${curly}\u009d|$)` +
      String.raw`|'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|\$(\w*)\$[\s\S]*?(?:\$\2\$|$))`,
    String.raw`("(?:[^"\\]|\\[\s\S]|"")*(?:"|$)|` + "`(?:[^`\\\\]|\\\\[\\s\\S]|``)*(?:`|$))",
    String.raw`(\s+|[\u0080-\uffff]|--[^\n]*|#[ !][^\n]*|\/\*[\s\S]*?(?:\*\/|$))`,
    String.raw`(\d[\w.]*)`,
    String.raw`([A-Za-z_][\w$]*)`,
    String.raw`([\s\S])`,
  ].join("|"),
  "y",
);

/**
 * Cuts SQL into tokens, lazily: behind the head of an INSERT come megabytes of data that are no SQL. Works on text
 * decoded as latin1, so that positions are byte positions.
 */
export function* tokens(sql: string): Generator<Token, undefined> {
  let depth = 0;
  let position = 0;
  while (position < sql.length) {
    pattern.lastIndex = position;
    const match = pattern.exec(sql);
    if (match === null) return;
    const start = position;
    position = pattern.lastIndex;
    const text = match[0];
    if (match[4] !== undefined) continue;
    if (text === ")" || text === "]" || text === "}") depth = Math.max(0, depth - 1);
    yield {
      kind: kindOf(match),
      text,
      word: match[6] === undefined ? "" : text.toUpperCase(),
      start,
      end: position,
      depth,
    };
    if (text === "(" || text === "[" || text === "{") depth++;
  }
}

function kindOf(match: RegExpExecArray): Token["kind"] {
  if (match[1] !== undefined) return "string";
  if (match[3] !== undefined) return "quoted";
  if (match[5] !== undefined) return "number";
  return match[6] === undefined ? "sign" : "word";
}
