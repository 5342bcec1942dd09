import { Command } from "commander";
import type { CommandContext } from "./command-context.ts";
import { addCompletionCommand } from "./commands/completion.ts";
import { addDemoCommand } from "./commands/demo.ts";
import { addDoctorCommand } from "./commands/doctor.ts";
import { addIngestCommand } from "./commands/ingest.ts";
import { addReplayCommand } from "./commands/replay.ts";
import { addReportCommand } from "./commands/report.ts";
import { addServiceCommands } from "./commands/services.ts";
import { addSimulateCommand } from "./commands/simulate.ts";
import { addTopicsCommand } from "./commands/topics.ts";
import { addUpCommand } from "./commands/up.ts";
import { version } from "./version.ts";

/**
 * The command line with all its commands, described; each loads what it runs when it runs. It throws CommanderError instead
 * of ending the process.
 */
export function createProgram(context: CommandContext): Command {
  const program = new Command("antedate")
    .description("Tells machine clicks from human ones by when they happened relative to the 250 OK.")
    .version(version())
    .showHelpAfterError("(--help shows what there is)")
    .exitOverride();
  addUpCommand(program, context);
  addIngestCommand(program, context);
  addTopicsCommand(program, context);
  addServiceCommands(program, context);
  addReplayCommand(program, context);
  addReportCommand(program, context);
  addDoctorCommand(program, context);
  addDemoCommand(program, context);
  addSimulateCommand(program, context);
  addCompletionCommand(program, context);
  return program;
}
