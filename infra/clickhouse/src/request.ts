import type { IncomingHttpHeaders } from "node:http";

import { exception } from "./exception.ts";
import type { Credentials } from "./users.ts";

/** What the URL and the headers of a request say; the body is read apart from it. */
export interface QueryRequest {
  /** SQL from the URL; the body goes on where it ends. */
  query: string;
  credentials: Credentials;
  database: string | undefined;
  defaultFormat: string;
  settings: Record<string, string>;
  params: Record<string, string>;
  /** Bytes of result that are held back, so that an error can still get its status. */
  bufferBytes: number | undefined;
  waitEndOfQuery: boolean;
  /** GET must not change anything (ClickHouse: readonly=2). */
  readonly: boolean;
}

/** URL parameters that are neither settings nor ours to pass on. */
const ignored = new Set(["stacktrace", "quota_key", "client_protocol_version", "session_timeout", "session_check"]);
const refused: Readonly<Record<string, string>> = {
  session_id: "sessions are not kept: send the settings with each request",
  compress: "use Accept-Encoding: gzip with enable_http_compression=1",
  decompress: "use Content-Encoding: gzip",
  role: "roles are not supported by the embedded engine",
};

/** Reads URL and headers the way ClickHouse's HTTP interface does: what it does not know is a setting. */
export function parseRequest(from: { method: string; url: URL; headers: IncomingHttpHeaders }): QueryRequest {
  const { method, url, headers } = from;
  const take = takeParameters(url.searchParams);
  const header = (name: string): string | undefined => [headers[name]].flat()[0];
  return {
    query: take.one("query") ?? "",
    credentials: readCredentials(take.one, header),
    database: header("x-clickhouse-database") ?? (take.one("database") || undefined),
    defaultFormat: header("x-clickhouse-format") ?? (take.one("default_format") || "TabSeparated"),
    settings: take.settings(),
    params: take.params(),
    bufferBytes: byteCount(take.one("buffer_size")),
    waitEndOfQuery: ["1", "true"].includes(take.one("wait_end_of_query") ?? ""),
    readonly: method === "GET" || method === "HEAD",
  };
}

/** Whether the reply is to be compressed: ClickHouse wants it said twice. */
export function acceptsGzip(url: URL, headers: IncomingHttpHeaders): boolean {
  const isEnabled = ["1", "true"].includes(url.searchParams.get("enable_http_compression") ?? "");
  return isEnabled && /\bgzip\b/.test([headers["accept-encoding"]].flat()[0] ?? "");
}

const own = ["query", "query_id", "database", "default_format", "buffer_size", "wait_end_of_query", "user", "password"];

function takeParameters(search: URLSearchParams): {
  one(name: string): string | undefined;
  settings(): Record<string, string>;
  params(): Record<string, string>;
} {
  const entries = [...search];
  for (const [name] of entries) {
    const advice = refused[name];
    if (advice !== undefined)
      throw exception("NOT_IMPLEMENTED", `URL parameter ${name} is not supported here: ${advice}`);
  }
  const isParam = (name: string): boolean => name.startsWith("param_");
  return {
    one: (name) => search.get(name) ?? undefined,
    settings: () =>
      Object.fromEntries(entries.filter(([name]) => !isParam(name) && !own.includes(name) && !ignored.has(name))),
    params: () =>
      Object.fromEntries(entries.filter(([name]) => isParam(name)).map(([name, value]) => [name.slice(6), value])),
  };
}

function readCredentials(
  one: (name: string) => string | undefined,
  header: (name: string) => string | undefined,
): Credentials {
  const named = header("x-clickhouse-user");
  if (named !== undefined) return { name: named, password: header("x-clickhouse-key") ?? "" };
  const basic = /^Basic (.*)$/i.exec(header("authorization") ?? "");
  if (basic !== null) {
    const pair = Buffer.from(basic[1] ?? "", "base64").toString("utf8");
    const colon = pair.indexOf(":");
    return colon < 0 ? { name: pair, password: "" } : { name: pair.slice(0, colon), password: pair.slice(colon + 1) };
  }
  return { name: one("user") || "default", password: one("password") ?? "" };
}

function byteCount(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  if (!/^\d{1,15}$/.test(text)) throw exception("BAD_ARGUMENTS", "buffer_size must be a number of bytes");
  return Number(text);
}
