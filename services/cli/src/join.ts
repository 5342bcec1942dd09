import { createJoinPart, readJoinConfig } from "@antedate/join";
import { checkedTopics } from "./checked-topics.ts";
import type { CommandContext } from "./command-context.ts";
import { runService } from "./run-service.ts";
import { withWorkers, type WorkersFlag } from "./workers-flag.ts";

/** The join until the signal. */
export async function join(flags: WorkersFlag, context: CommandContext): Promise<void> {
  const { env, signal } = context;
  const config = readJoinConfig(withWorkers(env, flags));
  await runService("join", config, context, (shared) =>
    createJoinPart({
      ...shared,
      config,
      signal,
      checkTopics: () => checkedTopics(config, config.settings.windowMs, { log: shared.log, signal }),
    }),
  );
}
