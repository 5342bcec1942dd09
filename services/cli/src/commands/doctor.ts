import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { job } from "../job.ts";

/** `antedate doctor`: what the services check at their start, and what they cannot: exit code 1 where something is wrong. */
export function addDoctorCommand(program: Command, context: CommandContext): void {
  program
    .command("doctor")
    .description("check topics, keys, tables and configuration; name what is wrong and the command that mends it")
    .action(
      job(context.signal, async () => {
        const { doctor } = await import("../doctor.ts");
        await doctor(context);
      }),
    );
}
