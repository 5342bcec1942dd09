import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { createGzip } from "node:zlib";

import type { ChdbResult } from "./chdb-addon.ts";
import { contentType } from "./content-type.ts";
import { exceptionText, type ClickHouseException } from "./exception.ts";
import { httpStatus } from "./http-status.ts";

/** What every reply of this server says of itself. */
export interface ServerFacts {
  version: string;
  timezone: string;
  displayName: string;
}

/** The answer to one query. */
export interface Reply {
  /** Sends the headers. Without `result` the numbers are not known yet, as the rows are still coming. */
  begin(format: string, result: Numbers | undefined): void;
  /** Sends bytes, and waits while the client is slower. */
  write(bytes: Uint8Array): Promise<void>;
  end(): Promise<void>;
  /** Tells an error: with its status if nothing was sent, else in ClickHouse's frame, with the transfer cut short. */
  fail(error: ClickHouseException): Promise<void>;
}

/** The numbers of X-ClickHouse-Summary; an INSERT's rows count as written. */
export interface Numbers {
  kind: "read" | "insert";
  result: ChdbResult;
}

/** Makes the answer of one query; `gzip` if the client accepts it and asked for it. */
export function createReply(
  response: ServerResponse,
  options: ServerFacts & { queryId: string; encoding: "gzip" | "identity" },
): Reply {
  const tag = randomBytes(8).toString("hex");
  let sink: Writable = response;
  const head = (): void => {
    response.setHeader("X-ClickHouse-Server-Display-Name", options.displayName);
    response.setHeader("X-ClickHouse-Query-Id", options.queryId);
    response.setHeader("X-ClickHouse-Timezone", options.timezone);
  };
  const write = async (bytes: Uint8Array): Promise<void> => {
    if (!sink.write(bytes)) await drained(sink, response);
  };
  const end = async (): Promise<void> => {
    sink.end();
    await finished(response);
  };
  return {
    begin(format, numbers) {
      head();
      response.setHeader("Content-Type", contentType(format));
      response.setHeader("X-ClickHouse-Format", format);
      response.setHeader("X-ClickHouse-Summary", summary(numbers));
      response.setHeader("X-ClickHouse-Exception-Tag", tag);
      if (options.encoding === "identity") return;
      response.setHeader("Content-Encoding", "gzip");
      const gzip = createGzip({ level: 3 });
      gzip.pipe(response);
      sink = gzip;
    },
    write,
    end,
    async fail(error) {
      const text = exceptionText(error, options.version);
      if (response.headersSent) return cutShort(sink, response, exceptionFrame(text, tag));
      for (const name of response.getHeaderNames()) response.removeHeader(name);
      head();
      response.statusCode = httpStatus(error.code);
      response.setHeader("Content-Type", "text/plain; charset=UTF-8");
      response.setHeader("X-ClickHouse-Exception-Code", String(error.code));
      if (response.statusCode === 503) response.setHeader("Retry-After", "1");
      response.end(text);
      await finished(response);
    },
  };
}

function exceptionFrame(text: string, tag: string): string {
  return `\r\n__exception__\r\n${tag}\r\n${text}${Buffer.byteLength(text)} ${tag}\r\n__exception__\r\n`;
}

/** The transfer ends without its last chunk, so that also a client that knows no frame sees that it is not whole. */
async function cutShort(sink: Writable, response: ServerResponse, frame: string): Promise<void> {
  await new Promise<void>((resolve) => sink.write(frame, () => resolve()));
  if (sink !== response) await new Promise<void>((resolve) => setImmediate(resolve));
  response.socket?.end();
}

/** Waits until more may be written, or until the client is gone. */
async function drained(sink: Writable, response: ServerResponse): Promise<void> {
  if (response.destroyed) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      sink.off("drain", done);
      response.off("close", done);
      resolve();
    };
    sink.on("drain", done);
    response.on("close", done);
  });
}

function summary(numbers: Numbers | undefined): string {
  const rows = String(numbers?.result.rowsRead ?? 0);
  const bytes = String(numbers?.result.bytesRead ?? 0);
  const isInsert = numbers?.kind === "insert";
  return JSON.stringify({
    read_rows: rows,
    read_bytes: bytes,
    written_rows: isInsert ? rows : "0",
    written_bytes: isInsert ? bytes : "0",
    total_rows_to_read: "0",
    result_rows: rows,
    result_bytes: bytes,
    elapsed_ns: String(Math.round((numbers?.result.elapsed ?? 0) * 1e9)),
  });
}
