import { CommanderError } from "commander";
import { processSignal } from "@antedate/runtime";
import type { CommandContext } from "./command-context.ts";
import { createLiveLine } from "./live-line.ts";
import { exitSentence } from "./exit-sentence.ts";
import { createProgram } from "./program.ts";

const context: CommandContext = {
  env: process.env,
  signal: processSignal(),
  print: (text) => void process.stdout.write(`${text}\n`),
  say: (text) => void process.stderr.write(`${text}\n`),
  liveLine: createLiveLine(process.stderr),
};

try {
  await createProgram(context).parseAsync(process.argv);
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
