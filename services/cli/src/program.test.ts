import { expect, test, vi } from "vitest";
import { createLiveLine } from "./live-line.ts";
import { createProgram } from "./program.ts";

const loaded = vi.hoisted((): string[] => []);
vi.mock("@antedate/clickhouse-server", (original) => (loaded.push("clickhouse-server"), original()));
vi.mock("@antedate/ingest", (original) => (loaded.push("ingest"), original()));
vi.mock("@antedate/join", (original) => (loaded.push("join"), original()));
vi.mock("@antedate/kafka-server", (original) => (loaded.push("kafka-server"), original()));
vi.mock("@antedate/runtime", (original) => (loaded.push("runtime"), original()));
vi.mock("@antedate/simulate", (original) => (loaded.push("simulate"), original()));
vi.mock("@antedate/sink", (original) => (loaded.push("sink"), original()));

/** Runs a command to where it reads its configuration, which ends it. */
async function run(command: string): Promise<void> {
  const program = createProgram({
    env: { KAFKA_BROKERS: "nowhere" },
    signal: new AbortController().signal,
    worker: null,
    forkWorker: () => expect.fail("starts no worker"),
    outputEnded: new AbortController().signal,
    print: () => {},
    say: () => {},
    printsToTerminal: false,
    liveLine: createLiveLine({ write: () => {} }, {}),
  });
  await expect(program.parseAsync(["node", "antedate", command])).rejects.toThrow("KAFKA_BROKERS must be");
}

test("a service loads itself and the runtime, no other service and no server; what describes it loads none", async () => {
  expect(loaded).toEqual([]);
  await run("join");
  expect(loaded.toSorted()).toEqual(["join", "runtime"]);
  await run("sink");
  expect(loaded.toSorted()).toEqual(["join", "runtime", "sink"]);
});
