import { spawn } from "node:child_process";
import { once } from "node:events";

/** Runs a program that prints one line of JSON. Throws with its output where it does not. */
export async function runProgram<T>(program: string, args: readonly string[], timeoutMs: number): Promise<T> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr = (stderr + text).slice(-8_000)));
  const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  clearTimeout(timer);
  const line = /^\{.*\}$/m.exec(stdout)?.[0];
  if (line === undefined)
    throw new Error(`${program} ended with ${code ?? signal} and no figures\n${args.join(" ")}\n${stdout}${stderr}`);
  return JSON.parse(line) as T;
}
