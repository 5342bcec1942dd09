import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runAntedate, startAntedate } from "../support/antedate-process.ts";
import { eventually } from "../support/local-servers.ts";

const bin = fileURLToPath(new URL("../../services/cli/bin/antedate.js", import.meta.url));
const capture = fileURLToPath(new URL("../data/postfix-rspamd/", import.meta.url));
const mailLog = join(capture, "sender-mail.log");
let folder: string;
let env: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "antedate-refusals-"));
  env = { STATE_DIR: join(folder, "state") };
  await mkdir(join(folder, "folder", "engagements.jsonl"), { recursive: true });
  await writeFile(join(folder, "file"), "");
  await writeFile(join(folder, "cut.gz"), gzipSync(await readFile(mailLog)).subarray(0, 5_000));
});

afterAll(() => rm(folder, { recursive: true }));

/** One sentence on stderr, no stack. */
async function expectSentence(args: string[], sentence: string, change: Record<string, string> = {}): Promise<void> {
  const paths = args.map((each) => each.replace("DIR", folder));
  const { code, stderr } = await runAntedate(paths, { ...env, ...change });
  expect({ code, stderr: stderr.replaceAll(folder, "DIR") }).toEqual({ code: 1, stderr: `${sentence}\n` });
}

describe("inputs", () => {
  test.each([
    ["missing", "DIR/missing does not exist: mend the path."],
    ["folder", "DIR/folder is a folder: name the files in it."],
    [
      "cut.gz",
      "DIR/cut.gz cannot be read to its end (unexpected end of file): as gzip it is broken, so copy it anew or unpack what is left of it.",
    ],
  ])("%s", async (name, sentence) => {
    await expectSentence(["ingest", "check", "--format", "postfix", `DIR/${name}`], sentence);
  });

  test("of another format are named", async () => {
    const args = ["replay", "--format", "canonical", mailLog, "--out", join(folder, "other")];
    expect((await runAntedate(args, env)).stdout).toContain("is it another format than you said?");
  });
});

describe("outputs", () => {
  test.each([
    ["/proc/x/y", "/proc/x/y cannot be made (its folder takes none): give --out another folder."],
    ["DIR/file", "DIR/file is a file: give --out a folder."],
    ["DIR/file/below", "DIR/file is a file: give --out a folder."],
    ["DIR/folder", "DIR/folder/engagements.jsonl: this is a folder; name a file."],
  ])("replay --out %s", async (out, sentence) => {
    await expectSentence(["replay", "--format", "postfix", mailLog, "--out", out], sentence);
  });

  test.each([
    ["DIR/folder", "DIR/folder is a folder: give --truth a file."],
    ["DIR/no/x", "DIR/no/x cannot be made, for its folder does not exist: give --truth a file in an existing folder."],
  ])("simulate --truth %s", async (truth, sentence) => {
    await expectSentence(["simulate", "--messages", "10", "--truth", truth], sentence);
  });

  test("STATE_DIR", async () => {
    const args = ["ingest", "check", "--format", "postfix", mailLog];
    await expectSentence(args, "DIR/file is a file: give STATE_DIR a folder.", { STATE_DIR: join(folder, "file") });
    const noFolder = "/proc/x cannot be made (its folder takes none): give STATE_DIR another folder.";
    await expectSentence(args, noFolder, { STATE_DIR: "/proc/x" });
  });
});

describe("standard output", () => {
  const inShell = async (command: string): Promise<{ stdout: string; stderr: string }> => {
    const line = `set -o pipefail; ${command.replace("antedate", `'${process.execPath}' '${bin}'`)}`;
    return await promisify(execFile)("bash", ["--norc", "-c", line], { env: { PATH: process.env.PATH, ...env } });
  };

  test("a reader that goes early is no error, and what is written to files is whole", async () => {
    const out = join(folder, "piped");
    const { stdout, stderr } = await inShell(`antedate replay --format postfix '${mailLog}' --out '${out}' | head -1`);
    expect({ lines: stdout.trim().split("\n").length, stderr }).toEqual({ lines: 1, stderr: "" });
    expect(await readFile(join(out, "report.html"), "utf8")).toContain("</html>");
    expect((await inShell(`antedate ingest check --format postfix '${mailLog}' | head -1`)).stderr).toBe("");
  });

  test.runIf(process.platform === "linux")("a full one is named", async () => {
    await expect(
      inShell(`antedate replay --format postfix '${mailLog}' --out '${folder}/full' > /dev/full`),
    ).rejects.toThrow("Standard output cannot be written: the disk is full");
  });
});

test("a job that Ctrl-C ends says so and exits with 130, a pipe gets no progress", async () => {
  const out = join(folder, "stopped");
  const simulate = startAntedate(["simulate", "--messages", "5000000", "--out", out], env);
  await eventually(
    () => readFile(join(out, "sends.jsonl"), "utf8").catch(() => ""),
    (text) => text.length > 100_000,
  );
  expect(await simulate.kill("SIGINT")).toBe(130);
  expect(simulate.stderr()).toMatch(/^Stopped after \d+ of 5000000 messages\.\n$/);
  const replay = startAntedate(["replay", "--format", "canonical", join(out, "sends.jsonl"), "--out", out], env);
  expect(await replay.exited).toBe(0);
  expect(replay.stderr()).toBe("");
});
