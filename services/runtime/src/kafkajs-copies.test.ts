import { once } from "node:events";
import { createRequire } from "node:module";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
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
  new (fields: object): {
    chunks: Buffer[];
    requestQueue: object;
    processData(bytes: Buffer): void;
    connect(): Promise<unknown>;
    send(fields: object): Promise<unknown>;
    disconnect(): Promise<unknown>;
  };
};

interface Fields {
  version: number;
  compression: number;
  transactionalId: string | null;
  topicData: object[];
}

function produceRequest({ version, ...fields }: Fields): object {
  return (load(`kafkajs/src/protocol/requests/produce/v${version}/request.js`) as (all: object) => object)({
    acks: -1,
    timeout: 10_000,
    ...(fields.transactionalId === null ? {} : { producerId: 77, producerEpoch: 3 }),
    ...fields,
  });
}

/** A produce request as it goes out, by whatever is installed. */
async function encode(fields: Fields, correlationId = 5): Promise<Buffer> {
  return (await createRequest({ request: produceRequest(fields), correlationId, clientId: "client" })).buffer;
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

const logger = { namespace: () => ({ debug: () => {}, namespace: () => ({ debug: () => {} }) }) };

/** A server that answers each request by nothing but its number, and all bytes that it was sent. */
async function answering() {
  const received: Buffer[] = [];
  const server = createServer((socket) => {
    let waiting = Buffer.alloc(0);
    socket.on("data", (bytes) => {
      received.push(bytes);
      waiting = Buffer.concat([waiting, bytes]);
      for (let end = 0; waiting.length >= 4; waiting = waiting.subarray(end)) {
        end = 4 + waiting.readInt32BE(0);
        if (waiting.length < end) return;
        socket.write(Buffer.concat([Buffer.of(0, 0, 0, 4), waiting.subarray(8, 12)]));
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { port, received: () => Buffer.concat(received), close: () => server.close() };
}

test("a connection writes requests of any size byte for byte as kafkajs does, also several at once", async () => {
  const all = [10, 5_000, 3_000_000, 1, 200_000].map((length): Fields => {
    const messages = [{ key: null, value: Buffer.alloc(length, length), headers: {} }];
    const partitions = [0, 1].map((partition) => ({ partition, firstSequence: 0, messages }));
    return { version: 5, compression: 0, transactionalId: null, topicData: [{ topic: "a", partitions }] };
  });
  const server = await answering();
  const written: Buffer[] = [];
  const connection = new Connection({
    host: "127.0.0.1",
    port: server.port,
    clientId: "client",
    logger,
    requestTimeout: 10_000,
    connectionTimeout: 10_000,
    socketFactory: ({ onConnect, ...to }: { host: string; port: number; onConnect(): void }): Socket => {
      const socket = connect(to, onConnect);
      const { _writev } = socket;
      socket._writev = (chunks, done) => {
        written.push(...chunks.map(({ chunk }) => chunk as Buffer));
        _writev?.call(socket, chunks, done);
      };
      return socket;
    },
  });
  await connection.connect();
  const response = { decode: async () => ({}), parse: async () => ({}) };
  await Promise.all(all.map((fields) => connection.send({ request: produceRequest(fields), response })));
  await connection.disconnect();
  server.close();
  uninstall();
  const stock = await Promise.all(all.map((fields, number) => encode(fields, number)));
  uninstall = installFewerCopies();
  expect(server.received().equals(Buffer.concat(stock))).toBe(true);
  // What is large goes out from where it was.
  const large = all[2]?.topicData as [{ partitions: { messages: { value: Buffer }[] }[] }];
  expect(written).toContain(large[0].partitions[0]?.messages[0]?.value);
});

describe("a connection", () => {
  function connection() {
    const made = new Connection({ host: "h", port: 1, logger, socketFactory: () => {} });
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
