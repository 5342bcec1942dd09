import { createRequire } from "node:module";
import type { Socket } from "node:net";
import { crc32c } from "./crc32c.ts";
import { replaceModule } from "./replace-module.ts";
import { asPieces, writesPieces } from "./request-pieces.ts";

// kafkajs copies a record that it writes nine times, each time into a buffer of the next power of two filled with zeros, and
// a response once more than it must. What is allocated so fast calls the garbage collector all the time, which then takes
// more than everything else. Here encoders keep large pieces as they are, and a request goes to its socket in pieces: the
// bytes of a large value are those that its sender gave, which must stay as they are until the request is answered.

const load = createRequire(import.meta.url);
const protocol = "kafkajs/src/protocol/";
const recordBatch = `${protocol}recordBatch/v0/index.js`;
/** Those that make record batches; kafkajs requires them at every request. */
const produceRequests = [3, 4, 5, 6, 7].map((version) => `${protocol}requests/produce/v${version}/request.js`);

interface Encoder {
  buf: Buffer;
  offset: number;
  /** Pieces that come before what is in `buf`. */
  pieces?: Buffer[];
  /** It is or becomes a whole request, which only a socket reads. */
  isRequest?: boolean;
  readonly buffer: Buffer;
  ensureAvailable(length: number): void;
  writeBufferInternal(bytes: Buffer): void;
  writeInt8(value: number): Encoder;
  writeInt16(value: number): Encoder;
  writeInt32(value: number): Encoder;
  writeUInt32(value: number): Encoder;
  writeInt64(value: unknown): Encoder;
  writeBytes(value: unknown): Encoder;
  writeArray(values: Encoder[], type: "object"): Encoder;
  writeEncoder(value: Encoder): Encoder;
  writeEncoderArray(values: Encoder[]): Encoder;
  size(): number;
}
const Encoder = load(`${protocol}encoder.js`) as new () => Encoder;
interface Sent {
  request: { encode(): Promise<Encoder> };
}
interface Connection {
  chunks: Buffer[];
  processData(bytes: Buffer): void;
  send(options: Sent): Promise<unknown>;
}
const Connection = load("kafkajs/src/network/connection.js") as { prototype: Connection };
interface RecordBatchFields {
  compression?: number;
  transactional?: boolean;
  firstOffset?: unknown;
  firstTimestamp?: unknown;
  maxTimestamp?: unknown;
  partitionLeaderEpoch?: number;
  lastOffsetDelta?: number;
  producerId?: unknown;
  producerEpoch?: number;
  firstSequence?: number;
  records?: Encoder[];
}
type MakeRecordBatch = (fields: RecordBatchFields) => Promise<Encoder>;

/** From here on a piece is kept; shorter ones are cheaper to copy. */
const pieceBytesMin = 4 * 1024;
const magic = 2;
const transactionMask = 0x10;
/** Of a record batch behind its length: leader epoch, magic, checksum. */
const uncheckedBytes = 9;

/** From now on kafkajs copies less, in the whole process. Gives what undoes it. */
export function installFewerCopies(): () => void {
  const undos = [patchEncoder(), patchConnection(), installRecordBatch()];
  return () => {
    for (const undo of undos) undo();
  };
}

function patchEncoder(): () => void {
  const prototype = Encoder.prototype as Encoder;
  const { writeBufferInternal, writeEncoder, writeEncoderArray, writeBytes } = prototype;
  return patch(prototype, {
    writeBufferInternal: {
      value(this: Encoder, bytes: Buffer) {
        if (bytes.length < pieceBytesMin) writeBufferInternal.call(this, bytes);
        else keep(this, bytes);
      },
    },
    writeBytes: {
      value(this: Encoder, value: unknown) {
        if (!Buffer.isBuffer(value) || value.length < pieceBytesMin) return writeBytes.call(this, value);
        keep(this.writeInt32(value.length), value);
        return this;
      },
    },
    writeEncoder: {
      value(this: Encoder, value: Encoder) {
        if (value?.isRequest === true) this.isRequest = true;
        if (value?.pieces === undefined) return writeEncoder.call(this, value);
        for (const piece of piecesOf(value)) this.writeBufferInternal(piece);
        return this;
      },
    },
    writeEncoderArray: {
      value(this: Encoder, values: Encoder[]) {
        if (!values.some((value) => value?.pieces !== undefined)) return writeEncoderArray.call(this, values);
        for (const value of values) this.writeEncoder(value);
        return this;
      },
    },
    size: {
      value(this: Encoder) {
        return (this.pieces ?? []).reduce((sum, { length }) => sum + length, this.offset);
      },
    },
    buffer: {
      get(this: Encoder) {
        if (this.pieces !== undefined && this.isRequest === true) return asPieces(piecesOf(this));
        if (this.pieces !== undefined) {
          this.buf = Buffer.concat(piecesOf(this));
          this.offset = this.buf.length;
          delete this.pieces;
        }
        return this.buf.subarray(0, this.offset);
      },
    },
  });
}

function keep(encoder: Encoder, piece: Buffer): void {
  const { buf, offset } = encoder;
  (encoder.pieces ??= []).push(buf.subarray(0, offset), piece);
  encoder.buf = buf.subarray(offset);
  encoder.offset = 0;
}

function piecesOf({ pieces = [], buf, offset }: Encoder): Buffer[] {
  return [...pieces, buf.subarray(0, offset)];
}

/** Of those that connected since they were patched. */
const sockets = new WeakMap<Connection, Socket>();

function patchConnection(): () => void {
  const { processData, send } = Connection.prototype;
  return patch(Connection.prototype, {
    processData: {
      value(this: Connection, bytes: Buffer) {
        // The nothing that is left of one response would be put together with the next one, by copying it.
        if (this.chunks.length === 1 && this.chunks[0]?.length === 0) this.chunks = [];
        processData.call(this, bytes);
      },
    },
    send: {
      value(this: Connection, options: Sent) {
        // One that has a socket of before writes requests whole.
        if (Object.hasOwn(this, "socket")) return send.call(this, options);
        const { request } = options;
        const encode = async (): Promise<Encoder> => Object.assign(await request.encode(), { isRequest: true });
        return send.call(this, { ...options, request: { ...request, encode } });
      },
    },
    socket: {
      get(this: Connection) {
        return sockets.get(this);
      },
      set(this: Connection, socket: Socket) {
        sockets.set(this, writesPieces(socket));
      },
    },
  });
}

/** A record batch whose checksum is made of its pieces. */
function installRecordBatch(): () => void {
  const stock = load(recordBatch) as { RecordBatch: MakeRecordBatch };
  const RecordBatch: MakeRecordBatch = async (fields) =>
    fields.compression ? await stock.RecordBatch(fields) : uncompressed(fields);
  return replaceModule(recordBatch, { ...stock, RecordBatch }, produceRequests);
}

function uncompressed(fields: RecordBatchFields): Encoder {
  const body = new Encoder()
    .writeInt16(fields.transactional ? transactionMask : 0)
    .writeInt32(fields.lastOffsetDelta ?? 0)
    .writeInt64(fields.firstTimestamp ?? Date.now())
    .writeInt64(fields.maxTimestamp ?? Date.now())
    .writeInt64(fields.producerId ?? -1)
    .writeInt16(fields.producerEpoch ?? 0)
    .writeInt32(fields.firstSequence ?? 0)
    .writeArray(fields.records ?? [], "object");
  const checksum = piecesOf(body).reduce((before, piece) => crc32c(piece, before), 0);
  return new Encoder()
    .writeInt64(fields.firstOffset ?? 0)
    .writeInt32(uncheckedBytes + body.size())
    .writeInt32(fields.partitionLeaderEpoch ?? 0)
    .writeInt8(magic)
    .writeUInt32(checksum)
    .writeEncoder(body);
}

/** Defines properties anew; gives what puts the old ones back. */
function patch(target: object, properties: PropertyDescriptorMap): () => void {
  const stock = Object.keys(properties).map((name) => [name, Object.getOwnPropertyDescriptor(target, name)] as const);
  for (const [name, property] of Object.entries(properties))
    Object.defineProperty(target, name, {
      ...property,
      configurable: true,
      ...("value" in property ? { writable: true } : {}),
    });
  return () => {
    for (const [name, property] of stock) {
      if (property) Object.defineProperty(target, name, property);
      else Reflect.deleteProperty(target, name);
    }
  };
}
