import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createWorkerLink, processSignal, workerVariable } from "@antedate/runtime/process";
import type { CommandContext } from "./command-context.ts";
import { howItEnds } from "./how-it-ends.ts";
import { createLiveLine } from "./live-line.ts";
import { createProgram } from "./program.ts";

const outputEnd = new AbortController();
const liveLine = createLiveLine(process.stderr, process.env);
const worker = createWorkerLink(process);
const context: CommandContext = {
  env: process.env,
  signal: worker ? AbortSignal.any([processSignal(), worker.signal]) : processSignal(),
  worker,
  forkWorker: (name, command, env) =>
    fork(fileURLToPath(import.meta.url), [command], {
      env: { ...process.env, ...env, [workerVariable]: name },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      // Keeps the numbers of metrics that JSON has not.
      serialization: "advanced",
    }),
  outputEnded: outputEnd.signal,
  printsToTerminal: process.stdout.isTTY,
  print: (text) => {
    liveLine.clear();
    process.stdout.write(`${text}\n`);
  },
  say: (text) => {
    liveLine.clear();
    process.stderr.write(`${text}\n`);
  },
  liveLine,
};

// A reader such as `head` may go before the end; what is not printed is still done.
process.stdout.on("error", (error: NodeJS.ErrnoException) => outputEnd.abort(error));
process.stderr.on("error", () => {});

let failure: unknown = null;
try {
  await createProgram(context).parseAsync(process.argv);
} catch (error) {
  failure = error;
}
liveLine.clear();
// The stream tells of a failed write only in the next turn.
await new Promise((resolve) => setImmediate(resolve));
const { sentence, code } = await howItEnds(failure, {
  isStopped: context.signal.aborted,
  outputError: outputEnd.signal.reason,
});
if (worker) await worker.end(sentence);
else if (sentence !== null) context.say(sentence);
// kafkajs and keep-alive sockets can hold the process for seconds after all is said and done.
process.exit(code);
