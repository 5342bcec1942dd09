import { createHash, randomUUID } from "node:crypto";
import { access, constants, mkdir, readFile, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hostEnvironment } from "./config.ts";
import { claimOwnerFile, type HeldFile } from "./owner-file.ts";
import { packageFile } from "./package-files.ts";
import { runCommand } from "./run-command.ts";
import { StartError } from "./start-error.ts";
import { systemErrorCode } from "./system-error.ts";

export interface JarOptions {
  env?: NodeJS.ProcessEnv;
  pomFile?: string;
  jarsDir?: string;
  onProgress?: (sentence: string) => void;
}

/**
 * The folder with the broker's jars, downloaded by Maven at first use. Its name is a hash of the pom and it gets that
 * name only once it is complete: a download cut short is done again, a finished one costs one file lookup, and two
 * processes that start at once do not disturb each other.
 */
export async function ensureBrokerJars(options: JarOptions = {}): Promise<string> {
  const pomFile = options.pomFile ?? packageFile("pom.xml");
  const jarsDir = options.jarsDir ?? packageFile(".jars");
  const key = createHash("sha256")
    .update(await readFile(pomFile))
    .digest("hex")
    .slice(0, 16);
  const complete = join(jarsDir, key);
  if (await exists(complete)) return complete;

  await makeJarsDir(jarsDir);
  const lock = await waitForLock(join(jarsDir, "owner.json"));
  try {
    if (!(await exists(complete))) await download({ ...options, pomFile, jarsDir, complete });
  } finally {
    await lock.release();
  }
  return complete;
}

interface Download extends JarOptions {
  pomFile: string;
  jarsDir: string;
  complete: string;
}

async function download({ env = hostEnvironment(), pomFile, jarsDir, complete, onProgress }: Download): Promise<void> {
  await removeLeftovers(jarsDir);
  onProgress?.("Fetching the Kafka broker from Maven Central (once, about 45 MB).");
  const draft = join(jarsDir, `draft-${randomUUID()}`);
  // The project's own output would go to ./target; nothing is compiled, so nothing is written there.
  const result = await runCommand("mvn", ["-q", "-B", "-f", pomFile, `-Djars.dir=${draft}`, "package"], { env });
  if (result.startError === "ENOENT") {
    throw new StartError(
      "maven_missing",
      "The Kafka broker is not here yet and there is no Maven (`mvn`) on PATH to fetch it: install it (Debian: apt install maven).",
    );
  }
  if (result.code !== 0 || !(await exists(draft))) {
    await rm(draft, { recursive: true, force: true });
    const reason = firstErrorLine(result.output);
    throw new StartError(
      "jars_unavailable",
      `Maven could not fetch the Kafka broker (${reason}): check the network and Maven's settings, then start again.`,
    );
  }
  await rename(draft, complete);
}

async function makeJarsDir(jarsDir: string): Promise<void> {
  try {
    await mkdir(jarsDir, { recursive: true });
    await access(jarsDir, constants.W_OK);
  } catch (error) {
    throw new StartError(
      "directory_unwritable",
      `The Kafka broker's jars cannot be stored in ${jarsDir} (${systemErrorCode(error)}): make that folder writable.`,
      { cause: error },
    );
  }
}

/** Another process that downloads holds the lock for as long as it lives; one that dies loses it. */
async function waitForLock(path: string): Promise<HeldFile> {
  for (;;) {
    const claim = await claimOwnerFile(path);
    if ("held" in claim) return claim.held;
    await sleep(200);
  }
}

async function removeLeftovers(jarsDir: string): Promise<void> {
  for (const name of await readdir(jarsDir)) {
    if (name.startsWith("draft-")) await rm(join(jarsDir, name), { recursive: true, force: true });
  }
}

/** Maven's first `[ERROR]` line holds the cause; the rest repeats it and explains Maven. */
export function firstErrorLine(output: string): string {
  // oxlint-disable-next-line no-control-regex -- Maven resets colours even in batch mode
  const plain = output.replaceAll(/\u001B\[[0-9;]*m/g, "");
  const lines = plain.split("\n").map((line) => line.trim());
  const error = lines.find((line) => line.startsWith("[ERROR] ")) ?? lines.find((line) => line !== "");
  const sentence = error?.replace("[ERROR] ", "").replace(/ -> \[Help 1\]$/, "");
  return sentence === undefined ? "it gave no reason" : sentence.slice(0, 400);
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return false;
    throw error;
  }
}
