import { expect, test } from "vitest";
import { createLogger } from "./logger.ts";
import { createPartEnd } from "./part-end.ts";
import { runParts, type Part } from "./run-service.ts";

const log = createLogger({ service: "test", level: "silent" });

function part(name: string, told: string[], failing = false): Part {
  return {
    name,
    start: () => {
      told.push(`start ${name}`);
      return failing ? Promise.reject(new Error(name)) : Promise.resolve();
    },
    stop: () => {
      told.push(`stop ${name}`);
      return Promise.resolve();
    },
  };
}

test("parts start in order and stop in reverse", async () => {
  const told: string[] = [];
  const controller = new AbortController();
  const onReady = () => {
    told.push("ready");
    controller.abort();
  };
  await runParts({ parts: [part("a", told), part("b", told)], log, signal: controller.signal, onReady });
  expect(told).toEqual(["start a", "start b", "ready", "stop b", "stop a"]);
});

test("a part that fails to start takes back what was started, and is told", async () => {
  const told: string[] = [];
  const run = runParts({
    parts: [part("a", told), part("b", told, true), part("c", told)],
    log,
    signal: new AbortController().signal,
  });
  await expect(run).rejects.toThrow("b");
  expect(told).toEqual(["start a", "start b", "stop b", "stop a"]);
});

test("a part that ends by itself ends the service with its error", async () => {
  const told: string[] = [];
  const { ended, fail } = createPartEnd();
  const run = runParts({
    parts: [part("a", told), { ...part("b", told), ended }],
    log,
    signal: new AbortController().signal,
  });
  fail(new Error("gone"));
  await expect(run).rejects.toThrow("gone");
  expect(told.slice(-2)).toEqual(["stop b", "stop a"]);
});
