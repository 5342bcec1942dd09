import { expect, test } from "vitest";
import { compileSchema } from "./avro-types.ts";
import { crc64Avro } from "./crc-64-avro.ts";

test("fingerprints are those of the Avro specification's own tests, little-endian", () => {
  // Avro's schema-tests.txt: "null" 7195948357588979594, "int" 8247732601305521295 as signed 64-bit numbers.
  const littleEndian = (value: bigint): string => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes.toString("hex");
  };
  expect(crc64Avro('"null"').toString("hex")).toBe(littleEndian(7195948357588979594n));
  expect(crc64Avro('"int"').toString("hex")).toBe(littleEndian(8247732601305521295n));
});

test("documentation and defaults do not change a schema's fingerprint, a field does", () => {
  const fields = [{ name: "a", type: ["null", "string"] }];
  const bare = compileSchema({ type: "record", name: "R", fields });
  const dressed = compileSchema({
    type: "record",
    name: "R",
    doc: "x",
    fields: [{ name: "a", doc: "y", type: ["null", "string"], default: null }],
  });
  const wider = compileSchema({ type: "record", name: "R", fields: [...fields, { name: "b", type: "int" }] });
  expect(dressed.fingerprint).toBe(bare.fingerprint);
  expect(wider.fingerprint).not.toBe(bare.fingerprint);
});
