import fc from "fast-check";
import { expect, test } from "vitest";
import { compileSchema, readSchema } from "./avro-types.ts";
import { encodeEvent, readRecord } from "./event-codec.ts";
import { rejectReasons, type Delivery, type Input } from "./model/index.ts";
import { WriterSchemas } from "./writer-schemas.ts";

const at = Date.UTC(2026, 5, 1);
const day = 86_400_000;
const schemas = new WriterSchemas();
const delivery: Delivery = {
  event_id: "d",
  message_id: "account/id/hash",
  tenant: "t",
  source: "s",
  occurred_at: at,
  precision_ms: 1,
  started_at: at - 5,
  outcome: "deferred",
  stage: "end_of_data",
  attempt: 2,
  smtp_code: 451,
  enhanced_code: "4.7.1",
  diagnostic: "zeile eins\nzwei ü",
  mx_host: null,
  mx_ip: null,
  recipient_domain: "example.com",
};

function read(
  value: Buffer | null,
  key: string | null = delivery.message_id,
  input: Input = "deliveries",
  appendTime = at,
) {
  const result = readRecord(input, { key: key === null ? null : Buffer.from(key), value, appendTime }, schemas);
  return "rejected" in result ? result.rejected : result;
}

const encoded = (change: Partial<Delivery> = {}): Buffer => encodeEvent("deliveries", { ...delivery, ...change });

test("what was written is read", () => {
  expect(read(encoded())).toEqual({ input: "deliveries", event: delivery });
});

test("each fault has its reason", () => {
  expect(read(null)).toBe("undecodable");
  expect(read(Buffer.alloc(0))).toBe("undecodable");
  expect(read(Buffer.from("plain text"))).toBe("undecodable");
  expect(read(encoded().subarray(0, 30))).toBe("undecodable");
  expect(read(Buffer.concat([encoded(), Buffer.of(0)]))).toBe("undecodable");
  expect(read(Buffer.concat([Buffer.from("c301aaaaaaaaaaaaaaaa", "hex"), encoded().subarray(10)]))).toBe(
    "unknown_schema",
  );
  expect(read(encoded(), delivery.message_id, "engagements")).toBe("unknown_schema");
  expect(read(encoded(), null)).toBe("key_mismatch");
  expect(read(encoded(), "other")).toBe("key_mismatch");
  expect(read(encoded({ message_id: "" }), "")).toBe("missing_message_id");
  expect(read(encoded({ diagnostic: "x".repeat(1024 * 1024) }))).toBe("too_large");
});

test("times are held against 2000 and the append time, both ends included", () => {
  expect(read(encoded({ occurred_at: Date.UTC(2000, 0, 1) - 1 }))).toBe("invalid_time");
  expect(read(encoded({ occurred_at: Date.UTC(2000, 0, 1) }))).toMatchObject({ input: "deliveries" });
  expect(read(encoded({ occurred_at: at + day }))).toMatchObject({ input: "deliveries" });
  expect(read(encoded({ occurred_at: at + day + 1 }))).toBe("invalid_time");
});

test("no bytes make reading throw, and every rejection has a reason of the list", () => {
  const mangled = fc
    .tuple(fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }), fc.nat(200))
    .map(([flips, cut]) => {
      const bytes = encoded();
      for (const [index, byte] of flips) if (index < bytes.length) bytes[index] = byte;
      return bytes.subarray(0, Math.max(0, bytes.length - (cut % 3 === 0 ? cut : 0)));
    });
  const anyBytes = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.oneof(mangled, anyBytes), (value) => {
      const result = read(value);
      if (typeof result === "string") expect(rejectReasons).toContain(result);
    }),
    { numRuns: 2_000 },
  );
});

test("of several faults the one that is found first is told: size, framing, schema, bytes, then the fields", () => {
  const header = (bytes: string, length: number): Buffer =>
    Buffer.concat([Buffer.from(bytes, "hex"), Buffer.alloc(length)]);
  expect(read(Buffer.alloc(1024 * 1024 + 1, "x"), null)).toBe("too_large");
  expect(read(header("c301aaaaaaaaaaaaaaaa", 1024 * 1024), null)).toBe("too_large");
  expect(read(header("c301aaaaaaaaaaaaaaaa", 5), null)).toBe("unknown_schema");
  expect(read(encoded({ occurred_at: 0 }).subarray(0, 30), null)).toBe("undecodable");
  expect(read(encoded({ message_id: "", occurred_at: 0 }), null)).toBe("missing_message_id");
});

test("a value of exactly 1 MiB is read", () => {
  const rest = encoded({ diagnostic: "x".repeat(1024 * 1000) }).length - 1024 * 1000;
  const value = encoded({ diagnostic: "x".repeat(1024 * 1024 - rest) });
  expect(value.length).toBe(1024 * 1024);
  expect(read(value)).toHaveProperty("event");
  expect(read(encoded({ diagnostic: "x".repeat(1024 * 1024 - rest + 1) }))).toBe("too_large");
});

test("an ID of a registry that was not asked yet is asked for", () => {
  expect(read(Buffer.from("000000002a00", "hex"))).toEqual({ schemaId: 42 });
});

test("keys are compared as bytes of UTF-8", () => {
  const id = "acme/ünï\u0000/💌";
  expect(read(encoded({ message_id: id }), id)).toHaveProperty("event");
  expect(read(encoded({ message_id: id }), `${id} `)).toBe("key_mismatch");
});

/** A send whose fields are given as hex. */
function readSend(precision: string, recipientHash: string) {
  const { header } = compileSchema(readSchema("send"));
  const fields = ["0265", "026d", "0274", "00", "0273", "80a0d4e5f566", precision, "0264", recipientHash, "00"];
  return read(Buffer.concat([header, Buffer.from(fields.join(""), "hex")]), "m", "sends");
}

test("a length without end is undecodable and does not empty the bytes of later records", () => {
  const hash = { event: { recipient_hash: Buffer.from("h") } };
  expect(readSend("d00f", "0268")).toMatchObject(hash);
  expect(readSend("d00f", `${"80".repeat(200)}00`)).toBe("undecodable");
  expect(readSend("d00f", "0268")).toMatchObject(hash);
});

test("an int of more than 32 bits is undecodable: it could not be written again", () => {
  expect(readSend("feffffff0f", "0268")).toMatchObject({ event: { precision_ms: 2 ** 31 - 1 } });
  expect(readSend("8080808010", "0268")).toBe("undecodable");
  expect(readSend(`${"80".repeat(200)}00`, "0268")).toBe("undecodable");
});

test("a long text in another alphabet is no number", () => {
  expect(read(encoded({ diagnostic: "報".repeat(500) }))).toHaveProperty("event");
});
