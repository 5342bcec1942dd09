import { Command, CommanderError } from "commander";
import { processSignal } from "@antedate/runtime";
import { addDoctorCommand } from "./commands/doctor.ts";
import { addDemoCommand } from "./commands/demo.ts";
import { addIngestCommand } from "./commands/ingest.ts";
import { addReportCommand } from "./commands/report.ts";
import { addReplayCommand } from "./commands/replay.ts";
import { addServiceCommands } from "./commands/services.ts";
import { addSimulateCommand } from "./commands/simulate.ts";
import { addUpCommand } from "./commands/up.ts";
import type { CommandContext } from "./command-context.ts";
import { createLiveLine } from "./live-line.ts";
import { exitSentence } from "./exit-sentence.ts";
import { version } from "./version.ts";

const context: CommandContext = {
  env: process.env,
  signal: processSignal(),
  print: (text) => void process.stdout.write(`${text}\n`),
  say: (text) => void process.stderr.write(`${text}\n`),
  liveLine: createLiveLine(process.stderr),
};

const program = new Command("antedate")
  .description("Tells machine clicks from human ones by when they happened relative to the 250 OK.")
  .version(version())
  .showHelpAfterError("(--help shows what there is)")
  .exitOverride();

addUpCommand(program, context);
addIngestCommand(program, context);
addServiceCommands(program, context);
addReplayCommand(program, context);
addReportCommand(program, context);
addDoctorCommand(program, context);
addDemoCommand(program, context);
addSimulateCommand(program, context);

try {
  await program.parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode;
  } else if (!context.signal.aborted) {
    context.say(exitSentence(error));
    process.exitCode = 1;
  }
}
// kafkajs and keep-alive sockets can hold the process for seconds after all is said and done.
process.exit();
