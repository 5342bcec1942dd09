import type { Command } from "commander";
import { FatalError } from "@antedate/runtime";

/** Commands of the contract that are not built yet say so instead of half-working. */
export function addLaterCommands(program: Command): void {
  later(program.command("simulate"), "antedate simulate", "simulated traffic into the topics or files");
}

export function later(command: Command, name: string, what: string): Command {
  return command
    .description(`${what} (not in this version)`)
    .allowUnknownOption()
    .allowExcessArguments()
    .action(() => {
      throw new FatalError(`${name} is not in this version yet.`);
    });
}
