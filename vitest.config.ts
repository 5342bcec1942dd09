import { defineConfig } from "vitest/config";
import { RunningFiles } from "./test/support/running-files.ts";

// Tests read the sources through the `antedate-source` condition, so none of them needs a build, but for those that
// start the built programs (e2e, crash). The join's core is compiled where it is older than its sources.
const resolve = { conditions: ["antedate-source"] };
const ssr = { resolve };
const inline = { deps: { inline: [/@antedate\//] } };

// CI counts the tests of every run from JSON files in this folder, and reads there which files a run that hangs is in.
const results = process.env.TEST_RESULTS;

export default defineConfig({
  test: {
    globalSetup: ["test/support/core-module.ts", "test/support/temporary-files.ts"],
    reporters: results
      ? ["default", ["json", { outputFile: `${results}/${process.pid}.json` }], new RunningFiles(`${results}/running`)]
      : ["default"],
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: "unit",
          testTimeout: 60_000,
          include: [
            "schemas/src/**/*.test.ts",
            "infra/*/src/**/*.test.ts",
            "services/*/src/**/*.test.ts",
            "test/*.test.ts",
            "test/support/**/*.test.ts",
            "test/bench/src/**/*.test.ts",
          ],
          exclude: ["**/*.integration.test.ts", "**/node_modules/**"],
          server: inline,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "property",
          include: ["test/property/**/*.test.ts", "test/sim/**/*.test.ts"],
          testTimeout: 120_000,
          server: inline,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "integration",
          include: ["infra/*/src/**/*.integration.test.ts", "services/*/src/**/*.integration.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          server: inline,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
          server: inline,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "crash",
          include: ["test/crash/**/*.test.ts"],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
          server: inline,
        },
      },
    ],
  },
});
