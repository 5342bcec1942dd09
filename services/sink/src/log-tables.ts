import { rowFields, type RowsName } from "@antedate/schemas";
import { RowBinary, viewOf } from "./row-binary.ts";
import { RowProgram, type RowSuffix } from "./row-program.ts";

/** Where in the join log the rows of a COMMIT stand, and when it was appended. */
export interface CommitPlace {
  appendTime: number;
  logId: string;
  partition: number;
  offset: number;
}

/** A table of rows of the join log: the fields of the row as the COMMIT has them, then the row's place. */
export interface LogTable {
  table: RowsName;
  columns: string[];
  program: RowProgram;
}

function logTable(table: RowsName, timeColumn: string, shorts: readonly string[]): LogTable {
  const fields = rowFields(table);
  return {
    table,
    columns: [...fields.map(({ name }) => name), timeColumn, "log_id", "log_partition", "log_offset", "log_row"],
    program: new RowProgram(fields, shorts),
  };
}

export const logTables: Record<RowsName, LogTable> = {
  engagements: logTable("engagements", "decided_at", ["exposed_attempt"]),
  messages: logTable("messages", "decided_at", []),
  parked: logTable("parked", "parked_at", []),
};

/** The columns of a place but for log_row, which is another in each row. */
export function placeSuffix({ appendTime, logId, partition, offset }: CommitPlace): RowSuffix {
  const out = new RowBinary(256);
  out.int64(appendTime);
  out.string(logId);
  out.uint32(partition);
  out.int64(offset);
  return { view: viewOf(out.bytes), bytes: out.length };
}
