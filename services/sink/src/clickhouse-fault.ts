import { ClickHouseError } from "@clickhouse/client";

/**
 * What a failed statement means. `unanswered`: it may have been done, the server did not say. `refused`: it was not done,
 * and may be tried again. `data`: a row is none that the table takes. `schema`: a table or a column is not what it must be.
 * `fatal`: trying again changes nothing.
 */
export type ClickHouseFault = "unanswered" | "refused" | "data" | "schema" | "fatal";

// Codes of ClickHouse's ErrorCodes.cpp that pass by themselves.
const refused = new Set([
  "159", // TIMEOUT_EXCEEDED
  "160", // TOO_SLOW
  "173", // CANNOT_ALLOCATE_MEMORY
  "201", // QUOTA_EXCEEDED
  "202", // TOO_MANY_SIMULTANEOUS_QUERIES
  "203", // NO_FREE_CONNECTION
  "225", // NO_ZOOKEEPER
  "241", // MEMORY_LIMIT_EXCEEDED
  "242", // TABLE_IS_READ_ONLY
  "243", // NOT_ENOUGH_SPACE
  "252", // TOO_MANY_PARTS
  "254", // NO_ACTIVE_REPLICAS
  "285", // TOO_FEW_LIVE_REPLICAS
  "439", // CANNOT_SCHEDULE_TASK
  "473", // DEADLOCK_AVOIDED
  "745", // SERVER_OVERLOADED
]);

// Codes after which the block may be there all the same.
const unanswered = new Set([
  "209", // SOCKET_TIMEOUT
  "210", // NETWORK_ERROR
  "236", // ABORTED
  "286", // UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
  "319", // UNKNOWN_STATUS_OF_INSERT
  "394", // QUERY_WAS_CANCELLED
  "499", // S3_ERROR
  "999", // KEEPER_EXCEPTION
]);

// Codes that one row can cause. Some say too that the types of columns differ from those of the bytes.
const data = new Set([
  "6", // CANNOT_PARSE_TEXT
  "27", // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  "33", // CANNOT_READ_ALL_DATA
  "38", // CANNOT_PARSE_DATE
  "41", // CANNOT_PARSE_DATETIME
  "53", // TYPE_MISMATCH
  "69", // ARGUMENT_OUT_OF_BOUND
  "70", // CANNOT_CONVERT_TYPE
  "72", // CANNOT_PARSE_NUMBER
  "117", // INCORRECT_DATA
  "131", // TOO_LARGE_STRING_SIZE
  "153", // ILLEGAL_DIVISION
  "321", // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
  "349", // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
  "376", // CANNOT_PARSE_UUID
  "395", // FUNCTION_THROW_IF_VALUE_IS_NON_ZERO
  "407", // DECIMAL_OVERFLOW
  "469", // VIOLATED_CONSTRAINT
  "675", // CANNOT_PARSE_IPV4
  "676", // CANNOT_PARSE_IPV6
  "691", // UNKNOWN_ELEMENT_OF_ENUM
]);

const schema = new Set([
  "8", // THERE_IS_NO_COLUMN
  "10", // NOT_FOUND_COLUMN_IN_BLOCK
  "16", // NO_SUCH_COLUMN_IN_TABLE
  "20", // NUMBER_OF_COLUMNS_DOESNT_MATCH
  "44", // ILLEGAL_COLUMN
  "47", // UNKNOWN_IDENTIFIER
  "60", // UNKNOWN_TABLE
  "81", // UNKNOWN_DATABASE
]);

/** Decides by the server's code; whatever is no answer of ClickHouse's is `unanswered`. */
export function clickHouseFault(error: unknown): ClickHouseFault {
  if (!(error instanceof ClickHouseError)) return "unanswered";
  const { code } = error;
  if (refused.has(code)) return "refused";
  if (unanswered.has(code)) return "unanswered";
  if (data.has(code)) return "data";
  return schema.has(code) ? "schema" : "fatal";
}

/** Whether the same statement may succeed without anybody's doing. */
export function passes(fault: ClickHouseFault): boolean {
  return fault === "unanswered" || fault === "refused";
}

const sentences: Record<string, string> = {
  "16": "A column is missing in ClickHouse: run `antedate migrate`",
  "60": "A table is missing in ClickHouse: run `antedate migrate`",
  "81": "The database is missing in ClickHouse: run `antedate migrate`",
  "192": "ClickHouse does not know the user: mend the user in CLICKHOUSE_URL",
  "193": "ClickHouse refused the password: mend user and password in CLICKHOUSE_URL",
  "194": "ClickHouse wants a password: put user and password into CLICKHOUSE_URL",
  "497": "The ClickHouse user may not do that: grant it, or name another user in CLICKHOUSE_URL",
  "516": "ClickHouse refused user or password: mend them in CLICKHOUSE_URL",
};

/** The sentence for an error that the same statement would meet again; null for any other. */
export function fatalSentence(error: unknown): string | null {
  if (passes(clickHouseFault(error))) return null;
  const { code, type } = error as ClickHouseError;
  return (
    sentences[code] ?? `ClickHouse answered with code ${code} (${type ?? "unknown"}), which trying again does not mend`
  );
}
