import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { v8FlagsForStreams } from "./v8-settings.ts";

test("this V8 knows each flag that is set", () => {
  const { stdout } = spawnSync(process.execPath, ["--v8-options"], { encoding: "utf8" });
  const known = new Set(Array.from(stdout.matchAll(/^ +--([a-z0-9-]+) \(/gmu), (match) => match[1]));
  const names = v8FlagsForStreams.map((flag) => flag.replace(/^--(?:no-)?|=.*$/gu, ""));
  expect(names.filter((name) => !known.has(name))).toEqual([]);
  expect(names).toContain("incremental-marking");
});
