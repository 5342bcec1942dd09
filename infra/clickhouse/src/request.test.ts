import { expect, test } from "vitest";

import { acceptsGzip, parseRequest } from "./request.ts";

const parse = (
  search: string,
  headers: Record<string, string> = {},
  method = "POST",
): ReturnType<typeof parseRequest> => parseRequest({ method, url: new URL(`http://localhost/${search}`), headers });

test("what the URL says beyond the known words is a setting or a parameter", () => {
  const request = parse(
    "?query=SELECT+1&max_threads=2&param_a=%27x%09&database=d&default_format=CSV&query_id=q&stacktrace=1",
  );
  expect(request).toMatchObject({
    query: "SELECT 1",
    settings: { max_threads: "2" },
    params: { a: "'x\t" },
    database: "d",
    defaultFormat: "CSV",
  });
});

test("headers win over the URL, and a GET is read-only", () => {
  const request = parse("?database=d&default_format=CSV&user=u&password=p", {
    "x-clickhouse-database": "e",
    "x-clickhouse-format": "JSON",
    "x-clickhouse-user": "v",
    "x-clickhouse-key": "k",
  });
  expect(request).toMatchObject({
    database: "e",
    defaultFormat: "JSON",
    credentials: { name: "v", password: "k" },
    readonly: false,
  });
  expect(parse("?query=1", {}, "GET").readonly).toBe(true);
});

test("basic authentication keeps colons of the password", () => {
  const authorization = `Basic ${Buffer.from("me:a:b").toString("base64")}`;
  expect(parse("", { authorization }).credentials).toEqual({ name: "me", password: "a:b" });
  expect(parse("").credentials).toEqual({ name: "default", password: "" });
});

test("what would silently not work is refused", () => {
  for (const search of ["?session_id=1", "?compress=1", "?decompress=1"])
    expect(() => parse(search)).toThrow(/not supported/);
});

test("a reply is compressed only if the client says it twice", () => {
  const url = (search: string): URL => new URL(`http://localhost/${search}`);
  expect(acceptsGzip(url("?enable_http_compression=1"), { "accept-encoding": "gzip, br" })).toBe(true);
  expect(acceptsGzip(url(""), { "accept-encoding": "gzip" })).toBe(false);
  expect(acceptsGzip(url("?enable_http_compression=1"), {})).toBe(false);
});
