import avro from "avsc";
import { encodeReject, readRecord, rejectReasons, WriterSchemas, type InputEvent } from "@antedate/schemas";
import { RecordCursor, toRecordBatch } from "@antedate/runtime";
import { RawRows, rawTables, type RawTableName } from "@antedate/sink";
import fc from "fast-check";
import { expect, test } from "vitest";
import { columnTypes, encodeColumns } from "../support/row-binary-oracle.ts";
import { anyEvent, appendTime, encoded, keyOf, written } from "../support/written-events.ts";

// What the sink writes of raw records, against avsc's objects and the column types of the tables.

interface Record {
  key: Buffer | null;
  value: Buffer | null;
}

const place = { appended_at: appendTime, input_partition: 3, input_offset: 12 };

function writtenRow(name: RawTableName, { key, value }: Record, schemas: WriterSchemas): string | null {
  const out = new RawRows(rawTables(schemas)[name], 3);
  const cursor = new RecordCursor();
  cursor.open(toRecordBatch([{ key, value, offset: 12, appendTime }]));
  cursor.next();
  out.add(cursor);
  return out.rowCount === 0 ? null : out.block().body.toString("hex");
}

function expectedRow(name: "sends" | "deliveries", record: Record, schemas: WriterSchemas): string | null {
  const read = readRecord(name, { ...record, appendTime }, schemas);
  if (!("event" in read)) return null;
  const { columns } = rawTables(schemas)[name];
  return encodeColumns(name, columns, { ...read.event, ...place }).toString("hex");
}

const events = anyEvent.filter(({ input }) => input !== "engagements");
const tableOf = ({ input }: InputEvent) => input as "sends" | "deliveries";

test("rows have every column of their tables", () => {
  for (const [name, { columns }] of Object.entries(rawTables(new WriterSchemas()))) {
    expect(columns.toSorted()).toEqual([...(columnTypes.get(name)?.keys() ?? [])].toSorted());
  }
});

test("a row is the record as avsc reads it, in the bytes that the column types ask for; a rejected record has none", () => {
  const schemas = new WriterSchemas();
  const found = { rows: 0, none: 0 };
  fc.assert(
    fc.property(events, fc.nat(), fc.nat(2), (own, bit, damage) => {
      const value = Buffer.from(encoded(own));
      const index = (bit >> 3) % value.length;
      if (damage === 1) value[index] = (value[index] as number) ^ (1 << (bit & 7));
      const key = damage === 2 ? null : keyOf(own);
      const expected = expectedRow(tableOf(own), { key, value }, schemas);
      found[expected === null ? "none" : "rows"]++;
      expect(writtenRow(tableOf(own), { key, value }, schemas)).toBe(expected);
    }),
    { numRuns: 1_000 },
  );
  expect(found.rows).toBeGreaterThan(100);
  expect(found.none).toBeGreaterThan(100);
});

test("what other writers wrote makes the same rows", () => {
  fc.assert(
    fc.property(
      written.filter(([own]) => own.input !== "engagements"),
      ([own, writer]) => {
        const schemas = new WriterSchemas();
        schemas.addById(7, writer.schema);
        const extra = { added_0: "added", added_1: 7, added_2: null, added_3: ["a"], added_4: { inner: 1 } };
        const body = avro.Type.forSchema(writer.schema as never).toBuffer({ ...own.event, ...extra });
        const record = { key: keyOf(own), value: Buffer.concat([Buffer.from("0000000007", "hex"), body]) };
        const expected = expectedRow(tableOf(own), record, schemas);
        expect(expected).not.toBeNull();
        expect(writtenRow(tableOf(own), record, schemas)).toBe(expected);
      },
    ),
    { numRuns: 200 },
  );
});

test("a reject's row holds its raw bytes as they are", () => {
  const anyReject = fc.record({
    topic: fc.string({ unit: "binary" }),
    partition: fc.nat(),
    offset: fc.nat({ max: 2 ** 51 - 1 }),
    reason: fc.constantFrom(...rejectReasons),
    raw: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  });
  const schemas = new WriterSchemas();
  fc.assert(
    fc.property(anyReject, (reject) => {
      const { columns } = rawTables(schemas).rejects;
      const expected = encodeColumns("rejects", columns, { ...reject, row: 0, rejected_at: appendTime });
      const record = { key: null, value: encodeReject(reject).value };
      expect(writtenRow("rejects", record, schemas)).toBe(expected.toString("hex"));
    }),
    { numRuns: 300 },
  );
});
