import type { Delivery, EngagementRow, MessageRow, ParkedRow, Reject, Send } from "@antedate/schemas";
import { blob, column, hash, nullable, type Column, type TableWriter } from "./table-writer.ts";

/** Where in the join log a row stands, and when its commit was appended. */
export interface LogPlace {
  decided_at: number;
  log_id: string;
  log_partition: number;
  log_offset: number;
  log_row: number;
}

/** Where in an input topic a raw event stands. */
export interface InputPlace {
  appended_at: number;
  input_partition: number;
  input_offset: number;
}

export type Placed<Row> = Row & LogPlace;

function logPlace<Row extends LogPlace>(time: string): Column<Row>[] {
  return [
    column(time, "int64", (row) => row.decided_at),
    column("log_id", "string", (row) => row.log_id),
    column("log_partition", "uint32", (row) => row.log_partition),
    column("log_offset", "int64", (row) => row.log_offset),
    column("log_row", "uint32", (row) => row.log_row),
  ];
}

function inputPlace<Row extends InputPlace>(): Column<Row>[] {
  return [
    column("appended_at", "int64", (row) => row.appended_at),
    column("input_partition", "uint32", (row) => row.input_partition),
    column("input_offset", "int64", (row) => row.input_offset),
  ];
}

type RequestColumns = Pick<
  EngagementRow,
  | "url"
  | "link_id"
  | "ip"
  | "user_agent"
  | "method"
  | "machine_hint"
  | "source"
  | "recipient_ambiguous"
  | "input_offset"
>;

function request<Row extends RequestColumns>(): Column<Row>[] {
  return [
    nullable("url", "string", (row) => row.url),
    nullable("link_id", "string", (row) => row.link_id),
    nullable("ip", "string", (row) => row.ip),
    nullable("user_agent", "string", (row) => row.user_agent),
    nullable("method", "string", (row) => row.method),
    nullable("machine_hint", "string", (row) => row.machine_hint),
    column("source", "string", (row) => row.source),
    column("recipient_ambiguous", "bool", (row) => row.recipient_ambiguous),
    column("input_offset", "int64", (row) => row.input_offset),
  ];
}

type Shared = Pick<
  EngagementRow & MessageRow,
  | "tenant"
  | "campaign"
  | "message_id"
  | "recipient_domain"
  | "recipient_hash"
  | "sent_at"
  | "accepted_at"
  | "attempts"
  | "deferrals"
  | "mx_host"
  | "filter_vendor"
>;

function shared<Row extends Shared>(): Column<Row>[] {
  return [
    column("tenant", "string", (row) => row.tenant),
    nullable("campaign", "string", (row) => row.campaign),
    column("message_id", "string", (row) => row.message_id),
    column("recipient_domain", "string", (row) => row.recipient_domain),
    hash("recipient_hash", (row) => row.recipient_hash),
    nullable("sent_at", "int64", (row) => row.sent_at),
    nullable("accepted_at", "int64", (row) => row.accepted_at),
    column("attempts", "uint32", (row) => row.attempts),
    column("deferrals", "uint32", (row) => row.deferrals),
    nullable("mx_host", "string", (row) => row.mx_host),
    nullable("filter_vendor", "string", (row) => row.filter_vendor),
  ];
}

export const engagementsTable: TableWriter<Placed<EngagementRow>> = {
  table: "engagements",
  columns: [
    ...shared<Placed<EngagementRow>>(),
    column("event_id", "string", (row) => row.event_id),
    column("kind", "string", (row) => row.kind),
    column("class", "string", (row) => row.class),
    column("exposure", "string", (row) => row.exposure),
    nullable("exposed_attempt", "uint16", (row) => row.exposed_attempt),
    column("uncertain", "bool", (row) => row.uncertain),
    column("occurred_at", "int64", (row) => row.occurred_at),
    nullable("delta_ms", "int64", (row) => row.delta_ms),
    ...request<Placed<EngagementRow>>(),
    ...logPlace<Placed<EngagementRow>>("decided_at"),
  ],
};

export const messagesTable: TableWriter<Placed<MessageRow>> = {
  table: "messages",
  columns: [
    ...shared<Placed<MessageRow>>(),
    column("source", "string", (row) => row.source),
    nullable("first_attempt_at", "int64", (row) => row.first_attempt_at),
    column("outcome", "string", (row) => row.outcome),
    column("content_deferrals", "uint32", (row) => row.content_deferrals),
    ...logPlace<Placed<MessageRow>>("decided_at"),
  ],
};

export const parkedTable: TableWriter<Placed<ParkedRow>> = {
  table: "parked",
  columns: [
    column("tenant", "string", (row) => row.tenant),
    column("message_id", "string", (row) => row.message_id),
    column("event_id", "string", (row) => row.event_id),
    column("kind", "string", (row) => row.kind),
    column("occurred_at", "int64", (row) => row.occurred_at),
    ...request<Placed<ParkedRow>>(),
    ...logPlace<Placed<ParkedRow>>("parked_at"),
  ],
};

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
