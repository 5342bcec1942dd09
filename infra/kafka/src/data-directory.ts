import { randomBytes } from "node:crypto";
import { access, constants, mkdir, readFile, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { claimOwnerFile, type HeldFile, type Owner } from "./owner-file.ts";
import { isRunning } from "./process-identity.ts";
import { StartError } from "./start-error.ts";
import { systemErrorCode } from "./system-error.ts";

/** What a data directory remembers of its cluster. */
export interface ClusterRecord {
  layout: 1;
  clusterId: string;
  brokers: number;
  /** The ports of the last start, by broker; taken again where the caller leaves the choice. */
  ports: number[];
  controllerPorts: number[];
}

export interface DataDirectory {
  path: string;
  record: ClusterRecord;
  owner: HeldFile;
  save(record: ClusterRecord): Promise<void>;
}

const recordFile = "antedate-kafka.json";
const ownerFile = "owner.json";
/** How long brokers of a killed owner may take to go down before they are killed in their turn. */
const orphansGoneMs = 20_000;

/** Takes a data directory for this process: an empty one becomes ours, our own is continued, any other is refused. */
export async function openDataDirectory(path: string, brokers: number): Promise<DataDirectory> {
  const names = await listWritable(path);
  const ours = names.includes(recordFile);
  if (!ours && names.some((name) => !name.startsWith(ownerFile) && name !== "lost+found")) {
    throw new StartError(
      "directory_foreign",
      `${path} holds files that are not Kafka data of Antedate: name an empty or new directory with --data.`,
    );
  }
  const claim = await claimOwnerFile(join(path, ownerFile));
  if ("heldBy" in claim) {
    throw new StartError(
      "directory_in_use",
      `${path} is in use by process ${claim.heldBy.owner.pid}: stop that one or name another directory with --data.`,
    );
  }
  try {
    if (claim.before !== undefined) await awaitOrphans(claim.before);
    const record = (await readRecord(path)) ?? newRecord(brokers);
    if (record.brokers !== brokers) {
      throw new StartError(
        "broker_count_differs",
        `${path} was made with --brokers ${record.brokers}: start it with that, or name another directory with --data.`,
      );
    }
    return { path, record, owner: claim.held, save: (next) => writeRecord(path, next) };
  } catch (error) {
    await claim.held.release();
    throw error;
  }
}

async function listWritable(path: string): Promise<string[]> {
  try {
    await mkdir(path, { recursive: true });
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return await readdir(path);
  } catch (error) {
    throw new StartError(
      "directory_unwritable",
      `Kafka cannot keep its data in ${path} (${systemErrorCode(error)}): name a writable directory with --data.`,
      { cause: error },
    );
  }
}

/** After a kill -9 of the owner its brokers need seconds to close their logs; starting on top of them would fail. */
async function awaitOrphans(before: Owner): Promise<void> {
  const deadline = Date.now() + orphansGoneMs;
  for (const child of before.children) {
    let killed = false;
    while (await isRunning(child)) {
      if (!killed && Date.now() > deadline) {
        process.kill(child.pid, "SIGKILL");
        killed = true;
      }
      await sleep(50);
    }
  }
}

async function readRecord(path: string): Promise<ClusterRecord | undefined> {
  let text: string;
  try {
    text = await readFile(join(path, recordFile), "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
  const record = parseRecord(text);
  if (record !== undefined) return record;
  throw new StartError(
    "directory_foreign",
    `${join(path, recordFile)} is not of this version of Antedate: name another directory with --data.`,
  );
}

function parseRecord(text: string): ClusterRecord | undefined {
  try {
    const record = JSON.parse(text) as Partial<ClusterRecord>;
    return record.layout === 1 ? (record as ClusterRecord) : undefined;
  } catch {
    return undefined;
  }
}

async function writeRecord(path: string, record: ClusterRecord): Promise<void> {
  const draft = join(path, `${recordFile}.draft`);
  await writeFile(draft, `${JSON.stringify(record, null, 2)}\n`);
  await rename(draft, join(path, recordFile));
}

function newRecord(brokers: number): ClusterRecord {
  return { layout: 1, clusterId: newClusterId(), brokers, ports: [], controllerPorts: [] };
}

/** Kafka writes its IDs as 16 bytes in base64url, and refuses a leading dash on its command lines. */
export function newClusterId(): string {
  for (;;) {
    const id = randomBytes(16).toString("base64url");
    if (!id.startsWith("-")) return id;
  }
}
