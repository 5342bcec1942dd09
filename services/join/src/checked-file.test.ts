import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CheckedFile, CheckedFileWriter, DamagedFile, Descriptors } from "./checked-file.ts";

function folder(): string {
  return mkdtempSync(join(tmpdir(), "antedate-checked-"));
}

/** 100,000 bytes that say where they are: several blocks, the last one not full. */
const content = Buffer.from(Uint32Array.from({ length: 25_000 }, (_, index) => index).buffer);

async function written(path: string): Promise<void> {
  const writer = await CheckedFileWriter.create(path);
  for (let at = 0; at < content.length; at += 30_000) await writer.write(content.subarray(at, at + 30_000));
  await writer.end();
}

test("what was written is read back, any part of it, also where it lies in several blocks", async () => {
  const path = join(folder(), "file");
  await written(path);
  const file = new CheckedFile(path, new Descriptors());
  expect(file.length).toBe(content.length);
  for (const [position, length] of [
    [0, 4],
    [16_380, 8],
    [16_384, 16_384],
    [99_996, 4],
    [0, 100_000],
    [50_000, 0],
  ] as const) {
    expect(Buffer.from(file.read(position, length))).toEqual(content.subarray(position, position + length));
  }
});

test("nothing can be read at the very end of a file of whole blocks, and is not taken for damage", async () => {
  const path = join(folder(), "file");
  const writer = await CheckedFileWriter.create(path);
  await writer.write(content.subarray(0, 32_768));
  await writer.end();
  expect(new CheckedFile(path, new Descriptors()).read(32_768, 0)).toHaveLength(0);
});

test("a file has its name only once it is whole, and one that is given up leaves nothing", async () => {
  const path = folder();
  const writer = await CheckedFileWriter.create(join(path, "file"));
  await writer.write(content);
  expect(readdirSync(path)).not.toContain("file");
  await writer.abandon();
  expect(readdirSync(path)).toEqual([]);
});

test("a file that is cut off anywhere is refused before anything is read of it", async () => {
  const path = join(folder(), "file");
  await written(path);
  const whole = readFileSync(path);
  for (const length of [0, 10, 16_384, content.length, whole.length - 1]) {
    writeFileSync(path, whole.subarray(0, length));
    expect(() => new CheckedFile(path, new Descriptors())).toThrow(DamagedFile);
  }
});

test("a byte that was changed is found where it is read, in the content, its checksums and behind them", async () => {
  const path = join(folder(), "file");
  await written(path);
  const whole = readFileSync(path);
  for (let at = 0; at < whole.length; at += 997) {
    const changed = Buffer.from(whole);
    changed.writeUInt8((changed.readUInt8(at) + 1) % 256, at);
    writeFileSync(path, changed);
    const read = (): Uint8Array => new CheckedFile(path, new Descriptors()).read(0, content.length);
    // The four bytes before the mark say nothing.
    if (at >= whole.length - 12 && at < whole.length - 8) continue;
    expect(read, `byte ${at}`).toThrow(DamagedFile);
  }
});

test("files are kept open a few at a time, the one that was not asked for longest is closed", async () => {
  const path = folder();
  for (const name of ["a", "b", "c"]) await written(join(path, name));
  const descriptors = new Descriptors(2);
  const files = ["a", "b", "c"].map((name) => new CheckedFile(join(path, name), descriptors));
  for (const file of [...files, ...files]) expect(Buffer.from(file.read(0, 8))).toEqual(content.subarray(0, 8));
  descriptors.closeAll();
});
