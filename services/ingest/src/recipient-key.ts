import { createHmac, randomBytes } from "node:crypto";
import { link, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Digests } from "./domain/parsed-line.ts";
import { UnusableFileError } from "./unusable-file-error.ts";

/**
 * The key of recipient hashes and event IDs (design §4.2): the value of RECIPIENT_KEY, else the content of
 * `recipient-key` in the data folder, which must exist, made once of 32 random bytes in hex and readable by its owner only. The text itself
 * is the key, so the file's content given as RECIPIENT_KEY elsewhere yields the same hashes.
 */
export async function loadRecipientKey(dataDir: string, given: string | undefined): Promise<string> {
  const set = given?.trim() ?? "";
  if (set !== "") return set;
  const file = join(dataDir, "recipient-key");
  const kept = await readKey(file);
  if (kept !== null) return kept;
  // Written aside and linked into place: of two processes that start together, both end with the key of one.
  const draft = `${file}.${randomBytes(6).toString("hex")}`;
  await writeFile(draft, `${randomBytes(32).toString("hex")}\n`, { mode: 0o600, flag: "wx" });
  try {
    await link(draft, file).catch(ignoreExisting);
  } finally {
    await rm(draft, { force: true });
  }
  const made = await readKey(file);
  if (made === null) throw new UnusableFileError(`${file} is empty: delete it, or set RECIPIENT_KEY.`);
  return made;
}

/** The digests under a key. */
export function createDigests(recipientKey: string): Digests {
  const hmac = (text: string): Buffer =>
    createHmac("sha256", recipientKey).update(text, "utf8").digest().subarray(0, 16);
  return {
    recipientHash(address) {
      const hash = hmac(address);
      return { bytes: Uint8Array.from(hash), hex: hash.toString("hex") };
    },
    contentHash: (content) => hmac(content).toString("hex"),
  };
}

async function readKey(file: string): Promise<string | null> {
  try {
    const key = (await readFile(file, "utf8")).trim();
    return key === "" ? null : key;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return null;
    throw new UnusableFileError(`${file} cannot be read (${message}): mend that, or set RECIPIENT_KEY.`, {
      cause: error,
    });
  }
}

function ignoreExisting(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
}
