import type { Command } from "commander";
import { FatalError } from "@antedate/runtime/process";

/** A command of the contract that is not built yet says so instead of half-working. */
export function later(command: Command, name: string, what: string): Command {
  return command
    .description(`${what} (not in this version)`)
    .allowUnknownOption()
    .allowExcessArguments()
    .action(() => {
      throw new FatalError(`${name} is not in this version yet.`);
    });
}
