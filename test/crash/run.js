#!/usr/bin/env node
// `npm run test:crash -- --minutes 30 --seed 7`: the crash tests for so long, from that seed on; without flags the short run.
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { minutes: { type: "string" }, seed: { type: "string" } } });
const env = {
  ...process.env,
  ...(values.minutes === undefined ? {} : { CRASH_MINUTES: values.minutes }),
  ...(values.seed === undefined ? {} : { CRASH_SEED: values.seed }),
};
const { status } = spawnSync("npx", ["vitest", "run", "--project", "crash", "--disable-console-intercept"], {
  env,
  stdio: "inherit",
});
process.exitCode = status ?? 1;
