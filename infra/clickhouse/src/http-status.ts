import { exceptionCodes } from "./exception.ts";

/**
 * HTTP status by exception code, as ClickHouse's own table has it, but for the first line: what will pass by itself
 * (stopping, full, busy) is 503 here so that a client that knows only HTTP retries it.
 */
const codesByStatus: readonly [status: number, codes: readonly number[]][] = [
  [503, [exceptionCodes.ABORTED, exceptionCodes.TOO_MANY_SIMULTANEOUS_QUERIES, exceptionCodes.NOT_ENOUGH_SPACE]],
  [401, [194]],
  [403, [192, 193, 516, 512, 497]],
  [400, [36, 427, 6, 25, 26, 38, 41, 72, 388, 675, 676, 27, 376, 15, 44, 58, 153, 16, 167, 168, 208, 62, 117, 53, 321]],
  [404, [60, 46, 47, 50, 56, 81, 115, 59, 63, 73, 108, 78, 511, 336]],
  [408, [159]],
  [411, [381]],
  [413, [exceptionCodes.QUERY_IS_TOO_LARGE]],
  [415, [exceptionCodes.UNSUPPORTED_MEDIA_TYPE]],
  [501, [exceptionCodes.NOT_IMPLEMENTED]],
  [503, [209, 76, 439]],
];

const statusByCode = new Map(codesByStatus.flatMap(([status, codes]) => codes.map((code) => [code, status] as const)));

/** HTTP status of an exception; 500 where ClickHouse names none. */
export function httpStatus(code: number): number {
  return statusByCode.get(code) ?? 500;
}
