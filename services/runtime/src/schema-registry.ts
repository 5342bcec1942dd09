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
}

export interface WriterSchemaSource {
  schemas: WriterSchemas;
  /**
   * Asks the registry for each schema ID in the records' values and adds what it says; an ID that it does not know is added
   * as unknown. Without a registry all IDs are. Waits for a registry that is away. After it, reading a record never waits.
   */
  loadFor(batches: readonly RecordBatch[]): Promise<void>;
}

/** The writer schemas this process reads: every version of ours, those in the folder, and the registry's on demand. */
export function createWriterSchemaSource(options: WriterSchemaOptions): WriterSchemaSource {
  const schemas = new WriterSchemas();
  if (options.writerSchemasDir !== null) addFolder(schemas, options.writerSchemasDir);
  if (options.schemaRegistryUrl === null) schemas.hasNoRegistry();
  /** The IDs that were asked for, the first one first. */
  const asked = new Map<number, { at: number; answer: Promise<void> }>();
  const ask = async (schemaId: number): Promise<void> => {
    schemas.addById(schemaId, await fetchSchema(schemaId, options));
  };
  // A schema may be registered after its first record was seen: what was said then is not held for ever.
  const forget = (before: number): void => {
    for (const [schemaId, { at }] of asked) {
      if (at >= before) return;
      asked.delete(schemaId);
    }
  };
  const load = (schemaId: number): Promise<void> => {
    const known = asked.get(schemaId);
    if (known) return known.answer;
    const answer = ask(schemaId);
    asked.set(schemaId, { at: performance.now(), answer });
    return answer;
  };
  return {
    schemas,
    async loadFor(batches) {
      if (options.schemaRegistryUrl === null) return;
      forget(performance.now() - askAgainMs);
      const ids = schemaIdsOf(batches).values();
      // Garbage that looks like the framing has an ID of its own in each record.
      const askSome = async (): Promise<void> => {
        for (const id of ids) await load(id);
      };
      await Promise.all(Array.from({ length: askedAtOnce }, askSome));
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

/** Answers about this ID, not about us or the registry: asking again would not change them. */
function isUnknown(status: number): boolean {
  return status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status);
}

async function fetchSchema(schemaId: number, options: WriterSchemaOptions): Promise<unknown> {
  const { schemaRegistryUrl, log, signal } = options;
  if (schemaId > schemaIdMax) return null;
  const url = new URL(`schemas/ids/${schemaId}`, (schemaRegistryUrl as string).replace(/\/?$/, "/"));
  return await retryForever(
    async () => {
      const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
      if (isUnknown(response.status)) return null;
      if (!response.ok) throw Object.assign(new Error("schema registry"), { code: `HTTP ${response.status}` });
      const { schema, schemaType } = (await response.json()) as { schema: string; schemaType?: string };
      return schemaType === undefined || schemaType === "AVRO" ? parsedOrNull(schema) : null;
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
