import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { newClusterId, openDataDirectory } from "./data-directory.ts";
import { identifyProcess, isRunning } from "./process-identity.ts";

describe("openDataDirectory", () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "antedate-data-"));
    path = join(folder, "new", "data");
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  test("makes a new directory and finds its cluster again", async () => {
    const first = await openDataDirectory(path, 3);
    await first.save({ ...first.record, ports: [1, 2, 3] });
    await first.owner.release();
    const second = await openDataDirectory(path, 3);
    expect(second.record).toEqual({ ...first.record, ports: [1, 2, 3] });
    await second.owner.release();
  });

  test("refuses a directory that is held, and says by whom", async () => {
    const first = await openDataDirectory(path, 1);
    await expect(openDataDirectory(path, 1)).rejects.toMatchObject({
      code: "directory_in_use",
      message: expect.stringContaining(`process ${process.pid}`),
    });
    await first.owner.release();
    const second = await openDataDirectory(path, 1);
    await second.owner.release();
  });

  test("refuses another broker count, and lets go of the directory", async () => {
    const first = await openDataDirectory(path, 3);
    await first.save(first.record);
    await first.owner.release();
    await expect(openDataDirectory(path, 1)).rejects.toMatchObject({
      code: "broker_count_differs",
      message: expect.stringContaining("--brokers 3"),
    });
    await (await openDataDirectory(path, 3)).owner.release();
  });

  test("refuses files that are not ours, and a record of another layout", async () => {
    await writeFile(join(folder, "letter.txt"), "");
    await expect(openDataDirectory(folder, 1)).rejects.toMatchObject({ code: "directory_foreign" });
    await (await openDataDirectory(path, 1)).owner.release();
    await writeFile(join(path, "antedate-kafka.json"), '{"layout":99}');
    await expect(openDataDirectory(path, 1)).rejects.toMatchObject({ code: "directory_foreign" });
  });

  test("refuses a path that cannot be a directory", async () => {
    await writeFile(join(folder, "file"), "");
    await expect(openDataDirectory(join(folder, "file", "data"), 1)).rejects.toMatchObject({
      code: "directory_unwritable",
      message: expect.stringMatching(/\(ENOTDIR\).*--data/),
    });
  });

  test("takes over from an owner that was killed once what it started is gone", async () => {
    const first = await openDataDirectory(path, 1);
    const child = spawn("sleep", ["0.5"]);
    await once(child, "spawn");
    await first.owner.record([child.pid ?? 0]);
    const file = join(path, "owner.json");
    const owner = JSON.parse(await readFile(file, "utf8")) as {
      owner: object;
      children: { pid: number; startedAt: string }[];
    };
    await writeFile(file, JSON.stringify({ ...owner, owner: { pid: process.pid, startedAt: "before" } }));
    const second = await openDataDirectory(path, 1);
    expect(await isRunning(owner.children[0] ?? { pid: 0, startedAt: "" })).toBe(false);
    await second.owner.release();
  });
});

test("a process is known by its start, and gone when it has ended", async () => {
  const child = spawn("sleep", ["60"]);
  await once(child, "spawn");
  const identity = await identifyProcess(child.pid ?? 0);
  expect(identity).toBeDefined();
  expect(await isRunning({ pid: child.pid ?? 0, startedAt: "another" })).toBe(false);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(await identifyProcess(child.pid ?? 0)).toBeUndefined();
});

test("cluster IDs are 22 characters that never look like an option", () => {
  const ids = Array.from({ length: 300 }, newClusterId);
  expect(ids.every((id) => /^[\w][\w-]{21}$/.test(id))).toBe(true);
});
