import { tableColumns, type ColumnTypes } from "@antedate/schemas";

/** Columns of a table as ClickHouse has them. */
export interface FoundColumn {
  type: string;
  /** Empty where a value is stored as it is inserted; else DEFAULT, MATERIALIZED, ALIAS or EPHEMERAL. */
  kind: string;
}

export type FoundTables = ReadonlyMap<string, ReadonlyMap<string, FoundColumn>>;

/**
 * How the tables differ from what the sink writes, a sentence for each difference, with the statement that mends it. A
 * column that we do not know is the operator's own and fine, and so is LowCardinality, which nothing depends on.
 */
export function findDrifts(
  found: FoundTables,
  expected: ReadonlyMap<string, ColumnTypes> = tableColumns(),
): Map<string, string[]> {
  const drifts = new Map<string, string[]>();
  for (const [table, columns] of expected) {
    const own = found.get(table);
    const sentences = own
      ? [...columns].flatMap(([name, type]) => columnDrift(table, name, type, own.get(name)) ?? [])
      : [`ClickHouse has no table ${table}: run \`antedate migrate\``];
    if (sentences.length > 0) drifts.set(table, sentences);
  }
  return drifts;
}

function columnDrift(table: string, name: string, type: string, found: FoundColumn | undefined): string | null {
  if (found === undefined) {
    return `ClickHouse's table ${table} has no column ${name}, which must be ${type}: run \`ALTER TABLE ${table} ADD COLUMN ${name} ${type}\``;
  }
  const isComputed = !["", "DEFAULT"].includes(found.kind);
  if (!isComputed && plain(found.type) === plain(type)) return null;
  const was = isComputed ? `${found.type} ${found.kind}` : found.type;
  return `ClickHouse's column ${table}.${name} is ${was} and must be ${type}: run \`ALTER TABLE ${table} MODIFY COLUMN ${name} ${type}\``;
}

function plain(type: string): string {
  return type.replace(/^LowCardinality\((.*)\)$/, "$1");
}
