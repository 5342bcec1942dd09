/** Codes that this server itself raises; the engine raises hundreds more. Names and numbers are ClickHouse's. */
export const exceptionCodes = {
  BAD_ARGUMENTS: 36,
  NOT_IMPLEMENTED: 48,
  SYNTAX_ERROR: 62,
  UNKNOWN_TYPE_OF_QUERY: 78,
  READONLY: 164,
  TOO_MANY_SIMULTANEOUS_QUERIES: 202,
  QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING: 216,
  QUERY_IS_TOO_LARGE: 223,
  ABORTED: 236,
  NOT_ENOUGH_SPACE: 243,
  ZLIB_INFLATE_FAILED: 354,
  INTO_OUTFILE_NOT_ALLOWED: 358,
  ACCESS_DENIED: 497,
  AUTHENTICATION_FAILED: 516,
  UNSUPPORTED_MEDIA_TYPE: 747,
  UNKNOWN_EXCEPTION: 1002,
} as const;
/** Name of a code that this server itself raises. */
export type ExceptionName = keyof typeof exceptionCodes;

/** An error as ClickHouse tells it: clients decide by `code`, people read `message`. */
export class ClickHouseException extends Error {
  readonly code: number;
  /** The bracketed word at the end of the text, as in `(UNKNOWN_TABLE)`. */
  readonly codeName: string;

  constructor(code: number, codeName: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.codeName = codeName;
  }
}

/** An error of this server itself. */
export function exception(name: ExceptionName, message: string, cause?: unknown): ClickHouseException {
  return new ClickHouseException(exceptionCodes[name], name, message, cause);
}

const head = /^(?:Code: (\d+)\. DB::Exception: )+/;
const tail = /(?:[.\s]*\(([A-Z0-9_]+)\)\s*(?:\(version [^()]*(?:\([^()]*\))?\)\s*)?)+$/;
const spooledFile = / ?\(in file\/uri [^)]*\):?|: data for INSERT was parsed from file/g;

/**
 * Reads the code out of what the engine threw: the one place where an engine's text is looked at. The engine repeats
 * head and tail at each layer; they are taken off once here, as is the name of the spooled body, which means nothing
 * to a client.
 */
export function parseEngineError(thrown: unknown): ClickHouseException {
  if (thrown instanceof ClickHouseException) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const code = head.exec(text);
  if (code === null) return exception("UNKNOWN_EXCEPTION", text, thrown);
  const name = tail.exec(text);
  const message = text.replace(head, "").replace(tail, "").replace(spooledFile, "");
  return new ClickHouseException(Number(code[1]), name?.[1] ?? "UNKNOWN_EXCEPTION", message, thrown);
}

/** The body of an error reply, letter for letter in the form that ClickHouse's clients parse. */
export function exceptionText(error: ClickHouseException, version: string): string {
  const stop = /[.!?]$/.test(error.message) ? "" : ".";
  return `Code: ${error.code}. DB::Exception: ${error.message}${stop} (${error.codeName}) (version ${version})\n`;
}
