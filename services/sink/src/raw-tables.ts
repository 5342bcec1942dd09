import { decodeReject, readRecord, type Delivery, type Input, type Send, type WriterSchemas } from "@antedate/schemas";
import type { FetchedRecord } from "@antedate/runtime";
import type { RawTable } from "./raw-flow.ts";
import { deliveriesTable, rejectsTable, sendsTable, type InputPlace } from "./tables.ts";
import type { TableWriter } from "./table-writer.ts";

/** The raw tables by topic name without prefix. */
export function rawTables(schemas: WriterSchemas): Record<"sends" | "deliveries" | "rejects", RawTable> {
  const event = <E>(input: Input, record: FetchedRecord, partition: number): (E & InputPlace) | null => {
    const read = readRecord(input, record, schemas);
    if (!("event" in read)) return null;
    const place = { appended_at: record.appendTime, input_partition: partition, input_offset: record.offset };
    return { ...(read.event as E), ...place };
  };
  return {
    sends: rawTable(sendsTable, (record, partition) => event<Send>("sends", record, partition)),
    deliveries: rawTable(deliveriesTable, (record, partition) => event<Delivery>("deliveries", record, partition)),
    rejects: rawTable(rejectsTable, (record) => {
      const reject = decodeReject(record.value);
      return reject && { ...reject, rejected_at: record.appendTime };
    }),
  };
}

function rawTable<Row>(
  writer: TableWriter<Row>,
  toRow: (record: FetchedRecord, partition: number) => Row | null,
): RawTable {
  return {
    table: writer.table,
    columns: writer.columns.map(({ name }) => name),
    write(out, record, partition) {
      const row = toRow(record, partition);
      if (row === null) return false;
      for (const { write } of writer.columns) write(out, row);
      return true;
    },
  };
}
