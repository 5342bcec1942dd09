import { FatalError, WorkerEnd } from "@antedate/runtime";
import { CommanderError } from "commander";
import { expect, test } from "vitest";
import { howItEnds } from "./how-it-ends.ts";
import { StoppedError } from "./job.ts";

const goesOn = { isStopped: false };
const stopped = { isStopped: true };
const systemError = (code: string, path?: string): Error => Object.assign(new Error(code), { code, path });

test.each([
  ["nothing", null, goesOn, null, 0],
  ["a service that is told to stop", new Error("aborted"), stopped, null, 0],
  ["a job that is told to stop", new StoppedError("Stopped."), stopped, "Stopped.", 130],
  ["a flag that is wrong", new CommanderError(1, "x", "said already"), goesOn, null, 1],
  ["what a person can mend", new FatalError("Mend it."), goesOn, "Mend it.", 1],
  [
    "a worker that crashed",
    new WorkerEnd({ sentence: "Ended by SIGKILL.", code: 137 }),
    goesOn,
    "Ended by SIGKILL.",
    137,
  ],
  ["a worker that crashed as all were told to stop", new WorkerEnd({ sentence: "Odd.", code: 1 }), stopped, null, 0],
  ["a full disk", systemError("ENOSPC"), goesOn, "It stopped: the disk is full; make room and run it again.", 1],
  ["a folder", systemError("EISDIR", "x.log"), goesOn, "x.log: this is a folder; name a file.", 1],
  ["a reader that has gone", null, { ...goesOn, outputError: systemError("EPIPE") }, null, 0],
  [
    "an output that is full",
    null,
    { ...goesOn, outputError: systemError("ENOSPC") },
    "Standard output cannot be written: the disk is full; make room and run it again.",
    1,
  ],
])("%s", async (_, failure, circumstances, sentence, code) => {
  expect(await howItEnds(failure, circumstances)).toEqual({ sentence, code });
});

test("an error that nobody foresaw keeps its stack", async () => {
  expect((await howItEnds(new Error("odd"), goesOn)).sentence).toMatch(/odd\n +at /);
});
