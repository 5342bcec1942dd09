import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { makeFolder } from "./make-folder.ts";

const root = mkdtempSync(join(tmpdir(), "antedate-folder-"));
afterAll(() => rmSync(root, { recursive: true }));

test("makes what is missing, and is content with what is there", async () => {
  const folder = join(root, "a", "b", "c");
  await makeFolder(folder, "--out");
  await makeFolder(folder, "--out");
  expect(existsSync(folder)).toBe(true);
  await Promise.all(Array.from({ length: 5 }, () => makeFolder(join(root, "raced", "x"), "--out")));
});

test("says what is a file", async () => {
  const file = join(root, "file");
  writeFileSync(file, "");
  await expect(makeFolder(file, "--out")).rejects.toThrow(`${file} is a file: give --out a folder.`);
  await expect(makeFolder(join(file, "x", "y"), "--out")).rejects.toThrow(`${file} is a file: give --out a folder.`);
});

test.runIf(process.platform === "linux")("ends where no folder can be", async () => {
  await expect(makeFolder("/proc/x/y", "--out")).rejects.toThrow("/proc/x/y cannot be made (its folder takes none)");
});

test("a name that is too long", async () => {
  await expect(makeFolder(join(root, "x".repeat(300)), "--data")).rejects.toThrow("the name is too long");
});
