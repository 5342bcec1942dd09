import type { Environment } from "@antedate/runtime";
import { Option } from "commander";
import { toWorkers } from "./flag-values.ts";

export interface WorkersFlag {
  workers?: string;
}

/** `--workers`, the same for every command that has it. */
export function workersOption(): Option {
  const what = "processes that share the work; max takes one per core (default: 1, or WORKERS)";
  return new Option("--workers <count>", what).argParser(toWorkers);
}

/** The environment under the flag, which wins. */
export function withWorkers(env: Environment, { workers }: WorkersFlag): Environment {
  return workers === undefined ? env : { ...env, WORKERS: workers };
}
