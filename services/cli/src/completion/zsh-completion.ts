import { allCommands, type CommandShape, type OptionShape, type ValueShape } from "./command-shape.ts";

/** The script for zsh: one function for each command, for `eval` and for a file of the `fpath` alike. */
export function zshCompletion(name: string, program: CommandShape): string {
  return `#compdef ${name}
# Completion of ${name} for zsh: eval "$(${name} completion zsh)"

${allCommands(program)
  .map((command) => commandFunction(name, command))
  .join("\n\n")}

_${name}_word_then_file() {
  if compset -P '*='; then _files; else compadd -S = -- "$@"; fi
}

if [[ $funcstack[1] == _${name} ]]; then
  _${name} "$@"
else
  compdef _${name} ${name}
fi
`;
}

function commandFunction(name: string, command: CommandShape): string {
  const options = command.options.map((option) => `    ${optionSpec(name, option)}`);
  if (command.commands.length === 0) {
    const { argument } = command;
    const rest = argument === null ? [] : [`    ${quoted(`*:${argument.kind}:${action(name, argument)}`)}`];
    return `${functionName(name, command)}() {\n  _arguments -S \\\n${[...options, ...rest].join(" \\\n")}\n}`;
  }
  const described = command.commands.map((each) => quoted(`${last(each)}:${each.description.replaceAll(":", "\\:")}`));
  return `${functionName(name, command)}() {
  local context state state_descr line
  local -A opt_args
  _arguments -C \\
${options.join(" \\\n")} \\
    '1: :->command' \\
    '*:: :->rest'
  case $state in
    command)
      local -a commands=(
        ${described.join("\n        ")}
      )
      _describe command commands
      ;;
    rest)
      case $words[1] in
${command.commands.map((each) => `        ${last(each)}) ${functionName(name, each)} ;;`).join("\n")}
      esac
      ;;
  esac
}`;
}

/** Any option may be given again: the last one counts, or all do. */
function optionSpec(name: string, { flags, description, value }: OptionShape): string {
  const text = description.replaceAll(/[[\]:]/g, (sign) => `\\${sign}`);
  const spec = (flag: string): string => {
    if (value === null) return quoted(`*${flag}[${text}]`);
    return quoted(`*${flag}${flag.startsWith("--") ? "=" : "+"}[${text}]:${value.kind}:${action(name, value)}`);
  };
  return flags.map(spec).join(" ");
}

function action(name: string, value: ValueShape): string {
  switch (value.kind) {
    case "word":
      return `(${value.words.join(" ")})`;
    case "word=file":
      return `_${name}_word_then_file ${value.words.join(" ")}`;
    case "file":
      return "_files";
    case "folder":
      return "_files -/";
    case "any":
      return " ";
  }
}

function functionName(name: string, { path }: CommandShape): string {
  return ["", name, ...path].join("_");
}

function last({ path }: CommandShape): string {
  return path.at(-1) ?? "";
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
