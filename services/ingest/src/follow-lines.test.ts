import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { followLines } from "./follow-lines.ts";
import { caughtUp } from "./line-source.ts";

const folder = mkdtempSync(join(tmpdir(), "antedate-follow-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What is there until the file's end. */
async function drain(lines: ReturnType<typeof followLines>): Promise<string[]> {
  const texts: string[] = [];
  for (;;) {
    const { value } = await lines.next();
    if (value === undefined || value === caughtUp) return texts;
    texts.push(value.text);
  }
}

describe("followLines", () => {
  it("waits for a file, for line ends and for more", async () => {
    const file = join(folder, "log");
    const lines = followLines(file);
    expect(await drain(lines)).toEqual([]);
    writeFileSync(file, "a\nhalf");
    expect(await drain(lines)).toEqual(["a"]);
    appendFileSync(file, " done\nb\n");
    expect(await drain(lines)).toEqual(["half done", "b"]);
    await lines.return();
  });

  it("reads a rotated file to its end, then the new one", async () => {
    const file = join(folder, "rotated");
    writeFileSync(file, "a\n");
    const lines = followLines(file);
    expect(await drain(lines)).toEqual(["a"]);
    appendFileSync(file, "b\n");
    renameSync(file, `${file}.1`);
    expect(await drain(lines)).toEqual(["b"]);
    writeFileSync(file, "c\n");
    expect(await drain(lines)).toEqual(["c"]);
    await lines.return();
  });

  it("reads a file that was cut from its beginning", async () => {
    const file = join(folder, "cut");
    writeFileSync(file, "a\nb\n");
    const lines = followLines(file);
    expect(await drain(lines)).toEqual(["a", "b"]);
    truncateSync(file);
    appendFileSync(file, "c\n");
    expect(await drain(lines)).toEqual(["c"]);
    await lines.return();
  });
});
