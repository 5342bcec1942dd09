import type avro from "avsc";
import type { AvroCursor } from "./avro-cursor.ts";
import { partsOf } from "./avro-parts.ts";

/** A field that holds one value, perhaps null. */
export interface FlatField {
  name: string;
  kind: "boolean" | "int" | "long" | "enum" | "string" | "bytes";
  /** A union of null and the kind. */
  isNullable: boolean;
  /** Of an enum, in the order of their indices. */
  symbols: readonly string[];
}

const kinds: ReadonlySet<string> = new Set<FlatField["kind"]>(["boolean", "int", "long", "enum", "string", "bytes"]);

/** What stands in a value of the type, in order; records within it are gone into. Throws where lists are in it. */
export function flatFields(type: avro.Type, name: string): FlatField[] {
  const { fields, types, symbols = [] } = partsOf(type);
  if (fields) return fields.flatMap((field) => flatFields(field.type, field.name));
  const [nothing, inner] = types ?? [];
  if (types?.length === 2 && nothing?.typeName === "null" && inner) {
    return flatFields(inner, name).map((field) => ({ ...field, isNullable: true }));
  }
  if (!kinds.has(type.typeName)) throw new TypeError(`${name} is not flat: ${type.typeName}`);
  return [{ name, kind: type.typeName as FlatField["kind"], isNullable: false, symbols }];
}

/** Moves the cursor behind the fields; throws TornBytes where they are not there. */
export function skipFields(cursor: AvroCursor, fields: readonly FlatField[]): void {
  for (const { kind, isNullable, symbols } of fields) {
    if (isNullable && cursor.index(2) === 0) continue;
    switch (kind) {
      case "long":
        cursor.long();
        break;
      case "int":
        cursor.number();
        break;
      case "string":
      case "bytes":
        cursor.skip(cursor.length());
        break;
      case "enum":
        cursor.index(symbols.length);
        break;
      case "boolean":
        cursor.byte();
    }
  }
}
