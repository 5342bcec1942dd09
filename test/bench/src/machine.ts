import { execFileSync } from "node:child_process";
import { cpus, loadavg, totalmem } from "node:os";

export interface Machine {
  cores: number;
  cpu: string;
  memoryGiB: number;
  node: string;
  java: string | null;
  /** Runnable threads in the last minute: above the cores somebody else was at work, and figures suffer. */
  load: number;
}

export function readMachine(): Machine {
  return {
    cores: cpus().length,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    java: javaVersion(),
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}

export function machineLine({ cores, cpu, memoryGiB, node, java, load }: Machine): string {
  return `${cores} cores, ${cpu}, ${memoryGiB} GiB, Node ${node}, Java ${java ?? "none"}, load ${load}`;
}

/** `java --version` says it on stdout; null where there is none. */
function javaVersion(): string | null {
  try {
    return /\d[\d.+_-]*/.exec(execFileSync("java", ["--version"], { encoding: "utf8" }))?.[0] ?? null;
  } catch {
    return null;
  }
}
