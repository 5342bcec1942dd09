import { allCommands, type CommandShape, type OptionShape, type ValueShape } from "./command-shape.ts";

/** The script for fish: what is offered hangs on the command that the words before the cursor lead to. */
export function fishCompletion(name: string, program: CommandShape): string {
  const commands = allCommands(program);
  const paths = commands.filter(({ path }) => path.length > 0).map(({ path }) => quoted(path.join(" ")));
  return `# Completion of ${name} for fish: ${name} completion fish | source
function __${name}_at
    set -l command
    for word in (commandline -opc)[2..]
        contains -- "$(string join -- ' ' $command $word)" ${paths.join(" ")}; and set -a command $word
    end
    test "$(string join -- ' ' $command)" = "$argv"
end

function __${name}_word_then_file
    set -l token (string replace -r '^--[a-z-]+=' '' -- (commandline -ct))
    if string match -q '*=*' -- $token
        set -l parts (string split -m 1 = -- $token)
        printf '%s\\n' $parts[1]=(__fish_complete_path $parts[2])
    else
        printf '%s=\\n' $argv
    end
end

complete -c ${name} -f
${commands.flatMap((command) => commandLines(name, command)).join("\n")}
`;
}

function commandLines(name: string, command: CommandShape): string[] {
  const at = `complete -c ${name} -n ${quoted(["__" + name + "_at", ...command.path].join(" "))}`;
  const below = command.commands.map((each) => `${at} -a ${each.path.at(-1)} -d ${quoted(each.description)}`);
  const options = command.options.map(
    (option) => `${at} ${optionWords(name, option)} -d ${quoted(option.description)}`,
  );
  const argument = command.commands.length > 0 || command.argument === null ? "" : offered(name, command.argument);
  return [...below, ...options, ...(argument === "" ? [] : [`${at} ${argument}`])];
}

function optionWords(name: string, { flags, value }: OptionShape): string {
  const words = flags.map((flag) => (flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  return [...words, ...(value === null ? [] : ["-r", offered(name, value)])].join(" ");
}

function offered(name: string, value: ValueShape): string {
  switch (value.kind) {
    case "word":
      return `-f -a ${quoted(value.words.join(" "))}`;
    case "word=file":
      return `-f -a ${quoted(`(__${name}_word_then_file ${value.words.join(" ")})`)}`;
    case "file":
      return "-F";
    case "folder":
      return `-f -a '(__fish_complete_directories (commandline -ct))'`;
    case "any":
      return "-f";
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
