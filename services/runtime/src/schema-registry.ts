import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { confluentHeaderBytes, WriterSchemas } from "@antedate/schemas";
import { FatalError } from "./errors.ts";
import type { Logger } from "./logger.ts";
import type { RecordBatch } from "./record-batch.ts";
import { RecordCursor } from "./record-cursor.ts";
import { retryForever } from "./retry.ts";

export interface WriterSchemaOptions {
  schemaRegistryUrl: string | null;
  writerSchemasDir: string | null;
  log: Logger;
  signal?: AbortSignal;
  /** Monotonic, ms. */
  now?: () => number;
}

export interface WriterSchemaSource {
  schemas: WriterSchemas;
  /**
   * Asks the registry for each schema ID in the records' values and adds what it says; an ID that it does not know is added
   * as unknown. Without a registry all IDs are. Waits for a registry that is away, unless all IDs were found before. After
   * it, reading a record never waits. Reads the batches before it returns.
   */
  loadFor(batches: readonly RecordBatch[]): Promise<void>;
}

/** The writer schemas this process reads: every version of ours, those in the folder, and the registry's on demand. */
export function createWriterSchemaSource(options: WriterSchemaOptions): WriterSchemaSource {
  const schemas = new WriterSchemas();
  if (options.writerSchemasDir !== null) addFolder(schemas, options.writerSchemasDir);
  if (options.schemaRegistryUrl === null) schemas.hasNoRegistry();
  const { now = () => performance.now() } = options;
  /** Held for ever: a registry never changes an ID's schema, and what it has bounds them. */
  const found = new Set<number>();
  /** When the registry said that it has no such ID, the first one first. Producers choose these, so they are forgotten. */
  const unknown = new Map<number, number>();
  const asked = new Map<number, Promise<void>>();
  const ask = async (schemaId: number): Promise<void> => {
    try {
      const answer = await fetchSchema(schemaId, options);
      schemas.addById(schemaId, answer?.schema ?? null);
      if (answer === null) unknown.set(schemaId, now());
      else found.add(schemaId);
    } finally {
      asked.delete(schemaId);
    }
  };
  // A schema may be registered after its first record was seen.
  const forgetUnknown = (before: number): void => {
    for (const [schemaId, at] of unknown) {
      if (at >= before) return;
      unknown.delete(schemaId);
    }
  };
  const load = async (schemaId: number): Promise<void> => {
    if (found.has(schemaId) || unknown.has(schemaId)) return;
    // Who gave up waiting comes again: a registry that is away is asked once for each ID.
    let answer = asked.get(schemaId);
    if (answer === undefined) asked.set(schemaId, (answer = ask(schemaId)));
    await answer;
  };
  const loadAll = async (schemaIds: Iterable<number>): Promise<void> => {
    const ids = schemaIds[Symbol.iterator]();
    // Garbage that looks like the framing has an ID of its own in each record.
    const loadSome = async (): Promise<void> => {
      for (let next = ids.next(); !next.done; next = ids.next()) await load(next.value);
    };
    await Promise.all(Array.from({ length: askedAtOnce }, loadSome));
  };
  return {
    schemas,
    // Not async: what waits would hold the batches.
    loadFor(batches) {
      if (options.schemaRegistryUrl === null) return Promise.resolve();
      forgetUnknown(now() - askAgainMs);
      return loadAll(schemaIdsOf(batches));
    },
  };
}

const askedAtOnce = 16;

function schemaIdsOf(batches: readonly RecordBatch[]): Set<number> {
  const ids = new Set<number>();
  const cursor = new RecordCursor();
  for (const batch of batches) {
    if (batch.unreadable !== null) continue;
    cursor.open(batch);
    while (cursor.next()) {
      const { bytes, valueStart, valueLength } = cursor;
      if (valueLength >= confluentHeaderBytes && bytes[valueStart] === 0) ids.add(bytes.readUInt32BE(valueStart + 1));
    }
  }
  return ids;
}

function addFolder(schemas: WriterSchemas, folder: string): void {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith(".avsc"));
  } catch {
    throw new FatalError(`WRITER_SCHEMAS_DIR names ${folder}, which cannot be read: give an existing folder.`);
  }
  for (const name of names) {
    try {
      schemas.add(JSON.parse(readFileSync(join(folder, name), "utf8")));
    } catch {
      throw new FatalError(`${join(folder, name)} is no Avro schema: mend it or take it out of WRITER_SCHEMAS_DIR.`);
    }
  }
}

/** IDs are positive 32-bit numbers; garbage that looks like the framing holds any. */
const schemaIdMax = 2 ** 31 - 1;
const askAgainMs = 60_000;

/** The registry's own codes are an HTTP status and two digits, 40403; the status alone says that it has no such path. */
const registryCodeMin = 40_000;

/**
 * Whether the registry itself says that it has no such ID. An ingress, a gateway or a wrong address may answer with any
 * status, and say nothing of the ID; other statuses are about us or the registry.
 */
async function saysUnknown(response: Response): Promise<boolean> {
  const { status } = response;
  if (status < 400 || status >= 500 || [401, 403, 408, 429].includes(status)) return false;
  const body = (await response.json().catch(() => null)) as { error_code?: unknown } | null;
  return Number(body?.error_code) >= registryCodeMin;
}

interface RegistryAnswer {
  schema?: unknown;
  schemaType?: unknown;
}

/** Null where there is no such ID; a schema that is null where there is one, of something that is no Avro. */
async function fetchSchema(schemaId: number, options: WriterSchemaOptions): Promise<{ schema: unknown } | null> {
  const { schemaRegistryUrl, log, signal } = options;
  if (schemaId > schemaIdMax) return null;
  const url = new URL(`schemas/ids/${schemaId}`, (schemaRegistryUrl as string).replace(/\/?$/, "/"));
  return await retryForever(
    async () => {
      const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
      if (await saysUnknown(response)) return null;
      const { schema, schemaType } = response.ok ? ((await response.json()) as RegistryAnswer) : {};
      if (typeof schema !== "string")
        throw Object.assign(new Error("schema registry"), { code: `HTTP ${response.status}` });
      return { schema: schemaType === undefined || schemaType === "AVRO" ? parsedOrNull(schema) : null };
    },
    {
      ...(signal ? { signal } : {}),
      onWait: (_, code) => log.warn({ code, schemaId }, `waiting for the schema registry at ${schemaRegistryUrl}`),
    },
  );
}

/** A schema that is no JSON will be none when it is asked for again. */
function parsedOrNull(schema: string): unknown {
  try {
    return JSON.parse(schema);
  } catch {
    return null;
  }
}
