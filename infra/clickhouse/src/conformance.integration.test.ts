// One suite for two servers: this package's own, built and started on a new directory, or the ClickHouse at
// CLICKHOUSE_URL. What both pass is what the pipeline may rely on.
import {
  ClickHouseLogLevel,
  createClient as createLoggingClient,
  drainStream,
  type ClickHouseClient,
} from "@clickhouse/client";
import { spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startClickHouseServer, type StartedServer, type StartOptions } from "./index.ts";

const givenUrl = process.env["CLICKHOUSE_URL"];
const isOwn = givenUrl === undefined;
const database = `conformance_${randomUUID().slice(0, 8)}`;
const folders: string[] = [];
const started: StartedServer[] = [];
let url = givenUrl ?? "";
let own: StartedServer | undefined;
let client: ClickHouseClient;

const newDir = (): string => {
  const path = mkdtempSync(join(tmpdir(), "clickhouse-server-"));
  folders.push(path);
  return path;
};
const start = async (options: Partial<StartOptions> = {}): Promise<StartedServer> => {
  const server = await startClickHouseServer({ dataDir: newDir(), port: 0, ...options });
  started.push(server);
  return server;
};
/** Half of the tests provoke errors: the client need not print them. */
const createClient: typeof createLoggingClient = (options) =>
  createLoggingClient({ ...options, log: { level: ClickHouseLogLevel.OFF } });
/** One raw request; answers are bytes, as formats are. */
const post = async (
  body: string | Uint8Array,
  search: Record<string, string> = {},
  headers: Record<string, string> = {},
  at = url,
): Promise<{ status: number; text: string; bytes: Buffer; headers: Headers }> => {
  const to = new URL(at);
  for (const [name, value] of Object.entries({ database, ...search })) to.searchParams.set(name, value);
  const response = await fetch(to, { method: "POST", body: body as string, headers });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, text: bytes.toString(), bytes, headers: response.headers };
};
const ask = async (sql: string, search: Record<string, string> = {}): Promise<string> => {
  const answer = await post(sql, search);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.text.trimEnd();
};
const table = async (columns: string, engine = "MergeTree ORDER BY tuple()"): Promise<string> => {
  const name = `t_${randomUUID().replaceAll("-", "")}`;
  await client.command({ query: `CREATE TABLE ${name} (${columns}) ENGINE = ${engine}` });
  return name;
};

beforeAll(async () => {
  if (isOwn) {
    own = await start();
    url = own.url;
  }
  const first = createClient({ url });
  await first.command({ query: `CREATE DATABASE ${database}` });
  await first.close();
  client = createClient({ url, database, max_open_connections: 20, request_timeout: 120_000 });
});

afterAll(async () => {
  await client.command({ query: `DROP DATABASE ${database}` });
  await client.close();
  await Promise.all(started.map((server) => server.stop()));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe("queries", () => {
  test("ping answers without a user", async () => {
    expect(await (await fetch(new URL("/ping", url))).text()).toBe("Ok.\n");
    expect(await client.ping()).toEqual({ success: true });
  });

  test("the query comes by URL, by body, or by both", async () => {
    const get = await fetch(`${url}/?query=${encodeURIComponent("SELECT 1, 'ü'")}`);
    expect(await get.text()).toBe("1\tü\n");
    expect(await ask("SELECT 2")).toBe("2");
    expect(await ask("2 FORMAT CSV", { query: "SELECT 1 +" })).toBe("3");
  });

  test("a GET changes nothing", async () => {
    const name = await table("a Int8");
    const answer = await fetch(`${url}/?query=${encodeURIComponent(`DROP TABLE ${database}.${name}`)}`);
    expect([answer.status, answer.headers.get("x-clickhouse-exception-code")]).toEqual([500, "164"]);
  });

  test.each([
    ["JSON", '"a": 1'],
    ["JSONCompact", "[1"],
    ["JSONEachRow", '{"a":1,"b":"x\\ty"}\n'],
    ["JSONCompactEachRowWithNamesAndTypes", '["a", "b"]\n["UInt8", "String"]\n[1, "x\\ty"]\n'],
    ["CSVWithNames", '"a","b"\n1,"x\ty"\n'],
    ["TabSeparatedWithNamesAndTypes", "a\tb\nUInt8\tString\n1\tx\\ty\n"],
    ["Vertical", "a: 1"],
    ["XML", "<a>1</a>"],
    ["Markdown", "| a |"],
    ["RowBinary", "\x01\x03x\ty"],
    ["RowBinaryWithNamesAndTypes", "\x02\x01a\x01b\x05UInt8\x06String\x01\x03x\ty"],
    ["Native", "\x01\x03x\ty".slice(1)],
    ["Parquet", "PAR1"],
    ["ArrowStream", "a"],
  ])("format %s by FORMAT, by default_format and by header", async (format, expected) => {
    const sql = "SELECT 1 AS a, 'x\ty' AS b";
    const byClause = await post(`${sql} FORMAT ${format} SETTINGS max_threads = 1`);
    const byUrl = await post(sql, { default_format: format });
    const byHeader = await post(sql, {}, { "X-ClickHouse-Format": format });
    for (const answer of [byClause, byUrl, byHeader]) {
      expect(answer.bytes.toString("latin1")).toContain(expected);
      expect(answer.headers.get("x-clickhouse-format")).toBe(format);
    }
  });

  test("headers say who answers, what was read and under which ID", async () => {
    const { headers } = await post("SELECT number FROM numbers(7)", { query_id: "my-query-1", wait_end_of_query: "1" });
    expect(headers.get("x-clickhouse-query-id")).toBe("my-query-1");
    expect(headers.get("x-clickhouse-server-display-name")).not.toBeNull();
    expect(headers.get("x-clickhouse-timezone")).not.toBeNull();
    expect(JSON.parse(headers.get("x-clickhouse-summary") ?? "{}")).toMatchObject({ read_rows: "7", result_rows: "7" });
  });

  test("parameters of every type keep their bytes", async () => {
    const text = 'it\'s "a" \\ b\ttab\nline\r\u0001 ü 漢 🙂 `;-- /*';
    const result = await client.query({
      query:
        "SELECT {s:String} AS s, {a:Array(String)} AS a, {n:Nullable(String)} AS n, {i:Int64} AS i, {f:Float64} AS f, " +
        "{d:DateTime64(3, 'UTC')} AS d, {b:Bool} AS b, {id:Identifier}, toTypeName({i:Int64}) AS ty, {m:Map(String, UInt8)} AS m FROM (SELECT 1 AS one)",
      query_params: {
        s: text,
        a: [text, "", "NULL"],
        n: null,
        i: "-9223372036854775808",
        f: 0.5,
        d: new Date("2026-01-02T03:04:05.678Z"),
        b: true,
        id: "one",
        m: { k: 1 },
      },
      clickhouse_settings: { output_format_json_quote_64bit_integers: 1 },
      format: "JSONEachRow",
    });
    expect(await result.json()).toEqual([
      {
        s: text,
        a: [text, "", "NULL"],
        n: null,
        i: "-9223372036854775808",
        f: 0.5,
        d: "2026-01-02 03:04:05.678",
        b: true,
        one: 1,
        ty: "Int64",
        m: { k: 1 },
      },
    ]);
    expect(await ask("SELECT {x:String} = unhex('610962')", { param_x: "a\\tb" })).toBe("1");
    expect((await post("SELECT {x:String}")).headers.get("x-clickhouse-exception-code")).toBe("456");
  });

  test("JSON keeps decimals, wide integers and times as they are", async () => {
    const result = await client.query({
      query:
        "SELECT toDecimal64('12.3400', 4) AS d, toUInt64(18446744073709551615) AS u, toInt128('-170141183460469231731687303715884105728') AS i, " +
        "toDateTime64('2026-01-02 03:04:05.678', 3, 'UTC') AS t, CAST(NULL, 'Nullable(UInt8)') AS n, toUUID('61f0c404-5cb3-11e7-907b-a6006ad3dba0') AS id",
      clickhouse_settings: { output_format_json_quote_64bit_integers: 1, output_format_json_quote_decimals: 1 },
      format: "JSONEachRow",
    });
    expect(await result.json()).toEqual([
      {
        d: "12.34",
        u: "18446744073709551615",
        i: "-170141183460469231731687303715884105728",
        t: "2026-01-02 03:04:05.678",
        n: null,
        id: "61f0c404-5cb3-11e7-907b-a6006ad3dba0",
      },
    ]);
  });

  test("compression both ways", async () => {
    const name = await table("a UInt32, b String");
    const packed = createClient({ url, database, compression: { request: true, response: true } });
    const values = Array.from({ length: 5000 }, (_, a) => ({ a, b: "ü".repeat(20) }));
    await packed.insert({ table: name, values, format: "JSONEachRow" });
    const back = await packed.query({ query: `SELECT * FROM ${name} ORDER BY a`, format: "JSONEachRow" });
    expect(await back.json()).toEqual(values);
    await packed.close();
    await post(gzipSync(`INSERT INTO ${name} FORMAT TSV\n1\tx`), {}, { "Content-Encoding": "gzip" });
    expect(await ask(`SELECT count() FROM ${name}`)).toBe("5001");
    const raw = await new Promise<Buffer>((resolve, reject) => {
      const to = `${url}/?enable_http_compression=1&query=SELECT+repeat('a',1000)`;
      httpRequest(to, { headers: { "Accept-Encoding": "gzip" } }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => resolve(Buffer.concat(chunks)));
      })
        .on("error", reject)
        .end();
    });
    expect(gunzipSync(raw).toString()).toBe(`${"a".repeat(1000)}\n`);
  });

  test("a query that is aborted stops at the server", async () => {
    const mark = randomUUID();
    const controller = new AbortController();
    const running = client.query({
      query: `SELECT count() FROM numbers_mt(1000000000000) WHERE NOT ignore(sipHash64(number), '${mark}')`,
      abort_signal: controller.signal,
      clickhouse_settings: { cancel_http_readonly_queries_on_client_close: 1 },
    });
    const count = (): Promise<string> =>
      ask(`SELECT count() FROM system.processes WHERE query LIKE '%${mark}%' AND query NOT LIKE '%system.processes%'`);
    await expect.poll(count, { timeout: 10_000 }).toBe("1");
    controller.abort();
    await expect(running).rejects.toThrow();
    await expect.poll(count, { timeout: 10_000 }).toBe("0");
  });

  test("a large result passes row by row", async () => {
    const rss = (): number =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${own?.pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
    const before = isOwn ? rss() : 0;
    let most = before;
    let rows = 0;
    const result = await client.query({
      query: "SELECT number, repeat('x', 100) AS s FROM numbers(5000000)",
      format: "JSONEachRow",
    });
    for await (const batch of result.stream()) {
      if (isOwn && rows % 100_000 < batch.length) most = Math.max(most, rss());
      rows += batch.length;
    }
    expect(rows).toBe(5_000_000);
    // The result is 640 MB.
    if (isOwn) expect(most - before).toBeLessThan(300);
  });

  test("a client that reads nothing makes the server wait, and others go on", async () => {
    const socket = connect(Number(new URL(url).port), new URL(url).hostname);
    socket.pause();
    socket.write("GET /?query=SELECT+number+FROM+numbers(100000000000) HTTP/1.1\r\nHost: x\r\n\r\n");
    await sleep(500);
    expect(await ask("SELECT 1")).toBe("1");
    socket.destroy();
  });

  test("100 queries at a time do not mix up their parameters and settings", async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        ask("SELECT {n:UInt32}, getSetting('max_block_size')", {
          param_n: String(n),
          max_block_size: String(1000 + n),
        }),
      ),
    );
    expect(answers).toEqual(Array.from({ length: 100 }, (_, n) => `${n}\t${1000 + n}`));
  });
});

describe("errors", () => {
  test.each([
    ["SELEC 1", 62, 400, "SYNTAX_ERROR"],
    ["SELECT * FROM nope", 60, 404, "UNKNOWN_TABLE"],
    ["SELECT nope", 47, 404, "UNKNOWN_IDENTIFIER"],
    ["SELECT nope()", 46, 404, "UNKNOWN_FUNCTION"],
    ["SELECT 1 FORMAT Nope", 73, 404, "UNKNOWN_FORMAT"],
    ["SELECT 1 SETTINGS nope = 1", 115, 404, "UNKNOWN_SETTING"],
    ["SELECT toUInt8('x')", 6, 400, "CANNOT_PARSE_TEXT"],
    ["SELECT throwIf(1)", 395, 500, "FUNCTION_THROW_IF_VALUE_IS_NON_ZERO"],
    ["SELECT 1; SELECT 2", 62, 400, "SYNTAX_ERROR"],
    ["quit", 62, 400, "SYNTAX_ERROR"],
    ["", 62, 400, "SYNTAX_ERROR"],
  ])("%j is code %i with status %i", async (sql, code, status, name) => {
    const answer = await post(sql);
    expect([answer.status, answer.headers.get("x-clickhouse-exception-code")]).toEqual([status, String(code)]);
    expect(answer.text).toMatch(
      new RegExp(`^Code: ${code}\\. DB::Exception: [^]+ \\(${name}\\) \\(version [^]+\\)\\n$`),
    );
  });

  test("the client tells codes apart", async () => {
    await expect(client.query({ query: "SELECT * FROM nope" })).rejects.toMatchObject({
      code: "60",
      type: "UNKNOWN_TABLE",
    });
    const wrong = client.query({ query: "SELECT 1", clickhouse_settings: { nope: 1 } as Record<string, number> });
    await expect(wrong).rejects.toMatchObject({ code: "115" });
  });

  test("an error in the middle of a result reaches the client, and the transfer is visibly cut", async () => {
    const query = "SELECT number, throwIf(number > 3000000) FROM numbers(5000000)";
    const read = async (): Promise<void> => {
      const result = await client.query({ query, format: "JSONEachRow", clickhouse_settings: { max_threads: 1 } });
      for await (const batch of result.stream()) expect(batch.length).toBeGreaterThan(0);
    };
    await expect(read()).rejects.toThrow();
    const curl = spawnSync("curl", ["-s", "-d", query, url], { maxBuffer: 1 << 30 });
    expect(curl.status).toBe(18);
    expect(curl.stdout.subarray(-2000).toString()).toContain("Code: 395. DB::Exception: ");
  });

  test("with wait_end_of_query an error keeps its status", async () => {
    const answer = await post("SELECT throwIf(number > 3000000) FROM numbers(5000000)", { wait_end_of_query: "1" });
    expect([answer.status, answer.headers.get("x-clickhouse-exception-code")]).toEqual([500, "395"]);
  });
});

describe("inserts", () => {
  test("objects, arrays and streams", async () => {
    const name = await table("a UInt32, b Nullable(String), c Array(DateTime64(3, 'UTC'))");
    const row = { a: 1, b: null, c: ["2026-01-02 03:04:05.678"] };
    await client.insert({ table: name, values: [row], format: "JSONEachRow" });
    await client.insert({ table: name, values: [[2, "x\n\ny", []]], format: "JSONCompactEachRow" });
    const stream = new Readable({ objectMode: true, read() {} });
    for (let a = 3; a < 1003; a++) stream.push({ a, b: "ü漢🙂", c: [] });
    stream.push(null);
    const { summary } = await client.insert({ table: name, values: stream, format: "JSONEachRow" });
    expect(summary?.written_rows).toBe("1000");
    expect(await ask(`SELECT count(), countIf(b = 'ü漢🙂'), countIf(b IS NULL) FROM ${name}`)).toBe("1002\t1000\t1");
  });

  test.each(["RowBinary", "Native"])(
    "%s by exec keeps every byte, also blank lines that look like SQL",
    async (format) => {
      const name = await table("a UInt64, b String");
      const victim = await table("a Int8");
      const rows =
        "SELECT number AS a, concat('\\n\\nDROP TABLE ', '" +
        victim +
        "', ';\\n\\n', unhex('00ff0a0a27')) AS b FROM numbers(100000)";
      const { bytes } = await post(`${rows} FORMAT ${format}`);
      const { stream } = await client.exec({
        query: `INSERT INTO ${name} (a, b) SETTINGS insert_deduplication_token = 'x' FORMAT ${format}`,
        values: Readable.from([bytes.subarray(0, 11), bytes.subarray(11, 70_001), bytes.subarray(70_001)], {
          objectMode: false,
        }),
      });
      await drainStream(stream);
      expect(
        await ask(
          `SELECT count(), uniqExact(b), sum(a), hex(any(b)) = hex((SELECT any(b) FROM (${rows}))) FROM ${name}`,
        ),
      ).toBe("100000\t1\t4999950000\t1");
      expect(await ask(`EXISTS ${victim}`)).toBe("1");
    },
  );

  test("text bodies with blank lines and SQL in them are data", async () => {
    const name = await table("a UInt32, b String");
    const evil = "\n\nDROP TABLE x;\n\n";
    await post(`INSERT INTO ${name} VALUES (1, '${evil}'), (2, 'b')`);
    await post(`1,"${evil}"\n2,b\n`, { query: `INSERT INTO ${name} FORMAT CSV` });
    await post(`${JSON.stringify({ a: 1, b: evil })}\n\n${JSON.stringify({ a: 2, b: "b" })}`, {
      query: `INSERT INTO ${name} FORMAT JSONEachRow`,
    });
    await post(`INSERT INTO ${name} FORMAT JSONEachRow ${JSON.stringify({ a: 1, b: evil })}`);
    expect(await ask(`SELECT countIf(a = 1 AND b = '\\n\\nDROP TABLE x;\\n\\n'), countIf(a = 2) FROM ${name}`)).toBe(
      "4\t3",
    );
  });

  test("statement and rows in one body, with the rows' first bytes blank", async () => {
    const name = await table("a UInt8, b UInt8");
    const body = Buffer.concat([Buffer.from(`INSERT INTO ${name} FORMAT RowBinary\n`), Buffer.from([10, 32, 13, 59])]);
    expect((await post(body)).status).toBe(200);
    expect(await ask(`SELECT groupArray((a, b)) FROM (SELECT * FROM ${name} ORDER BY a)`)).toBe("[(10,32),(13,59)]");
  });

  test("characters that are split across chunks stay whole", async () => {
    const name = await table("b String");
    const text = "ü漢🙂".repeat(1000);
    const bytes = Buffer.from(`{"b":"${text}"}\n`);
    const status = await new Promise<number>((resolve, reject) => {
      const to = `${url}/?database=${database}&query=${encodeURIComponent(`INSERT INTO ${name} FORMAT JSONEachRow`)}`;
      const sent = httpRequest(to, { method: "POST" }, (response) => {
        response.resume().on("end", () => resolve(response.statusCode ?? 0));
      }).on("error", reject);
      for (let at = 0; at < bytes.length; at += 1001) sent.write(bytes.subarray(at, at + 1001));
      sent.end();
    });
    expect(status).toBe(200);
    expect(await ask(`SELECT b = repeat('ü漢🙂', 1000) FROM ${name}`)).toBe("1");
  });

  test("a body of 64 MB", async () => {
    const name = await table("a UInt64, b String");
    const { bytes } = await post("SELECT number, repeat('y', 64) FROM numbers(900000) FORMAT RowBinary");
    expect(bytes.length).toBeGreaterThan(60_000_000);
    const { stream } = await client.exec({
      query: `INSERT INTO ${name} FORMAT RowBinary`,
      values: Readable.from([bytes], { objectMode: false }),
    });
    await drainStream(stream);
    expect(await ask(`SELECT count(), sum(a), sum(length(b)) FROM ${name}`)).toBe("900000\t404999550000\t57600000");
  });

  test("tokens and settings of 200 inserts at a time do not leak into each other", async () => {
    const name = await table("a UInt32", "MergeTree ORDER BY a SETTINGS non_replicated_deduplication_window = 1000");
    await Promise.all(
      Array.from({ length: 200 }, (_, a) =>
        client.insert({
          table: name,
          values: [{ a }],
          format: "JSONEachRow",
          ...(a % 2 === 0 ? { clickhouse_settings: { insert_deduplication_token: `token-${a}` } } : {}),
        }),
      ),
    );
    expect(await ask(`SELECT count(), uniqExact(a) FROM ${name}`)).toBe("200\t200");
    await client.insert({
      table: name,
      values: [{ a: 1000 }],
      format: "JSONEachRow",
      clickhouse_settings: { insert_deduplication_token: "token-0" },
    });
    expect(await ask(`SELECT count() FROM ${name}`)).toBe("200");
  });

  test("a truncated upload stores nothing", async () => {
    const name = await table("a UInt32");
    const query = encodeURIComponent(`INSERT INTO ${name} FORMAT TSV`);
    const heads = ["Content-Length: 1000000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n4\r\n"];
    for (const head of heads) {
      const socket = connect(Number(new URL(url).port), new URL(url).hostname);
      socket.write(`POST /?database=${database}&query=${query} HTTP/1.1\r\nHost: x\r\n${head}1\n2\n`);
      await sleep(200);
      socket.destroy();
    }
    const gzip = gzipSync("1\n".repeat(100_000));
    const torn = await post(
      gzip.subarray(0, gzip.length - 20),
      { query: `INSERT INTO ${name} FORMAT TSV` },
      { "Content-Encoding": "gzip" },
    );
    expect(torn.status).toBeGreaterThanOrEqual(400);
    await sleep(300);
    expect(await ask(`SELECT count() FROM ${name}`)).toBe("0");
  });

  test("a wrong row refuses the block with its code", async () => {
    const name = await table("a UInt32");
    const answer = await post("1\nx\n3\n", { query: `INSERT INTO ${name} FORMAT TSV` });
    expect([answer.status, answer.headers.get("x-clickhouse-exception-code")]).toEqual([400, "27"]);
    expect(await ask(`SELECT count() FROM ${name}`)).toBe("0");
  });

  test("an error before the body is read still reaches the client", async () => {
    const answer = await post("1\n".repeat(5_000_000), { query: "SELECT 1; SELECT 2" });
    expect(answer.headers.get("x-clickhouse-exception-code")).toBe("62");
  });

  test("INSERT SELECT, also into a table function", async () => {
    const name = await table("a UInt64");
    await ask(`INSERT INTO ${name} SELECT number FROM numbers(10)`);
    await ask("INSERT INTO FUNCTION null('a UInt64') SELECT number FROM numbers(10)");
    expect(await ask(`SELECT count() FROM ${name}`)).toBe("10");
  });
});

describe("the engine", () => {
  test("materialized views, projections and ReplacingMergeTree", async () => {
    const source = await table("k UInt32, v UInt32, at DateTime", "ReplacingMergeTree(v) ORDER BY k");
    await client.command({
      query: `CREATE MATERIALIZED VIEW ${source}_mv ENGINE = SummingMergeTree ORDER BY k AS SELECT k, count() AS n FROM ${source} GROUP BY k`,
    });
    for (const v of [1, 3, 2])
      await client.insert({ table: source, values: [{ k: 7, v, at: 0 }], format: "JSONEachRow" });
    expect(await ask(`SELECT v FROM ${source} FINAL`)).toBe("3");
    expect(await ask(`SELECT sum(n) FROM ${source}_mv`)).toBe("3");
    const facts = await table(
      "k UInt32, v UInt32, PROJECTION by_k (SELECT k, sum(v), count() GROUP BY k)",
      "MergeTree ORDER BY v",
    );
    await ask(`INSERT INTO ${facts} SELECT number % 10, number FROM numbers(100000)`);
    expect(await ask(`SELECT k, count() FROM ${facts} GROUP BY k ORDER BY k LIMIT 1`)).toBe("0\t10000");
    expect(await ask(`EXPLAIN indexes = 1 SELECT k, sum(v) FROM ${facts} GROUP BY k`)).toContain(
      "ReadFromMergeTree (by_k)",
    );
  });

  test("SET and USE are taken, and gone with their request", async () => {
    await ask("SET max_threads = 1");
    await ask("USE system");
    expect(await ask("SELECT currentDatabase()")).toBe(database);
  });

  test("KILL QUERY and SYSTEM statements are taken", async () => {
    await ask("KILL QUERY WHERE query_id = 'none' ASYNC");
    await ask("SYSTEM FLUSH LOGS");
    await ask("SYSTEM STOP MERGES");
    await ask("SYSTEM START MERGES");
    await ask("SYSTEM DROP MARK CACHE");
    await ask("SYSTEM RELOAD DICTIONARIES");
  });

  test("EXPLAIN, SHOW, DESCRIBE, EXISTS, ALTER and system tables", async () => {
    const name = await table("a UInt32");
    expect(await ask(`EXPLAIN SELECT * FROM ${name}`)).toMatch(/Read/);
    expect(await ask("SHOW TABLES")).toContain(name);
    expect(await ask(`DESCRIBE ${name} FORMAT JSONEachRow`)).toContain('"UInt32"');
    expect(await ask(`SHOW CREATE TABLE ${name} FORMAT TSVRaw`)).toContain("MergeTree");
    await client.command({ query: `ALTER TABLE ${name} ADD COLUMN b String DEFAULT 'x'` });
    await ask(`INSERT INTO ${name} (a) VALUES (1)`);
    await ask(`ALTER TABLE ${name} DELETE WHERE a = 1 SETTINGS mutations_sync = 2`);
    expect(await ask(`SELECT count() FROM ${name}`)).toBe("0");
    await ask(`OPTIMIZE TABLE ${name} FINAL`);
    await ask(`TRUNCATE TABLE ${name}`);
    expect(Number(await ask("SELECT count() FROM system.parts"))).toBeGreaterThanOrEqual(0);
  });
});

describe.runIf(isOwn)("users of our server", () => {
  const users = [
    { name: "default", password: "secret:ü", access: "write" },
    { name: "reader", password: "look", access: "read" },
  ] as const;
  let server: StartedServer;
  beforeAll(async () => {
    server = await start({ users });
    const writer = createClient({ url: server.url, password: "secret:ü" });
    await writer.command({ query: "CREATE DATABASE d" });
    await writer.command({ query: "CREATE TABLE d.t (a Int32) ENGINE = MergeTree ORDER BY a" });
    await writer.insert({ table: "d.t", values: [{ a: 1 }], format: "JSONEachRow" });
    await writer.close();
  });
  const askAs = (
    sql: string,
    search: Record<string, string>,
    headers: Record<string, string> = {},
  ): ReturnType<typeof post> => post(sql, { database: "default", ...search }, headers, server.url);

  test("name and password come by basic authentication, headers or URL", async () => {
    const basic = `Basic ${Buffer.from("reader:look").toString("base64")}`;
    expect((await askAs("SELECT 1", {}, { Authorization: basic })).text).toBe("1\n");
    expect((await askAs("SELECT 1", {}, { "X-ClickHouse-User": "reader", "X-ClickHouse-Key": "look" })).text).toBe(
      "1\n",
    );
    expect((await askAs("SELECT 1", { user: "reader", password: "look" })).text).toBe("1\n");
    for (const wrong of [{}, { user: "reader" }, { user: "reader", password: "x" }, { user: "nobody" }]) {
      const answer = await askAs("SELECT 1", wrong);
      expect([answer.status, answer.headers.get("x-clickhouse-exception-code")]).toEqual([403, "516"]);
    }
    const client_ = createClient({ url: server.url, username: "reader", password: "x" });
    await expect(client_.query({ query: "SELECT 1" })).rejects.toMatchObject({ code: "516" });
    await client_.close();
  });

  test.each([
    ["INSERT INTO d.t VALUES (2)", {}],
    ["INSERT INTO d.t SELECT 2", {}],
    ["DROP TABLE d.t", {}],
    ["CREATE TABLE d.u (a Int32) ENGINE = Memory", {}],
    ["SET readonly = 0", {}],
    ["SELECT 1 SETTINGS readonly = 0", {}],
    ["DROP TABLE d.t", { readonly: "0" }],
    ["CREATE TEMPORARY TABLE u (a Int32)", {}],
  ])("the reader may not %s %j", async (sql, search) => {
    const answer = await askAs(sql, { user: "reader", password: "look", ...search });
    expect([answer.status, answer.headers.get("x-clickhouse-exception-code")]).toEqual([500, "164"]);
    expect((await askAs("SELECT count() FROM d.t", { user: "reader", password: "look", max_threads: "1" })).text).toBe(
      "1\n",
    );
  });

  test.each([
    ["SELECT 1 INTO OUTFILE 'never'", 358],
    ["INSERT INTO d.t FROM INFILE '/etc/passwd' FORMAT TSV", 78],
    ["SELECT * FROM file('/etc/passwd', LineAsString)", 497],
    ["SELECT file('/etc/passwd')", 497],
    ['SELECT * FROM "/etc/passwd"', 497],
    ["SELECT * FROM `/etc/hostname`", 497],
    ["SELECT * FROM url('http://127.0.0.1:1/', TSV, 'a String')", 497],
    ["INSERT INTO FUNCTION url('http://127.0.0.1:1/', TSV, 'a String') SELECT 1", 497],
    ["CREATE TABLE d.f (a String) ENGINE = File(TSV, '/etc/passwd')", 497],
    ["CREATE DATABASE f ENGINE = Filesystem('/etc')", 497],
    ["SELECT * FROM remote('127.0.0.1', system.one)", 497],
    ["SYSTEM SHUTDOWN", 497],
    ["SYSTEM KILL", 497],
    ["SHOW TABLES INTO OUTFILE 'never'", 358],
    [
      "CREATE DICTIONARY d.e (a UInt64) PRIMARY KEY a SOURCE(EXECUTABLE(COMMAND 'id' FORMAT TSV)) LAYOUT(FLAT()) LIFETIME(0)",
      497,
    ],
  ])("no user leaves the data directory by %s", async (sql, code) => {
    const answer = await askAs(sql, { password: "secret:ü" });
    expect([answer.headers.get("x-clickhouse-exception-code"), answer.status]).toEqual([
      String(code),
      code === 78 ? 404 : answer.status,
    ]);
    expect((await askAs("SELECT 1", { password: "secret:ü" })).status).toBe(200);
  });

  test("a page in a browser cannot send queries", async () => {
    const answer = await askAs("SELECT 1", { password: "secret:ü" }, { Origin: "https://example.org" });
    expect(answer.status).toBe(403);
  });
});

describe.runIf(isOwn)("the process of our server", () => {
  const program = fileURLToPath(new URL("../dist/main.js", import.meta.url));
  const runProgram = (...flags: string[]): { status: number | null; stderr: string } =>
    spawnSync(process.execPath, [program, ...flags], { encoding: "utf8", timeout: 30_000 });

  test("kill -9 in inserts: what was acknowledged is there, nothing is torn, and a retry under the token doubles nothing", async () => {
    const dataDir = newDir();
    const rowsPerInsert = 500;
    const acknowledged = new Set<number>();
    const doubtful = new Set<number>();
    let next = 0;
    for (let round = 0; round < 3; round++) {
      const server = await start({ dataDir });
      const to = createClient({ url: server.url, max_open_connections: 10 });
      const insert = (n: number, token: string): Promise<unknown> =>
        to.insert({
          table: "d.t",
          values: Array.from({ length: rowsPerInsert }, (_, i) => ({ n, i })),
          format: "JSONEachRow",
          clickhouse_settings: { insert_deduplication_token: token },
        });
      const countOf = async (n: number): Promise<number> => {
        const [row] = await (
          await to.query({ query: `SELECT count() AS c FROM d.t WHERE n = ${n}`, format: "JSONEachRow" })
        ).json<{ c: string }>();
        return Number(row?.c);
      };
      await to.command({ query: "CREATE DATABASE IF NOT EXISTS d" });
      await to.command({
        query:
          "CREATE TABLE IF NOT EXISTS d.t (n UInt32, i UInt32) ENGINE = MergeTree ORDER BY n SETTINGS non_replicated_deduplication_window = 10000",
      });
      // As the sink does it: again under the token; if the token was written without its rows, under the next one.
      for (const n of doubtful) {
        await insert(n, `token-${n}`);
        if ((await countOf(n)) === 0) await insert(n, `token-${n}/2`);
        acknowledged.add(n);
      }
      doubtful.clear();
      const written = await (
        await to.query({
          query: "SELECT n, count() AS c, uniqExact(i) AS u FROM d.t GROUP BY n",
          format: "JSONEachRow",
        })
      ).json<{ n: number; c: string; u: string }>();
      expect(new Set(written.map(({ n }) => n))).toEqual(acknowledged);
      for (const { n, c, u } of written) expect([n, Number(c), Number(u)]).toEqual([n, rowsPerInsert, rowsPerInsert]);
      if (round === 2) {
        await to.close();
        break;
      }
      const work = async (): Promise<void> => {
        for (;;) {
          const n = next++;
          try {
            await insert(n, `token-${n}`);
            acknowledged.add(n);
          } catch {
            doubtful.add(n);
            return;
          }
        }
      };
      const writers = [work(), work(), work(), work()];
      await sleep(1500);
      process.kill(server.pid, "SIGKILL");
      await Promise.all(writers);
      await server.exited;
      await to.close();
    }
    expect(acknowledged.size).toBeGreaterThan(20);
  });

  test("what a killed process left in the spool is swept at the next start", async () => {
    const dataDir = newDir();
    const server = await start({ dataDir });
    const socket = connect(server.port, "127.0.0.1");
    // The kill resets the connection where not all of it was read.
    socket.on("error", () => {});
    socket.write(
      `POST /?query=INSERT+INTO+FUNCTION+null('a+String')+FORMAT+TSV HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n${"x".repeat(1_000_000)}`,
    );
    const spooled = (): string[] => readdirSync(join(dataDir, "spool")).filter((name) => name.startsWith("file-"));
    await expect.poll(spooled).not.toEqual([]);
    process.kill(server.pid, "SIGKILL");
    await server.exited;
    socket.destroy();
    await start({ dataDir });
    expect(spooled()).toEqual([]);
  });

  test("a stop lets the running query finish, refuses new ones with 503, and exits 0", async () => {
    const server = await start();
    const running = post("SELECT sleep(2), 'done'", { database: "default" }, {}, server.url);
    const keptAlive = connect(server.port, "127.0.0.1");
    keptAlive.write("POST /?query=SELECT+sleep(1.5) HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    const received: string[] = [];
    keptAlive.on("data", (chunk) => received.push(chunk.toString()));
    await sleep(500);
    const stopped = server.stop();
    await sleep(100);
    keptAlive.write("POST /?query=SELECT+1 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    expect((await running).text).toBe("0\tdone\n");
    await stopped;
    expect(await server.exited).toBe(0);
    expect(received.join("")).toMatch(/200 OK[^]+503 Service Unavailable[^]+Retry-After[^]+Code: 236\. DB::Exception/);
    keptAlive.destroy();
  });

  test("a second signal ends the process at once", async () => {
    const server = await start();
    const running = post("SELECT sleep(3)", { database: "default" }, {}, server.url).catch(() => "cut");
    await sleep(300);
    process.kill(server.pid, "SIGTERM");
    await sleep(100);
    const at = performance.now();
    process.kill(server.pid, "SIGTERM");
    await server.exited;
    expect(performance.now() - at).toBeLessThan(1000);
    expect(await running).toBe("cut");
  });

  test("it is in a process group of its own, and stops when its parent was killed", async () => {
    const dataDir = newDir();
    const source = `const { startClickHouseServer } = await import(process.argv[1]);
      const server = await startClickHouseServer({ dataDir: process.argv[2], port: 0 });
      console.log(server.pid);`;
    const entry = new URL("../dist/index.js", import.meta.url).href;
    const parent = spawn(process.execPath, ["--input-type=module", "-e", source, entry, dataDir], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const pid = Number(
      await new Promise<string>((resolve) => parent.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString()))),
    );
    const group = spawnSync("ps", ["-o", "pgid=", "-p", String(pid)], { encoding: "utf8" }).stdout.trim();
    expect(Number(group)).toBe(pid);
    parent.kill("SIGKILL");
    const isAlive = (): boolean => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    await expect.poll(isAlive, { timeout: 10_000 }).toBe(false);
  });

  test("a directory in use, a taken port and a place that cannot be written are each one sentence and exit code 1", async () => {
    const dataDir = newDir();
    const server = await start({ dataDir });
    const used = runProgram("--data", dataDir, "--port", "0");
    expect([used.status, used.stderr]).toEqual([
      1,
      expect.stringMatching(/^The data directory .* is in use by another server: .*\.\n$/),
    ]);
    const taken = runProgram("--data", newDir(), "--port", String(server.port));
    expect([taken.status, taken.stderr]).toEqual([
      1,
      expect.stringMatching(/^Port \d+ on 127\.0\.0\.1 is taken: .*\.\n$/),
    ]);
    const unwritable = runProgram("--data", "/dev/null/data", "--port", "0");
    expect([unwritable.status, unwritable.stderr]).toEqual([
      1,
      expect.stringMatching(/^The data directory .* cannot be written .*\.\n$/),
    ]);
    await expect(startClickHouseServer({ dataDir, port: 0 })).rejects.toThrow(/is in use by another server/);
    expect((await post("SELECT 1", { database: "default" }, {}, server.url)).text).toBe("1\n");
  });

  test("memory is bounded by an error, not by the death of the process", async () => {
    const server = await start({ memoryBytesMax: 600_000_000 });
    const answer = await post(
      "SELECT length(groupArray(number)) FROM numbers(200000000)",
      { database: "default" },
      {},
      server.url,
    );
    expect(answer.headers.get("x-clickhouse-exception-code")).toBe("241");
    expect((await post("SELECT 1", { database: "default" }, {}, server.url)).text).toBe("1\n");
  });

  test("the program started by hand runs with enough threads and passes a signal on", async () => {
    const child = spawn(process.execPath, [program, "--data", newDir(), "--port", "0"], {
      env: { PATH: process.env["PATH"] ?? "" },
    });
    const line = await new Promise<string>((resolve) =>
      child.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString())),
    );
    const at = /http:\S+/.exec(line)?.[0] ?? "";
    const begun = performance.now();
    await Promise.all(Array.from({ length: 12 }, () => post("SELECT sleep(1)", { database: "default" }, {}, at)));
    expect(performance.now() - begun).toBeLessThan(2500);
    child.kill("SIGTERM");
    expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(0);
  });
});
