import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import type { DemoFlags } from "../demo.ts";

/** `npm run demo`: the whole pipeline on this machine with the bundled capture; ends by itself. */
export function addDemoCommand(program: Command, context: CommandContext): void {
  program
    .command("demo")
    .description("the whole pipeline on this machine with a bundled capture of real mail")
    .option("--stay", "keep everything running at the end, until Ctrl-C")
    .action(async (flags: DemoFlags) => {
      const { demo } = await import("../demo.ts");
      await demo(flags, context);
    });
}
