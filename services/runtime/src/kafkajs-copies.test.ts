import { createRequire } from "node:module";
import fc from "fast-check";
import kafkajs from "kafkajs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { crc32c, crc32cInJavaScript } from "./crc32c.ts";
import { installFewerCopies } from "./kafkajs-copies.ts";

const load = createRequire(import.meta.url);
const createRequest = load("kafkajs/src/protocol/request.js") as (fields: object) => Promise<{ buffer: Buffer }>;
const Encoder = load("kafkajs/src/protocol/encoder.js") as new () => {
  writeBytes(bytes: Buffer): { buffer: Buffer; size(): number };
};
const Connection = load("kafkajs/src/network/connection.js") as {
  new (fields: object): { chunks: Buffer[]; requestQueue: object; processData(bytes: Buffer): void };
};

interface Fields {
  version: number;
  compression: number;
  transactionalId: string | null;
  topicData: object[];
}

/** A produce request as it goes out, by whatever is installed. */
async function encode({ version, ...fields }: Fields): Promise<Buffer> {
  const request = (load(`kafkajs/src/protocol/requests/produce/v${version}/request.js`) as (all: object) => object)({
    acks: -1,
    timeout: 10_000,
    ...(fields.transactionalId === null ? {} : { producerId: 77, producerEpoch: 3 }),
    ...fields,
  });
  return (await createRequest({ request, correlationId: 5, clientId: "client" })).buffer;
}

let uninstall: () => void;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 5, 1) });
  uninstall = installFewerCopies();
});
afterEach(() => {
  uninstall();
  vi.useRealTimers();
});

const bytes = (lengths: fc.Arbitrary<number>) =>
  fc.option(
    fc
      .tuple(lengths, fc.nat(255))
      .map(([length, seed]) => Buffer.from(Array.from({ length }, (_, at) => (at * 31 + seed) & 255))),
    { nil: null },
  );
const lengths = fc.oneof(fc.nat(300), fc.integer({ min: 4_090, max: 4_100 }), fc.nat(200_000));
const message = fc.record({
  key: bytes(lengths),
  value: bytes(lengths),
  headers: fc.constantFrom({}, { name: "text", other: Buffer.alloc(5_000, 1) }),
});
const partition = fc.record({
  partition: fc.nat(9),
  firstSequence: fc.nat(),
  messages: fc.array(message, { minLength: 1, maxLength: 3 }),
});
const topic = fc.record({
  topic: fc.constantFrom("a", "long-name"),
  partitions: fc.array(partition, { maxLength: 3 }),
});

test("produce requests are byte for byte what kafkajs writes", async () => {
  const fields = fc.record({
    version: fc.integer({ min: 3, max: 7 }),
    compression: fc.constantFrom(0, 0, kafkajs.CompressionTypes.GZIP),
    transactionalId: fc.constantFrom(null, null, "tx"),
    topicData: fc.array(topic, { maxLength: 2 }),
  });
  await fc.assert(
    fc.asyncProperty(fields, async (all) => {
      const ours = await encode(all);
      uninstall();
      const stock = await encode(all);
      uninstall = installFewerCopies();
      expect(ours.equals(stock)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test("an encoder's large pieces are kept until they are asked for, and count in its size", () => {
  const large = Buffer.alloc(10_000, 1);
  const encoder = new Encoder().writeBytes(large);
  expect(encoder.size()).toBe(10_004);
  const { buffer } = encoder;
  expect([buffer.length, buffer.subarray(4).equals(large)]).toEqual([10_004, true]);
  expect(encoder.buffer.equals(buffer)).toBe(true);
});

describe("a connection", () => {
  function connection() {
    const made = new Connection({
      host: "h",
      port: 1,
      logger: { namespace: () => ({ debug: () => {}, namespace: () => ({}) }) },
      socketFactory: () => {},
    });
    const payloads: Buffer[] = [];
    made.requestQueue = { fulfillRequest: ({ payload }: { payload: Buffer }) => payloads.push(payload) };
    return { made, payloads };
  }
  function response(length: number): Buffer {
    const all = Buffer.alloc(8 + length, 7);
    all.writeInt32BE(4 + length);
    return all;
  }

  test("takes a whole response as it is, also after another one", () => {
    const { made, payloads } = connection();
    const responses = [response(10), response(20_000), response(30_000)];
    for (const each of responses) made.processData(each);
    expect(payloads.every(({ buffer }, index) => buffer === responses[index]?.buffer)).toBe(true);
    expect(payloads.map(({ length }) => length)).toEqual([10, 20_000, 30_000]);
  });

  test("puts a response together that comes in pieces", () => {
    const { made, payloads } = connection();
    const all = Buffer.concat([response(10), response(20_000), response(5)]);
    for (let at = 0; at < all.length; at += 1_000) made.processData(all.subarray(at, at + 1_000));
    expect(payloads.map(({ length }) => length)).toEqual([10, 20_000, 5]);
  });
});

test.each([crc32c, crc32cInJavaScript])("a checksum goes on behind that of an earlier piece", (checksum) => {
  const whole = Buffer.from("123456789");
  expect(checksum(whole)).toBe(0xe3069283);
  expect(checksum(whole.subarray(4), checksum(whole.subarray(0, 4)))).toBe(0xe3069283);
});
