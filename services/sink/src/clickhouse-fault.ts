import { ClickHouseError } from "@clickhouse/client";

/**
 * What a failed statement means. `unanswered`: it may have been done, the server did not say. `refused`: it was not done,
 * and may be tried again. `fatal`: trying again changes nothing.
 */
export type ClickHouseFault = "unanswered" | "refused" | "fatal";

// Codes of ClickHouse's ErrorCodes.cpp that pass by themselves.
const refused = new Set([
  "159", // TIMEOUT_EXCEEDED
  "160", // TOO_SLOW
  "202", // TOO_MANY_SIMULTANEOUS_QUERIES
  "203", // NO_FREE_CONNECTION
  "225", // NO_ZOOKEEPER
  "241", // MEMORY_LIMIT_EXCEEDED
  "242", // TABLE_IS_READ_ONLY
  "243", // NOT_ENOUGH_SPACE
  "252", // TOO_MANY_PARTS
  "285", // TOO_FEW_LIVE_REPLICAS
  "439", // CANNOT_SCHEDULE_TASK
]);

// Codes after which the block may be there all the same.
const unanswered = new Set([
  "209", // SOCKET_TIMEOUT
  "210", // NETWORK_ERROR
  "236", // ABORTED
  "286", // UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
  "319", // UNKNOWN_STATUS_OF_INSERT
  "394", // QUERY_WAS_CANCELLED
  "999", // KEEPER_EXCEPTION
]);

/** Decides by the server's code; whatever is no answer of ClickHouse's is `unanswered`. */
export function clickHouseFault(error: unknown): ClickHouseFault {
  if (!(error instanceof ClickHouseError)) return "unanswered";
  if (refused.has(error.code)) return "refused";
  return unanswered.has(error.code) ? "unanswered" : "fatal";
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

/** The sentence for a fatal error; null for any other. */
export function fatalSentence(error: unknown): string | null {
  if (clickHouseFault(error) !== "fatal") return null;
  const { code, type } = error as ClickHouseError;
  return (
    sentences[code] ?? `ClickHouse answered with code ${code} (${type ?? "unknown"}), which trying again does not mend`
  );
}
