import { viewOf, type RowBinary } from "./row-binary.ts";

/** A column of a table and how a row's value of it is written. */
export interface Column<Row> {
  name: string;
  write(out: RowBinary, row: Row): void;
}

export interface TableWriter<Row> {
  table: string;
  columns: Column<Row>[];
}

type Values<Row, T> = (row: Row) => T;
type Scalar = "string" | "bool" | "uint8" | "uint16" | "uint32" | "int32" | "int64";
type ValueOf<S extends Scalar> = S extends "string" ? string : S extends "bool" ? boolean : number;

/** A column that always has a value. */
export function column<Row, S extends Scalar>(name: string, type: S, value: Values<Row, ValueOf<S>>): Column<Row> {
  return { name, write: (out, row) => (out[type] as (value: ValueOf<S>) => void).call(out, value(row)) };
}

/** A Nullable column. */
export function nullable<Row, S extends Scalar>(
  name: string,
  type: S,
  value: Values<Row, ValueOf<S> | null>,
): Column<Row> {
  return {
    name,
    write(out, row) {
      const present = value(row);
      out.uint8(present === null ? 1 : 0);
      if (present !== null) (out[type] as (value: ValueOf<S>) => void).call(out, present);
    },
  };
}

/** A FixedString(16); null is zeros. */
export function hash<Row>(name: string, value: Values<Row, Uint8Array | null>): Column<Row> {
  const none = new Uint8Array();
  return {
    name,
    write(out, row) {
      const bytes = value(row) ?? none;
      out.fixed(viewOf(bytes), 0, bytes.length, 16);
    },
  };
}

/** A String column of bytes. */
export function blob<Row>(name: string, value: Values<Row, Uint8Array>): Column<Row> {
  return { name, write: (out, row) => out.blob(value(row)) };
}
