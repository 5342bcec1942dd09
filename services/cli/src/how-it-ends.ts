import { FatalError } from "@antedate/runtime/process";
import { CommanderError } from "commander";
import { StoppedError } from "./job.ts";

/** What a command says last, and its exit code. */
export interface End {
  sentence: string | null;
  code: number;
}

export interface EndCircumstances {
  /** Ctrl-C or SIGTERM came. */
  isStopped: boolean;
  /** What writing to standard output failed with. */
  outputError?: unknown;
}

/** As a shell reports Ctrl-C. */
const stoppedCode = 130;

/** How the process ends after what a command failed with, null for nothing: one sentence where a person can mend it. */
export async function howItEnds(failure: unknown, { isStopped, outputError }: EndCircumstances): Promise<End> {
  // It has said what is wrong itself.
  if (failure instanceof CommanderError) return { sentence: null, code: failure.exitCode };
  if (failure instanceof StoppedError) return { sentence: failure.message, code: stoppedCode };
  if (failure !== null && !isStopped) return await failureEnd(failure);
  const code = (outputError as NodeJS.ErrnoException | undefined)?.code;
  if (code === undefined || code === "EPIPE") return { sentence: null, code: 0 };
  return { sentence: `Standard output cannot be written: ${systemReason(code) ?? code}.`, code: 1 };
}

async function failureEnd(failure: unknown): Promise<End> {
  if (failure instanceof FatalError) return { sentence: failure.message, code: 1 };
  if (!(failure instanceof Error)) return { sentence: String(failure), code: 1 };
  const { path, code = "" } = failure as NodeJS.ErrnoException;
  const reason = systemReason(code);
  // Before the import: a process that has too many files open can load nothing.
  if (reason !== null)
    return { sentence: path === undefined ? `It stopped: ${reason}.` : `${path}: ${reason}.`, code: 1 };
  const { endOfService } = await import("./end-of-service.ts");
  return endOfService(failure);
}

const systemReasons: Record<string, string> = {
  EACCES: "the permission is missing; change it, or name another path",
  EDQUOT: "your quota on the disk is used up; make room and run it again",
  EISDIR: "this is a folder; name a file",
  EMFILE: "too many files are open; raise the limit (`ulimit -n`)",
  ENOENT: "there is no such file; give the path of an existing one",
  ENOSPC: "the disk is full; make room and run it again",
  ENOTDIR: "a part of the path is a file; name a folder",
  EROFS: "this can only be read; name another path",
};

/** What a code of the operating system means to a person; null for a code that no person mends. */
function systemReason(code: string): string | null {
  return systemReasons[code] ?? null;
}
