import type { PartitionReader } from "@antedate/runtime";
import { createLogger } from "@antedate/runtime";
import { expect, onTestFinished, test, vi } from "vitest";
import { EndAsker } from "./end-asker.ts";
import type { TaskRunner } from "./task-runner.ts";

const topics = { sends: "email.sends", deliveries: "email.deliveries", engagements: "email.engagements" };

function throwing(): never {
  throw new Error("the disk went away");
}

test.for([
  ["as it is asked", { get timeToLearn() { return throwing(); }, learnEnds: () => {} }], // prettier-ignore
  ["as it learns", { timeToLearn: 5, learnEnds: throwing }],
] as const)("a task that fails %s does not keep the others from their time", async ([, failing]) => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const learnEnds = vi.fn();
  const runners = new Map([failing, { timeToLearn: 7, learnEnds }].entries()) as unknown as Map<number, TaskRunner>;
  const highs = () => Promise.resolve(new Map([[0, 1], [1, 2]])); // prettier-ignore
  const asker = new EndAsker({
    reader: { highs } as unknown as PartitionReader,
    topics,
    partitionCount: 2,
    runners,
    log: createLogger({ service: "test", level: "silent" }),
  });
  asker.start();
  await vi.advanceTimersByTimeAsync(1_000);
  asker.stop();
  expect(learnEnds).toHaveBeenCalledWith({ sends: 2, deliveries: 2, engagements: 2 }, 7);
});
