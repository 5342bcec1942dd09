import type avro from "avsc";

/** What avsc's types have and its typings keep apart. */
export interface AvroParts {
  fields?: readonly AvroField[];
  itemsType?: avro.Type;
  valuesType?: avro.Type;
  types?: readonly avro.Type[];
  symbols?: readonly string[];
  /** Of a logical type. */
  underlyingType?: avro.Type;
  size?: number;
}

export interface AvroField {
  name: string;
  aliases: readonly string[];
  type: avro.Type;
  defaultValue(): unknown;
}

export function partsOf(type: avro.Type): AvroParts {
  return type as unknown as AvroParts;
}

export function fieldsOf(type: avro.Type): readonly AvroField[] {
  return partsOf(type).fields ?? [];
}

/** The type behind `["null", T]`, or the type itself. */
export function withoutNull(type: avro.Type): avro.Type | null {
  const { types } = partsOf(type);
  if (!types) return type;
  const others = types.filter((one) => one.typeName !== "null");
  return others.length === 1 ? (others[0] as avro.Type) : null;
}
