import { readRuntimeConfig } from "@antedate/runtime";
import { createSinkPart } from "@antedate/sink";
import type { CommandContext } from "./command-context.ts";
import { runService } from "./run-service.ts";
import { withWorkers, type WorkersFlag } from "./workers-flag.ts";

/** The sink until the signal. */
export async function sink(flags: WorkersFlag, context: CommandContext): Promise<void> {
  const { env, signal } = context;
  const config = readRuntimeConfig(withWorkers(env, flags));
  await runService("sink", config, context, (shared) => createSinkPart({ ...shared, config, signal }));
}
