import { createRequire } from "node:module";
import type { Batch, KafkaMessage } from "kafkajs";
import { emptyAborted, type AbortedTransaction } from "./aborted-batches.ts";
import { registerCompressionCodecs } from "./compression-codecs.ts";
import { crc32c } from "./crc32c.ts";
import { DecompressionBudget } from "./decompression-budget.ts";
import { FatalError } from "./errors.ts";
import { readFetchedBatches, type BatchMessage } from "./fetched-batches.ts";
import { installFewerCopies } from "./kafkajs-copies.ts";
import type { RecordBatch } from "./record-batch.ts";
import { replaceModule } from "./replace-module.ts";
import { responseMemory } from "./response-memory.ts";
import { toRecordBatch } from "./write-record-batch.ts";

// kafkajs makes objects of every record it fetches, which costs several times what is done with them. Two of its modules
// are replaced: the one that decodes the records of a fetch response, by one that decodes none, and its checksum.
// Modules that hold the old ones are loaded again by kafkajs itself, which requires them at every request.

const load = createRequire(import.meta.url);
const protocol = "kafkajs/src/protocol/";
/** What all of this was read in. Another version may do other things under the same names. */
export const kafkajsVersion = "2.2.4";

const decodeMessages = `${protocol}requests/fetch/v4/decodeMessages.js`;
const fetchResponses = [4, 5, 6, 7, 8, 9, 10, 11].map((version) => `${protocol}requests/fetch/v${version}/response.js`);
const checksum = `${protocol}recordBatch/crc32C/index.js`;
const usersOfChecksum = [
  `${protocol}recordBatch/v0/index.js`,
  ...[3, 4, 5, 6, 7].map((version) => `${protocol}requests/produce/v${version}/request.js`),
];

interface Decoder {
  buffer: Buffer;
  offset: number;
  readInt32(): number;
}
interface FetchResponse {
  responses: { partitions: { abortedTransactions: AbortedTransaction[]; messages: BatchMessage[] }[] }[];
}

type Decode = (bytes: Buffer) => Promise<FetchResponse>;

/**
 * From now on every kafkajs client of this process fetches record batches instead of records: what a `KafkaMessage` was
 * stands for a batch, `recordBatchesOf` has them. Transactions' markers, aborted batches and emptied ones are batches
 * without records, so that a reader's position passes them. Clients that want records must not share the process.
 *
 * Throws a FatalError where kafkajs is another version. The stock path is not to call it. Gives what undoes it.
 */
export function installLazyBatches(): () => void {
  return (uninstall ??= install());
}

/** Of this process, where it is installed. */
let uninstall: (() => void) | null = null;

function install(): () => void {
  checkVersion();
  registerCompressionCodecs();
  const undoChecksum = installChecksum();
  const undoFewerCopies = installFewerCopies();
  const undo = replaceModule(decodeMessages, decodeLazily, fetchResponses);
  // Some versions give out the function of the one before: its batches must not be expected twice.
  const ours = new Set<Decode>();
  for (const path of fetchResponses) {
    const response = load(path) as { decode: Decode };
    const { decode } = response;
    if (ours.has(decode)) continue;
    response.decode = async (bytes) => {
      const decoded = withoutAborted(await decode(bytes));
      responseMemory.expect(bytes, batchesOf(decoded));
      return decoded;
    };
    ours.add(response.decode);
  }
  return () => {
    undo();
    undoFewerCopies();
    undoChecksum();
    uninstall = null;
  };
}

/** Lets kafkajs's producers make their checksums by `crc32c`: its own takes a sixth of the time of writing. */
function installChecksum(): () => void {
  return replaceModule(checksum, crc32c, usersOfChecksum);
}

async function decodeLazily(decoder: Decoder): Promise<BatchMessage[]> {
  const size = decoder.readInt32();
  const start = decoder.offset;
  if (size <= 0) return [];
  decoder.offset += size;
  const { buffer } = decoder;
  return await readFetchedBatches(buffer, start, Math.min(start + size, buffer.length), budgetOf(buffer));
}

/** By fetch responses, each of which is decoded once, partition by partition. */
const budgets = new WeakMap<Buffer, DecompressionBudget>();

function budgetOf(response: Buffer): DecompressionBudget {
  let budget = budgets.get(response);
  if (!budget) budgets.set(response, (budget = new DecompressionBudget()));
  return budget;
}

function withoutAborted(response: FetchResponse): FetchResponse {
  for (const { partitions } of response.responses) {
    for (const partition of partitions) {
      emptyAborted(partition.messages, partition.abortedTransactions);
      partition.abortedTransactions = [];
    }
  }
  return response;
}

function batchesOf({ responses }: FetchResponse): RecordBatch[] {
  return responses.flatMap(({ partitions }) =>
    partitions.flatMap(({ messages }) => messages.map(({ batch }) => batch)),
  );
}

function checkVersion(): void {
  const { version } = load("kafkajs/package.json") as { version: string };
  if (version === kafkajsVersion) return;
  throw new FatalError(
    `kafkajs is ${version} and its batches are read as ${kafkajsVersion} fetches them: install ${kafkajsVersion}.`,
  );
}

/** The batches that a member was handed; on the stock path one batch made of its records. */
export function recordBatchesOf({ messages }: Pick<Batch, "messages">): RecordBatch[] {
  const first = messages[0];
  if (first === undefined) return [];
  if (recordBatchOf(first) === null) return [toRecordBatch(messages.map(toRecord))];
  return messages.flatMap((message) => recordBatchOf(message) ?? []);
}

/** The batch that a message stands for, null where it is a record. */
function recordBatchOf(message: KafkaMessage): RecordBatch | null {
  return (message as { batch?: RecordBatch }).batch ?? null;
}

function toRecord({ offset, timestamp, key, value }: KafkaMessage) {
  return { offset: Number(offset), appendTime: Number(timestamp), key, value };
}
