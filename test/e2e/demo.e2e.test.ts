import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startAntedate } from "../support/antedate-process.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "antedate-demo-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

test("the demo judges the capture and simulated mail, writes its page and ends by itself, without a warning", async () => {
  const demo = startAntedate(["demo"], {}, { cwd: folder });
  expect(await demo.exited).toBe(0);
  expect(demo.stderr()).not.toMatch(/warn|error|^\s+at |\r/im);
  const tables = demo.stdout();
  // Who made the requests of the capture is known: no person's came before the acceptance, and 474 machines' did.
  expect(tables).toMatch(/^all human +· +218 +207 +· +· +425$/m);
  expect(tables).toMatch(/^all machine +474 +521 +· +514 +· +1 509$/m);
  expect(tables).toMatch(/^clicked +\d/m);
  const page = /^Page +file:\/\/(.+)$/m.exec(tables)?.[1] ?? "";
  expect(await readFile(page, "utf8")).toContain("hazel.example");
});

test("Ctrl-C ends the demo cleanly wherever it is", async () => {
  const demo = startAntedate(["demo"], {}, { cwd: folder });
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  expect(await demo.kill("SIGINT")).toBe(0);
  expect(demo.stderr()).not.toMatch(/warn|error|^\s+at /im);
});
