import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { identifyProcess, isRunning, type ProcessIdentity } from "./process-identity.ts";
import { systemErrorCode } from "./system-error.ts";

/** Who holds a directory, and the processes that it started there and that may outlive it by seconds. */
export interface Owner {
  owner: ProcessIdentity;
  /** Tells two holders within one process apart. */
  nonce: string;
  children: ProcessIdentity[];
}

export interface HeldFile {
  /** Writes down what was started, so that the next owner can wait for it should this one be killed. */
  record(children: readonly number[]): Promise<void>;
  release(): Promise<void>;
}

export type ClaimResult = { held: HeldFile; before: Owner | undefined } | { heldBy: Owner };

/**
 * Makes this process the only owner of the file, or says who is. An owner that was killed loses it: it is recognised by
 * its pid and start time, so no stale file ever needs removing by hand.
 */
export async function claimOwnerFile(path: string): Promise<ClaimResult> {
  const self = await identifyProcess(process.pid);
  if (self === undefined) throw new Error("This process cannot find itself in the process list.");
  const mine: Owner = { owner: self, nonce: randomUUID(), children: [] };
  const draft = `${path}.${mine.nonce}`;
  await writeFile(draft, JSON.stringify(mine));
  try {
    let before: Owner | undefined;
    for (;;) {
      if (await linkNew(draft, path)) return { held: holdFile(path, mine), before };
      const holder = await readOwner(path);
      if (holder === undefined) continue;
      if (await isRunning(holder.owner)) return { heldBy: holder };
      before = holder;
      await removeOwner(path, holder);
    }
  } finally {
    await rm(draft, { force: true });
  }
}

function holdFile(path: string, mine: Owner): HeldFile {
  return {
    async record(pids) {
      const identities = await Promise.all(pids.map((pid) => identifyProcess(pid)));
      const children = identities.filter((identity) => identity !== undefined);
      await writeFile(`${path}.${mine.nonce}`, JSON.stringify({ ...mine, children }));
      await rename(`${path}.${mine.nonce}`, path);
    },
    release: () => removeOwner(path, mine),
  };
}

/** A hard link appears whole or not at all, so nobody ever reads half an owner. */
async function linkNew(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "EEXIST") return false;
    throw error;
  }
}

async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Owner;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Removes that owner's claim; a claim that another process made in between is put back. */
async function removeOwner(path: string, owner: Owner): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return;
    throw error;
  }
  const removed = await readOwner(aside);
  if (removed?.nonce !== owner.nonce) await linkNew(aside, path);
  await rm(aside, { force: true });
}
