import type { Command, Option } from "commander";

/** What may stand where an option or a command takes a value. */
export type ValueShape =
  | { kind: "any" | "file" | "folder" }
  /** One of a closed set. */
  | { kind: "word"; words: readonly string[] }
  /** One of a closed set, an equals sign and a file: `postfix=mail.log`. */
  | { kind: "word=file"; words: readonly string[] };

export interface OptionShape {
  /** As it is typed, the short one first: `-h`, `--help`. */
  flags: string[];
  description: string;
  /** Null where the option takes none. */
  value: ValueShape | null;
}

/** What a shell needs to know of a command to complete it. */
export interface CommandShape {
  /** Words that lead to it: none for the program, `ingest`, `file` for `antedate ingest file`. */
  path: string[];
  description: string;
  options: OptionShape[];
  commands: CommandShape[];
  /** What its arguments are; null where it takes none. */
  argument: ValueShape | null;
}

/** The shape of a program and all its commands, as its help lists them. */
export function commandShape(command: Command, path: string[] = []): CommandShape {
  const help = command.createHelp();
  const commands = help.visibleCommands(command).map((each) => commandShape(each, [...path, each.name()]));
  const names = commands.map((each) => each.path.at(-1) ?? "").filter((name) => name !== "help");
  return {
    path,
    description: command.description(),
    options: help.visibleOptions(command).map(optionShape),
    // The help of commander knows what it is asked for only when it runs.
    commands: commands.map((each) =>
      each.path.at(-1) === "help" ? { ...each, argument: { kind: "word", words: names } } : each,
    ),
    argument: argumentShape(command),
  };
}

function optionShape(option: Option): OptionShape {
  const flags = [option.short, option.long].filter((flag) => flag !== undefined);
  const placeholder = /<(.+)>/.exec(option.flags)?.[1];
  const value = placeholder === undefined ? null : valueShape(placeholder, option.argChoices);
  return { flags, description: option.description, value };
}

function argumentShape(command: Command): ValueShape | null {
  const argument = command.registeredArguments[0];
  return argument === undefined ? null : valueShape(argument.name(), argument.argChoices);
}

function valueShape(placeholder: string, choices: readonly string[] | undefined): ValueShape {
  if (choices !== undefined) return { kind: placeholder.endsWith("=file") ? "word=file" : "word", words: choices };
  if (/^files?$/.test(placeholder)) return { kind: "file" };
  return { kind: placeholder === "dir" ? "folder" : "any" };
}

/** The command and all below it. */
export function allCommands(command: CommandShape): CommandShape[] {
  return [command, ...command.commands.flatMap(allCommands)];
}
