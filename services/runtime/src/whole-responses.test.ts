import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readWholeResponses } from "./whole-responses.ts";
import { socketFactory } from "./socket-factory.ts";

/** Made for this test, for localhost. */
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgN1jOCNNKl8cMdp6e
ONxUdo8Ol9bWPsMPKIKzyeNAkk+hRANCAAT6+dI0n1DMZYRbVYB5/F8T4jHONPcP
5+mYHVolMMJX3pdnxQzkXDJCgNFIG1/TQgThOuaxUOZzA5wcVM5Du7Dh
-----END PRIVATE KEY-----`;
const cert = `-----BEGIN CERTIFICATE-----
MIIBfzCCASSgAwIBAgITL+KJStBS1OJt+DcPaKsXivLLjDAKBggqhkjOPQQDAjAU
MRIwEAYDVQQDDAlsb2NhbGhvc3QwIBcNMjYxMTI0MTkzODQ3WhgPMjEyNjEwMzEx
OTM4NDdaMBQxEjAQBgNVBAMMCWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49
AwEHA0IABPr50jSfUMxlhFtVgHn8XxPiMc409w/n6ZgdWiUwwlfel2fFDORcMkKA
0UgbX9NCBOE65rFQ5nMDnBxUzkO7sOGjUzBRMB0GA1UdDgQWBBQYWrnrPtsGz1Rm
TMfxYkll49ADrDAfBgNVHSMEGDAWgBQYWrnrPtsGz1RmTMfxYkll49ADrDAPBgNV
HRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQDu4ev6gvh5i1etAeJ0JSxs
Nsp1P1kqB6Q8rr8t8QCvfgIhAIvX0I99HFKw4o0jbeAI6qlnAadzUsJEu9FqdiX/
lfG8
-----END CERTIFICATE-----`;

function framed(body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
}

function body(length: number, seed: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, index) => (index * 31 + seed * 7) & 255));
}

/** Reads as a socket does: asks for a place, puts at most `stepMax` bytes there. */
function read(bytes: Buffer, steps: readonly number[]) {
  const given: Buffer[] = [];
  const refused: Error[] = [];
  const onread = readWholeResponses(
    (response) => given.push(response),
    (error) => refused.push(error),
    (bytes) => Buffer.allocUnsafeSlow(bytes),
  );
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const place = (onread.buffer as () => Buffer)();
    expect(place.length).toBeGreaterThan(0);
    const copied = bytes.copy(place, 0, at, at + (steps[turn % steps.length] as number));
    at += copied;
    if (!onread.callback(copied, place)) break;
  }
  return { given, refused };
}

const steps = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 300_000 })), {
  minLength: 1,
});
const length = fc.oneof(fc.nat(12), fc.nat(5_000), fc.integer({ min: 65_500, max: 65_560 }), fc.nat(300_000));

test("each response comes as one Buffer of its own, however the bytes arrive", () => {
  fc.assert(
    fc.property(fc.array(length, { maxLength: 6 }), steps, (lengths, all) => {
      const frames = lengths.map((bytes, index) => framed(body(bytes, index)));
      const { given } = read(Buffer.concat(frames), all.some((step) => step > 1_000) ? all : [...all, 70_000]);
      expect(given.map((response) => response.length)).toEqual(frames.map((frame) => frame.length));
      expect(given.every((response, index) => response.equals(frames[index] as Buffer))).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test("a long response is read to where it stays: nothing else is in its memory", () => {
  const frame = framed(body(200_000, 1));
  const { given } = read(Buffer.concat([framed(body(10, 2)), frame]), [65_536]);
  expect(given[1]?.buffer.byteLength).toBe(frame.length);
});

test.each([
  ["a negative length", Buffer.alloc(4, 255)],
  ["an HTTP answer", Buffer.from("HTTP/1.1 400 Bad Request")],
  ["a TLS alert", Buffer.of(0x15, 3, 3, 0, 2, 2, 10)],
])("%s is refused once, and nothing is given after it", (_, wrong) => {
  const { given, refused } = read(Buffer.concat([framed(body(3, 1)), wrong, framed(body(3, 2))]), [9]);
  expect(given).toHaveLength(1);
  expect(refused.map((error) => (error as NodeJS.ErrnoException).code)).toEqual(["NOT_KAFKA"]);
});

test("a socket whose other side speaks no Kafka ends with an error", async () => {
  const server = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request")).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const socket = socketFactory({ host: "127.0.0.1", port, ssl: undefined as never, onConnect: () => {} });
  socket.on("data", () => expect.unreachable());
  const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
  expect(error.code).toBe("NOT_KAFKA");
  server.close();
});

describe("a socket gives whole responses as its data, then its end", () => {
  const frames = [framed(body(5, 1)), framed(body(3_000_000, 2)), framed(body(0, 3))];
  const write = (socket: Socket): void => {
    for (const frame of frames) socket.write(frame);
    socket.end();
  };

  test.each([
    ["plain", createServer(write), undefined],
    ["TLS", createTlsServer({ key, cert }, write), { rejectUnauthorized: false }],
  ])("%s", async (_, server, ssl) => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const socket = socketFactory({ host: "127.0.0.1", port, ssl: ssl as never, onConnect: () => {} });
    const given: Buffer[] = [];
    socket.on("data", (response: Buffer) => given.push(response));
    await once(socket, "end");
    expect(given.map((response) => response.length)).toEqual(frames.map((frame) => frame.length));
    expect(Buffer.concat(given).equals(Buffer.concat(frames))).toBe(true);
    socket.destroy();
    server.close();
  });
});
