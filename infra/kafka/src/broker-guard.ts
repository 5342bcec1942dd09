// A program of its own between the owner and one broker. It sits with the broker in a process group away from the
// terminal, so Ctrl-C does not reach the broker; and as its channel to the owner closes when the owner dies, however it
// dies, the broker never outlives the owner by more than seconds.
// Arguments: the program and its arguments. Output of the broker goes to the files that the guard was given.
import { spawn } from "node:child_process";
import type { GuardReport, GuardRequest } from "./guard-messages.ts";

const killAfterMs = 10_000;

const [program = "", ...args] = process.argv.slice(2);
const broker = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"] });

function report(message: GuardReport, done: () => void = () => {}): void {
  if (!process.connected) return done();
  process.send?.(message, undefined, undefined, () => {
    done();
  });
}

function stopBroker(): void {
  broker.kill("SIGTERM");
  // A frozen broker takes SIGTERM only when it is woken; SIGKILL needs no consent.
  setTimeout(() => broker.kill("SIGKILL"), killAfterMs).unref();
}

broker.once("spawn", () => {
  report({ started: broker.pid ?? 0 });
});
broker.once("error", (error: NodeJS.ErrnoException) => {
  report({ failed: error.code ?? "UNKNOWN" }, () => {
    process.exit(1);
  });
});
broker.once("exit", (code, signal) => {
  report({ exited: { code, signal } }, () => {
    process.exit(0);
  });
});

process.on("message", (request: GuardRequest) => broker.kill(request.signal));
process.once("disconnect", stopBroker);
process.on("SIGTERM", stopBroker);
process.on("SIGINT", stopBroker);
process.on("SIGHUP", stopBroker);
