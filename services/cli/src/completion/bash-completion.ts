import { allCommands, type CommandShape, type ValueShape } from "./command-shape.ts";

/**
 * The script for bash, 3.2 of macOS included. Bash hands over the words of the line cut at `=`, so a value is what follows
 * an option and, maybe, an equals sign.
 */
export function bashCompletion(name: string, program: CommandShape): string {
  const commands = allCommands(program);
  return `# Completion of ${name} for bash: eval "$(${name} completion bash)"
_${name}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" command="" before="" previous="" equals="" word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if [[ $word == "=" ]]; then equals=1; continue; fi
    equals="" before="$previous" previous="$word"
    case "$command $word" in
      ${commands.flatMap(pathPattern).join(" | ")}) command="$command $word" ;;
    esac
  done
  if [[ $cur == "=" ]]; then cur="" equals=1; fi
  COMPREPLY=()
  case "$command" in
${commands.map((command) => commandCase(name, command)).join("\n")}
  esac
}

_${name}_words() {
  COMPREPLY=($(compgen -W "$1" -- "$cur"))
}

_${name}_paths() {
  local path
  compopt -o filenames 2>/dev/null
  while IFS= read -r path; do COMPREPLY+=("$path"); done < <(compgen "$1" -- "$cur")
}

_${name}_words_equals() {
  compopt -o nospace 2>/dev/null
  COMPREPLY=($(compgen -S = -W "$1" -- "$cur"))
}

complete -F _${name} ${name}
`;
}

function commandCase(name: string, { path, options, commands: below, argument }: CommandShape): string {
  const valued = options.filter(({ value }) => value !== null);
  const flags = options.flatMap((option) => option.flags).join(" ");
  const words = below.map((each) => each.path.at(-1)).join(" ");
  const otherwise = below.length > 0 ? `_${name}_words "${words}"` : given(name, argument);
  const values = valued.map(
    (option) => `        ${option.flags.join(" | ")}) ${given(name, option.value)}; return ;;\n`,
  );
  const pairs = valued.filter(({ value }) => value?.kind === "word=file").flatMap((option) => option.flags);
  const pair =
    pairs.length === 0
      ? ""
      : `      case "$before$equals" in ${pairs.map((flag) => `${flag}1`).join(" | ")}) _${name}_paths -f; return ;; esac\n`;
  const value = values.length === 0 ? "" : `      case "$previous" in\n${values.join("")}      esac\n`;
  return `    "${path.map((word) => ` ${word}`).join("")}")
${value}${pair}      if [[ $cur == -* ]]; then _${name}_words "${flags}"; else ${otherwise}; fi
      ;;`;
}

function given(name: string, value: ValueShape | null): string {
  switch (value?.kind) {
    case "word":
      return `_${name}_words "${value.words.join(" ")}"`;
    case "word=file":
      return `_${name}_words_equals "${value.words.join(" ")}"`;
    case "file":
      return `_${name}_paths -f`;
    case "folder":
      return `_${name}_paths -d`;
    case "any":
    case undefined:
      return ":";
  }
}

function pathPattern({ path }: CommandShape): string[] {
  return path.length === 0 ? [] : [`"${path.map((word) => ` ${word}`).join("")}"`];
}
