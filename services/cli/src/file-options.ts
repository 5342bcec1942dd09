import { access, constants, stat } from "node:fs/promises";
import { createDigests, inputBytes, loadRecipientKey, type FileOptions } from "@antedate/ingest";
import type { Format } from "@antedate/ingest/formats";
import { errorCode, FatalError, makeFolder, readRuntimeConfig } from "@antedate/runtime";
import type { CommandContext } from "./command-context.ts";
import { createProgress } from "./progress.ts";

export interface InputFile {
  format: Format;
  file: string;
}

export interface FileFlags {
  format?: Format;
  input?: InputFile[];
  tenant: string;
  account?: string;
  year?: number;
  timezone?: string;
}

/** Shows how much of the inputs was read; the caller clears the live line at the end. */
export async function readingProgress(
  options: FileOptions,
  { liveLine }: CommandContext,
): Promise<((bytes: number) => void) | undefined> {
  if (!liveLine.isSeen) return undefined;
  return createProgress(liveLine, { what: "Reading", unit: "bytes", total: await inputBytes(options) }).add;
}

/** Checks the flags and files. Throws FatalError. */
export async function fileOptions(
  files: string[],
  flags: FileFlags,
  { env, say }: CommandContext,
): Promise<FileOptions> {
  if (files.length > 0 && flags.format === undefined) {
    throw new FatalError("Say what the files are: --format NAME FILE..., or --input FORMAT=FILE for each.");
  }
  const inputs = [...files.map((file) => ({ format: flags.format as Format, file })), ...(flags.input ?? [])];
  if (inputs.length === 0)
    throw new FatalError("Name at least one file: --format NAME FILE... or --input FORMAT=FILE.");
  if (inputs.some(({ format }) => format === "tracker") && !inputs.some(({ format }) => format === "sends")) {
    throw new FatalError("A tracker log needs the sends of the same mail for its tokens: add --input sends=FILE.");
  }
  await requireReadable(inputs);
  const { stateDir } = readRuntimeConfig(env);
  if (!env.RECIPIENT_KEY?.trim()) await makeFolder(stateDir, "STATE_DIR");
  return {
    inputs,
    tenant: flags.tenant,
    account: flags.account,
    year: flags.year,
    timezone: flags.timezone,
    nowMs: Date.now(),
    onZoneAssumed: (file) =>
      say(
        `${file} has times without a zone, taken for UTC: give --timezone if its machine keeps another, or clicks seem to come hours before or after their delivery.`,
      ),
    digests: createDigests(await loadRecipientKey(stateDir, env.RECIPIENT_KEY)),
  };
}

async function requireReadable(inputs: readonly InputFile[]): Promise<void> {
  for (const { file } of inputs) {
    if (file === "-") continue;
    try {
      await access(file, constants.R_OK);
      if (!(await stat(file)).isDirectory()) continue;
    } catch (error) {
      const may = errorCode(error) === "EACCES" || errorCode(error) === "EPERM";
      throw new FatalError(
        may ? `${file} may not be read: run this as a user who may.` : `${file} does not exist: mend the path.`,
      );
    }
    throw new FatalError(`${file} is a folder: name the files in it.`);
  }
}
