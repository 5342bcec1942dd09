import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import type { Line } from "./line-source.ts";
import { createLineSplitter } from "./line-splitter.ts";
import { readLines } from "./read-lines.ts";

const folder = mkdtempSync(join(tmpdir(), "antedate-lines-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function read(name: string, content: string | Uint8Array): Promise<Line[]> {
  const file = join(folder, name);
  writeFileSync(file, content);
  const lines: Line[] = [];
  for await (const line of readLines(file)) lines.push(line);
  return lines;
}

describe("readLines", () => {
  it("ends lines at LF or CRLF, and counts a last one without an end", async () => {
    expect(await read("plain", "a\r\n\nb\nc")).toEqual([
      { text: "a", number: 1, cut: false },
      { text: "", number: 2, cut: false },
      { text: "b", number: 3, cut: false },
      { text: "c", number: 4, cut: false },
    ]);
    expect(await read("empty", "")).toEqual([]);
  });

  it("unpacks what is packed, whatever its name", async () => {
    const text = "line\n".repeat(50_000);
    expect(await read("packed.log", gzipSync(text))).toHaveLength(50_000);
  });

  it("tells how much of the file was read", async () => {
    const file = join(folder, "counted.gz");
    const packed = gzipSync("line\n".repeat(50_000));
    writeFileSync(file, packed);
    let bytes = 0;
    for await (const _ of readLines(file, (more) => (bytes += more)));
    expect(bytes).toBe(packed.length);
  });

  it("survives bytes that are not UTF-8", async () => {
    expect(await read("latin1", Buffer.from([0x61, 0xff, 0xfe, 0x62, 0x0a]))).toEqual([
      { text: "a\ufffd\ufffdb", number: 1, cut: false },
    ]);
  });

  it("keeps the beginning of a huge line, and goes on with the next", async () => {
    const [huge, next] = await read("huge", `${"x".repeat(3_000_000)}\nnext\n`);
    expect(huge).toMatchObject({ number: 1, cut: true });
    expect(huge?.text).toHaveLength(1024 * 1024);
    expect(next).toEqual({ text: "next", number: 2, cut: false });
  });

  it("says which file it cannot read", async () => {
    await expect(readLines(join(folder, "none")).next()).rejects.toThrow(/none cannot be read/);
    await expect(read("broken.gz", gzipSync("a\n".repeat(1000)).subarray(0, 20))).rejects.toThrow(
      /broken\.gz cannot be read to its end \(unexpected end of file\): as gzip/,
    );
  });
});

describe("createLineSplitter", () => {
  it("gives the same lines wherever the bytes are cut", () => {
    const bytes = Buffer.from("a\r\nbü\n\nlast");
    const whole = createLineSplitter();
    const expected = [...whole.push(bytes), ...whole.end()];
    for (let at = 0; at <= bytes.length; at++) {
      const splitter = createLineSplitter();
      expect([
        ...splitter.push(bytes.subarray(0, at)),
        ...splitter.push(bytes.subarray(at)),
        ...splitter.end(),
      ]).toEqual(expected);
    }
  });
});
