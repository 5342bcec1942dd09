import {
  compileSchema,
  inputs,
  readRecord,
  readSchema,
  rejectReasons,
  WriterSchemas,
  type Input,
  type ReadRecord,
} from "@antedate/schemas";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  anyEvent,
  appendTime,
  asWritten,
  encoded,
  flip,
  headerOf,
  schemaNames,
  written,
  type Field,
} from "../support/written-events.ts";

const runs = { numRuns: 1_000 };
const none = new WriterSchemas();

function read(input: Input, key: string, value: Buffer, schemas: WriterSchemas = none): ReadRecord {
  return readRecord(input, { key: Buffer.from(key), value, appendTime }, schemas);
}

/** What was read is an event or a reason of the closed list, never an error. */
function expectJudged(result: ReadRecord): void {
  if ("rejected" in result) expect(rejectReasons).toContain(result.rejected);
  else if ("schemaId" in result) expect(result.schemaId).toBeTypeOf("number");
  else expect(inputs).toContain(result.input);
}

describe("the current schema", () => {
  test("what was encoded is read, whatever the strings and numbers", () => {
    fc.assert(
      fc.property(anyEvent, (own) => {
        expect(read(own.input, own.event.message_id, encoded(own))).toEqual(own);
      }),
      runs,
    );
  });

  test("no prefix of a value is a record", () => {
    fc.assert(
      fc.property(anyEvent, fc.nat(), (own, cut) => {
        const value = encoded(own);
        const result = read(own.input, own.event.message_id, value.subarray(0, cut % value.length));
        expect(result).toEqual({ rejected: "undecodable" });
      }),
      runs,
    );
  });

  test("flipped bits and strange bytes are judged, never thrown at the reader", () => {
    const flips = fc.array(fc.nat(), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(anyEvent, flips, fc.constantFrom(...inputs), (own, bits, input) => {
        expectJudged(read(input, own.event.message_id, flip(encoded(own), bits)));
      }),
      { numRuns: 3_000 },
    );
    const body = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
    const headers = fc.constantFrom("", "c301", "00", "0000000007", ...inputs.map(headerOf));
    fc.assert(
      fc.property(body, headers, fc.constantFrom(...inputs), (bytes, header, input) => {
        expectJudged(read(input, "m", Buffer.concat([Buffer.from(header, "hex"), bytes])));
      }),
      { numRuns: 3_000 },
    );
  });

  test("a record of one input is unknown in the topic of another", () => {
    fc.assert(
      fc.property(anyEvent, fc.constantFrom(...inputs), (own, input) => {
        fc.pre(input !== own.input);
        expect(read(input, own.event.message_id, encoded(own))).toEqual({ rejected: "unknown_schema" });
      }),
      runs,
    );
  });
});

describe("other writers' schemas", () => {
  test("fields in another order, added, left out where there is a default, in another namespace: by fingerprint", () => {
    fc.assert(
      fc.property(written, ([own, writer]) => {
        const { body, expected } = asWritten(own, writer);
        const value = Buffer.concat([compileSchema(writer.schema).header, body]);
        const schemas = new WriterSchemas();
        schemas.add(writer.schema);
        expect(read(own.input, own.event.message_id, value, schemas)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  test("the same by the ID of a registry, which is asked for once", () => {
    fc.assert(
      fc.property(written, fc.integer({ min: 0, max: 2 ** 32 - 1 }), ([own, writer], schemaId) => {
        const { body, expected } = asWritten(own, writer);
        const header = Buffer.alloc(5);
        header.writeUInt32BE(schemaId, 1);
        const value = Buffer.concat([header, body]);
        const schemas = new WriterSchemas();
        expect(read(own.input, own.event.message_id, value, schemas)).toEqual({ schemaId });
        schemas.addById(schemaId, writer.schema);
        expect(read(own.input, own.event.message_id, value, schemas)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  test("bytes of another writer are judged too, also where they hold lists of lists", () => {
    const added = fc.constantFrom<Field>(
      { name: "tags", type: { type: "array", items: "null" } },
      { name: "tags", type: { type: "map", values: { type: "array", items: ["null", "string"] } } },
      {
        name: "tags",
        type: { type: "array", items: { type: "array", items: { type: "record", name: "E", fields: [] } } },
      },
    );
    const bytes = fc.uint8Array({ maxLength: 200 }).map((own) => Buffer.from(own));
    fc.assert(
      fc.property(fc.constantFrom(...inputs), added, bytes, (input, field, body) => {
        const { fields, ...rest } = readSchema(schemaNames[input]) as { fields: Field[] };
        const schema = { ...rest, fields: [field, ...fields] };
        const schemas = new WriterSchemas();
        schemas.add(schema);
        expectJudged(read(input, "m", Buffer.concat([compileSchema(schema).header, body]), schemas));
      }),
      { numRuns: 3_000 },
    );
  });
});
