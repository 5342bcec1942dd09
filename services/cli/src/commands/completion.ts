import { Argument, type Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { bashCompletion } from "../completion/bash-completion.ts";
import { commandShape, type CommandShape } from "../completion/command-shape.ts";
import { fishCompletion } from "../completion/fish-completion.ts";
import { zshCompletion } from "../completion/zsh-completion.ts";

const scripts: Record<string, (name: string, program: CommandShape) => string> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** `antedate completion`: the script that makes a shell complete commands, options and their values. */
export function addCompletionCommand(program: Command, { print }: CommandContext): void {
  program
    .command("completion")
    .description('print the completion script of a shell: eval "$(antedate completion bash)"')
    .addArgument(new Argument("<shell>", "the shell").choices(Object.keys(scripts)))
    .action((shell: string) => print(scripts[shell]?.(program.name(), commandShape(program)).trimEnd() ?? ""));
}
