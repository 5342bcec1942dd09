import { EventView, readReject, viewFields, ViewReader, type WriterSchemas } from "@antedate/schemas";
import type { RecordCursor } from "@antedate/runtime";
import type { RowBinary } from "./row-binary.ts";
import { ViewProgram } from "./view-program.ts";

/** A table of raw records. */
export interface RawTable {
  table: string;
  columns: string[];
  /** Writes the row of the record at the cursor; false for one that the join rejects, which has none. */
  write(out: RowBinary, record: RecordCursor, partition: number): boolean;
}

export type RawTableName = "sends" | "deliveries" | "rejects";

/** The raw tables by topic name without prefix: the fields as Avro has them, then where and when they were appended. */
export function rawTables(schemas: WriterSchemas): Record<RawTableName, RawTable> {
  const reader = new ViewReader(schemas);
  return { sends: eventTable("sends", reader), deliveries: eventTable("deliveries", reader), rejects: rejectsTable() };
}

function eventTable(table: "sends" | "deliveries", reader: ViewReader): RawTable {
  const fields = viewFields(table);
  const program = new ViewProgram(fields);
  const view = new EventView();
  return {
    table,
    columns: [...fields.map(({ name }) => name), "appended_at", "input_partition", "input_offset"],
    write(out, { bytes, keyStart, keyLength, valueStart, valueLength, appendTime, offset }, partition) {
      const verdict = reader.read(table, bytes, keyStart, keyLength, valueStart, valueLength, appendTime, view);
      if (verdict !== null) return false;
      program.write(view, out);
      out.int64(appendTime);
      out.uint32(partition);
      out.int64(offset);
      return true;
    },
  };
}

function rejectsTable(): RawTable {
  const fields = viewFields("rejects");
  const program = new ViewProgram(fields, ["raw"]);
  const view = new EventView();
  return {
    table: "rejects",
    columns: [...fields.map(({ name }) => name), "row", "rejected_at"],
    write(out, { bytes, valueStart, valueLength, appendTime }) {
      if (!readReject(bytes, valueStart, valueLength, view)) return false;
      program.write(view, out);
      out.uint32(0);
      out.int64(appendTime);
      return true;
    },
  };
}
