import { createWriteStream } from "node:fs";
import type { IncomingMessage } from "node:http";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";

import { ClickHouseException, exception } from "./exception.ts";

/** The bytes of a request: SQL of the URL, a line end, the body. */
export interface RequestBytes {
  /** The first bytes, at least `headBytesMax` of them or all. */
  head: Buffer;
  /** True if `head` is all there is. */
  complete: boolean;
  /** Writes everything from byte `start` of the whole on to a file. Rejects, with the file torn, if the body came torn. */
  spool(start: number, file: string): Promise<void>;
}

/** Reads the head of a request, decompressed. A body that ends early is an error, never a short body. */
export async function readRequestBytes(
  request: IncomingMessage,
  options: { query: string; headBytesMax: number; bodyBytesMax: number },
): Promise<RequestBytes> {
  const chunks = decoded(request, options.bodyBytesMax)[Symbol.asyncIterator]();
  const head: Buffer[] = options.query === "" ? [] : [Buffer.from(`${options.query}\n`)];
  let length = head[0]?.length ?? 0;
  let complete = false;
  while (!complete && length < options.headBytesMax) {
    const next = await chunks.next().catch(rethrowBody);
    if (next.done === true) complete = true;
    else {
      head.push(next.value);
      length += next.value.length;
    }
  }
  const bytes = Buffer.concat(head);
  return {
    head: bytes,
    complete,
    spool: async (start, file) => {
      const rest = async function* (): AsyncGenerator<Buffer> {
        yield bytes.subarray(start);
        if (!complete) yield* { [Symbol.asyncIterator]: () => chunks };
      };
      await pipeline(Readable.from(rest(), { objectMode: false }), createWriteStream(file, { mode: 0o600 })).catch(
        rethrowBody,
      );
    },
  };
}

function decoded(request: IncomingMessage, bodyBytesMax: number): AsyncIterable<Buffer> {
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (encoding !== "identity" && encoding !== "gzip") {
    throw exception("NOT_IMPLEMENTED", `Content-Encoding ${encoding.slice(0, 40)} is not supported here: use gzip`);
  }
  if ((request.headers["content-type"] ?? "").startsWith("multipart/")) {
    throw exception("NOT_IMPLEMENTED", "multipart bodies are not supported here: send parameters in the URL");
  }
  let length = 0;
  const bounded = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      length += chunk.length;
      if (length <= bodyBytesMax) done(null, chunk);
      else done(exception("QUERY_IS_TOO_LARGE", `The body is larger than ${bodyBytesMax} bytes: send it in parts`));
    },
  });
  // Not pipeline(): it would destroy the request, and with it the socket on which the error is to be told.
  const first = encoding === "gzip" ? createGunzip() : bounded;
  if (first !== bounded) first.once("error", (error) => bounded.destroy(error)).pipe(bounded);
  request.once("error", (error) => bounded.destroy(error));
  request.once("close", () => request.complete || bounded.destroy(new Error("closed")));
  bounded.once("close", () => {
    request.unpipe(first);
    request.resume();
  });
  request.pipe(first);
  return bounded;
}

function rethrowBody(error: unknown): never {
  if (error instanceof ClickHouseException) throw error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOSPC") throw exception("NOT_ENOUGH_SPACE", "No space left for the body of the request", error);
  if (code.startsWith("Z_")) throw exception("ZLIB_INFLATE_FAILED", `The gzip body is broken (${code})`, error);
  throw exception("ABORTED", `The body of the request did not come in whole (${code})`, error);
}
