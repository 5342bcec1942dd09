import { readFileSync } from "node:fs";
import avro from "avsc";
import { crc64Avro } from "./crc-64-avro.ts";

export type AvroName = "send" | "delivery" | "engagement" | "reject" | "fence" | "commit";

export interface AvroType {
  type: avro.Type;
  /** Hex of the 8 fingerprint bytes. */
  fingerprint: string;
  /** The single-object header: C3 01 and the fingerprint. */
  header: Buffer;
}

/**
 * Compiles a schema. Logical types are left out on purpose: their objects cost a third of the decoding speed
 * (reference/engineering.md §6), a `long` stays a number.
 */
export function compileSchema(schema: unknown): AvroType {
  const type = avro.Type.forSchema(schema as avro.Schema);
  const fingerprint = crc64Avro(JSON.stringify(type.schema()));
  return {
    type,
    fingerprint: fingerprint.toString("hex"),
    header: Buffer.concat([Buffer.of(0xc3, 0x01), fingerprint]),
  };
}

/** The schema file of the given name, as the JSON it is. */
export function readSchema(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../avro/${name}.avsc`, import.meta.url), "utf8"));
}

const compiled = new Map<AvroName, AvroType>();

/** The current version of a schema, compiled once. */
export function avroType(name: AvroName): AvroType {
  let found = compiled.get(name);
  if (!found) {
    found = compileSchema(readSchema(name));
    compiled.set(name, found);
  }
  return found;
}

/** Encodes with the current schema in single-object framing. Throws where the object does not fit the schema. */
export function encodeSingleObject(name: AvroName, record: unknown): Buffer {
  const { type, header } = avroType(name);
  return Buffer.concat([header, type.toBuffer(record)]);
}
