import type { Delivery, Reject, Send } from "@antedate/schemas";
import { blob, column, hash, nullable, type Column, type TableWriter } from "./table-writer.ts";

/** Where in an input topic a raw event stands. */
export interface InputPlace {
  appended_at: number;
  input_partition: number;
  input_offset: number;
}

function inputPlace<Row extends InputPlace>(): Column<Row>[] {
  return [
    column("appended_at", "int64", (row) => row.appended_at),
    column("input_partition", "uint32", (row) => row.input_partition),
    column("input_offset", "int64", (row) => row.input_offset),
  ];
}

export const sendsTable: TableWriter<Send & InputPlace> = {
  table: "sends",
  columns: [
    column("event_id", "string", (row) => row.event_id),
    column("message_id", "string", (row) => row.message_id),
    column("tenant", "string", (row) => row.tenant),
    nullable("campaign", "string", (row) => row.campaign),
    column("source", "string", (row) => row.source),
    column("occurred_at", "int64", (row) => row.occurred_at),
    column("precision_ms", "int32", (row) => row.precision_ms),
    column("recipient_domain", "string", (row) => row.recipient_domain),
    hash("recipient_hash", (row) => row.recipient_hash),
    nullable("link_count", "int32", (row) => row.link_count),
    ...inputPlace<Send & InputPlace>(),
  ],
};

export const deliveriesTable: TableWriter<Delivery & InputPlace> = {
  table: "deliveries",
  columns: [
    column("event_id", "string", (row) => row.event_id),
    column("message_id", "string", (row) => row.message_id),
    column("tenant", "string", (row) => row.tenant),
    column("source", "string", (row) => row.source),
    column("occurred_at", "int64", (row) => row.occurred_at),
    column("precision_ms", "int32", (row) => row.precision_ms),
    nullable("started_at", "int64", (row) => row.started_at),
    column("outcome", "string", (row) => row.outcome),
    column("stage", "string", (row) => row.stage),
    nullable("attempt", "int32", (row) => row.attempt),
    nullable("smtp_code", "int32", (row) => row.smtp_code),
    nullable("enhanced_code", "string", (row) => row.enhanced_code),
    nullable("diagnostic", "string", (row) => row.diagnostic),
    nullable("mx_host", "string", (row) => row.mx_host),
    nullable("mx_ip", "string", (row) => row.mx_ip),
    column("recipient_domain", "string", (row) => row.recipient_domain),
    ...inputPlace<Delivery & InputPlace>(),
  ],
};

export const rejectsTable: TableWriter<Reject & { rejected_at: number }> = {
  table: "rejects",
  columns: [
    column("topic", "string", (row) => row.topic),
    column("partition", "uint32", (row) => row.partition),
    column("offset", "int64", (row) => row.offset),
    column("reason", "string", (row) => row.reason),
    blob("raw", (row) => row.raw),
    column("rejected_at", "int64", (row) => row.rejected_at),
  ],
};
