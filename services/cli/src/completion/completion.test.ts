import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Argument, Command, Option } from "commander";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bashCompletion } from "./bash-completion.ts";
import { commandShape } from "./command-shape.ts";
import { fishCompletion } from "./fish-completion.ts";
import { zshCompletion } from "./zsh-completion.ts";

const folder = mkdtempSync(join(tmpdir(), "antedate-completion-"));
const isInstalled = (shell: string): boolean => spawnSync(shell, ["-c", "exit 0"]).status === 0;

function exampleProgram(): Command {
  const program = new Command("mail").version("1").description("it's [all]: of it");
  const read = program.command("read").description("read: what's there");
  const input = new Option("--input <format=file>", "with its format");
  input.argChoices = ["postfix", "sends"];
  read
    .command("file [files...]")
    .addOption(new Option("--format <name>", "a [closed] set").choices(["postfix", "sends"]))
    .addOption(input)
    .option("--out <dir>", "folder's name")
    .option("--tenant <name>", "anything")
    .option("--follow", "takes no value");
  read.command("http");
  program.command("completion").addArgument(new Argument("<shell>").choices(["bash", "zsh"]));
  return program;
}

const shape = commandShape(exampleProgram());

beforeAll(() => {
  writeFileSync(join(folder, "mail.log"), "");
  writeFileSync(join(folder, "mail two.log"), "");
  mkdirSync(join(folder, "mailbox"));
  writeFileSync(join(folder, "mail.bash"), bashCompletion("mail", shape));
  writeFileSync(join(folder, "_mail"), zshCompletion("mail", shape));
  writeFileSync(join(folder, "mail.fish"), fishCompletion("mail", shape));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** What bash offers for the last of the words, cut at `=` as bash cuts them. */
function bashOffers(...words: string[]): string[] {
  const script = `source ./mail.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _mail; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return lines(
    execFileSync("bash", ["--norc", "-c", script, "bash", "mail", ...words], { cwd: folder, encoding: "utf8" }),
  );
}

function fishOffers(line: string): string[] {
  const script = `source mail.fish; complete -C "mail ${line}"`;
  const { stdout, stderr } = spawnSync("fish", ["--no-config", "-c", script], {
    cwd: folder,
    encoding: "utf8",
    env: { PATH: "/usr/bin:/bin", HOME: folder },
  });
  expect(stderr).toBe("");
  return lines(stdout).map((offer) => offer.split("\t")[0] ?? "");
}

function lines(text: string): string[] {
  return text.split("\n").filter(Boolean).sort();
}

const options = ["--follow", "--format", "--help", "--input", "--out", "--tenant", "-h"];

describe("bash", () => {
  test.each<[string[], string[]]>([
    [[""], ["completion", "help", "read"]],
    [["r"], ["read"]],
    [["--v"], ["--version"]],
    [
      ["read", ""],
      ["file", "help", "http"],
    ],
    [["read", "help", "f"], ["file"]],
    [
      ["help", ""],
      ["completion", "read"],
    ],
    [
      ["completion", ""],
      ["bash", "zsh"],
    ],
    [["read", "file", "-"], options],
    [
      ["read", "file", "--format", ""],
      ["postfix", "sends"],
    ],
    [["read", "file", "--format", "=", "s"], ["sends"]],
    [
      ["read", "file", "--format", "="],
      ["postfix", "sends"],
    ],
    [["read", "file", "--input", "p"], ["postfix="]],
    [
      ["read", "file", "--input", "postfix", "=", "mail."],
      ["mail.bash", "mail.fish", "mail.log"],
    ],
    [["read", "file", "--input", "=", "postfix", "=", "mail.l"], ["mail.log"]],
    [["read", "file", "--out", "mail"], ["mailbox"]],
    [["read", "file", "--tenant", ""], []],
    [["read", "file", "--follow", "mail t"], ["mail two.log"]],
    [["read", "http", ""], []],
  ])("%j gets %j", (words, offers) => {
    expect(bashOffers(...words)).toEqual(offers);
  });
});

describe.skipIf(!isInstalled("fish"))("fish", () => {
  test.each<[string, string[]]>([
    ["", ["completion", "help", "read"]],
    ["read ", ["file", "help", "http"]],
    ["read file --format ", ["postfix", "sends"]],
    ["read file --format=s", ["--format=sends"]],
    ["read file --input p", ["postfix="]],
    ["read file --input postfix=mail.l", ["postfix=mail.log"]],
    ["read file --out mail", ["mailbox/"]],
    ["read file --follow mail.l", ["mail.log"]],
    ["read file --tenant ", []],
    ["completion ", ["bash", "zsh"]],
  ])("%j gets %j", (line, offers) => {
    expect(fishOffers(line)).toEqual(offers);
  });
});

describe.skipIf(!isInstalled("zsh"))("zsh", () => {
  beforeAll(() => {
    const setup = "PS1= RPS1= PROMPT_EOL_MARK=; autoload -Uz compinit; compinit -D -u; source ./_mail";
    writeFileSync(join(folder, ".zshrc"), `${setup}\nmail() { print -r -- "GOT<${"${(j:|:)@}"}>"; }\nprint READY\n`);
  });

  /** In a line editor on a pseudo terminal: what a line becomes where Tab has one answer only. */
  function completed(line: string): string {
    const script = `
      zmodload zsh/zpty
      zpty z zsh -i
      zpty -r -m z out '*READY*'
      zpty -w z $'mail ${line}\\t'
      zpty -r -m z out '*GOT<*>*'
      print -r -- "$out"`;
    const env = { PATH: "/usr/bin:/bin", ZDOTDIR: folder, TERM: "dumb" };
    const output = execFileSync("zsh", ["-f", "-c", script], { cwd: folder, encoding: "utf8", env, timeout: 20_000 });
    return /GOT<(.*)>/.exec(output)?.[1] ?? output;
  }

  test.each([
    ["rea", "read"],
    ["read fi", "read|file"],
    ["read file --form", "read|file|--format"],
    ["read file --format s", "read|file|--format|sends"],
    ["read file --input p", "read|file|--input|postfix="],
    ["read file --input postfix=mail.l", "read|file|--input|postfix=mail.log"],
    ["read file --out m", "read|file|--out|mailbox"],
    ["read file mail.l", "read|file|mail.log"],
    ["completion b", "completion|bash"],
  ])("%j becomes %j", (line, words) => {
    expect(completed(line)).toBe(words);
  });
});
