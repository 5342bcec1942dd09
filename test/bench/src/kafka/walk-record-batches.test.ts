import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { walkRecordBatches, type FetchDecoder } from "./walk-record-batches.ts";

// kafkajs's own encoder and decoder: what the walk says must be what they wrote.
const load = createRequire(import.meta.url);
interface Encoder {
  buffer: Buffer;
}
const { RecordBatch: encodeBatch } = load("kafkajs/src/protocol/recordBatch/v0") as {
  RecordBatch: (batch: object) => Promise<Encoder>;
};
const encodeRecord = load("kafkajs/src/protocol/recordBatch/record/v0") as (record: object) => Encoder;
const Decoder = load("kafkajs/src/protocol/decoder") as new (bytes: Buffer) => FetchDecoder;
const Long = load("kafkajs/src/utils/long") as { fromInt(value: number): object };

async function batch(firstOffset: number, values: string[], compression = 0): Promise<Buffer> {
  const records = values.map((value, offsetDelta) =>
    encodeRecord({ offsetDelta, key: Buffer.from(`key ${offsetDelta}`), value: Buffer.from(value) }),
  );
  const lastOffsetDelta = values.length - 1;
  return (await encodeBatch({ firstOffset: Long.fromInt(firstOffset), lastOffsetDelta, records, compression })).buffer;
}

function fetched(bytes: Buffer): FetchDecoder {
  const size = Buffer.alloc(4);
  size.writeInt32BE(bytes.length);
  return new Decoder(Buffer.concat([size, bytes]));
}

test("each batch becomes one pseudo-message with its last offset, its count and the bytes of its values", async () => {
  const first = await batch(10, ["a", "bc", "x".repeat(1_000)]);
  const second = await batch(13, ["defg"]);
  expect(walkRecordBatches(fetched(Buffer.concat([first, second])))).toEqual([
    { offset: "12", count: 3, isControlRecord: false, walked: 1_003 },
    { offset: "13", count: 1, isControlRecord: false, walked: 4 },
  ]);
});

test("a batch that was cut off at the response's end is left for the next fetch", async () => {
  const first = await batch(0, ["a"]);
  const cut = (await batch(1, ["b"])).subarray(0, -1);
  expect(walkRecordBatches(fetched(Buffer.concat([first, cut])))).toHaveLength(1);
  expect(walkRecordBatches(fetched(Buffer.alloc(0)))).toEqual([]);
});

test("a compressed batch is refused", async () => {
  const gzip = 1;
  const bytes = await batch(0, ["a"], gzip);
  expect(() => walkRecordBatches(fetched(bytes))).toThrow("uncompressed");
});
