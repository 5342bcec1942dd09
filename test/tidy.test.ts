import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "" && existsSync(join(root, file)) && !file.startsWith("test/data/"));
const sources = files.filter((file) => /\.(ts|js|sql)$/.test(file));
const read = (file: string): string => readFileSync(join(root, file), "utf8");

test("no file is named for what it could be anything of", () => {
  const banned = /(^|[-/.])(util|utils|helper|helpers|manager|common|misc|base|handler|v2)([-/.]|$)/;
  expect(sources.filter((file) => banned.test(file))).toEqual([]);
});

test("source files are 300 lines at the most, tests apart", () => {
  const long = sources.filter((file) => !/\.test\.ts$|^test\//.test(file) && read(file).split("\n").length > 301);
  expect(long).toEqual([]);
});

test("nothing waits to be done and no test is switched off", () => {
  const waiting = /\b(TODO|FIXME|XXX)\b|\b(it|test|describe)\.(only|todo)\b/;
  const found = sources.filter((file) => file !== "test/tidy.test.ts" && waiting.test(read(file)));
  expect(found).toEqual([]);
});

test("every unit test stands beside a file", () => {
  const tests = files.filter(
    (file) => /^(schemas|services|infra)\/.*\.test\.ts$/.test(file) && !file.includes(".integration."),
  );
  const orphans = tests.filter((file) => {
    const folder = dirname(file);
    return !files.some((other) => dirname(other) === folder && other.endsWith(".ts") && !other.endsWith(".test.ts"));
  });
  expect(orphans).toEqual([]);
});

test("links in README and ARCHITECTURE lead to files", () => {
  const broken = ["README.md", "ARCHITECTURE.md"].flatMap((page) =>
    [...read(page).matchAll(/\]\(([^)#:]+)\)/g)]
      .map(([, link]) => link as string)
      .filter((link) => !existsSync(join(root, link)))
      .map((link) => `${page}: ${link}`),
  );
  expect(broken).toEqual([]);
});

test("every variable that a configuration reads is in the README's table", () => {
  const configs = files.filter((file) => /services\/.*\/config\.ts$/.test(file));
  const variables = configs.flatMap((file) =>
    [...read(file).matchAll(/^\s+([A-Z][A-Z0-9_]+): /gm)].map(([, name]) => name),
  );
  const table = read("README.md");
  expect(variables.length).toBeGreaterThan(10);
  expect(variables.filter((name) => !table.includes(`\`${name}\``))).toEqual([]);
});

test("no path of one machine and no registry's host is in a tracked file", () => {
  const forbidden =
    /(^|[^A-Za-z0-9_.$])\/(tmp|work|root|home)\/[A-Za-z]|registry\.npmjs|repo1?\.maven\.apache|static\.crates\.io/;
  const checked = files.filter((file) => file !== "test/tidy.test.ts" && !file.endsWith("package-lock.json"));
  expect(checked.filter((file) => forbidden.test(read(file)))).toEqual([]);
});
