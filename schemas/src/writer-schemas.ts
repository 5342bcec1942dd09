import type avro from "avsc";
import { avroType, compileSchema, readSchema, type AvroName } from "./avro-types.ts";
import { isCounted } from "./bounded-counts.ts";
import type { Frame } from "./framing.ts";
import type { Input } from "./model/index.ts";

/** The schema that an input's records are read with. */
export const readerName: Record<Input, AvroName> = {
  sends: "send",
  deliveries: "delivery",
  engagements: "engagement",
};

/** A resolver, or what stands in the way of one. */
export type Resolution =
  /** `isCounted`: the writer's values hold counts, to be checked first. */
  | { found: avro.Type; resolver: avro.Resolver | null; writer: avro.Type; isCounted: boolean }
  | { missing: "unknown" }
  /** Nobody has asked the registry for this ID yet: load it, then resolve again. */
  | { missing: "schema id"; schemaId: number };

/**
 * The writer schemas that producers use, by fingerprint and by registry ID. Starts with every version this project
 * ever had; more are added from files or from a registry. Resolvers are built once per (input, writer): building one
 * costs thousands of times a decode.
 */
export class WriterSchemas {
  readonly #byFingerprint = new Map<string, avro.Type>();
  readonly #byId = new Map<number, avro.Type | "unknown">();
  #hasRegistry = true;
  readonly #counted = new Map<avro.Type, boolean>();
  readonly #resolvers = new Map<Input, Map<avro.Type, avro.Resolver | null>>();

  constructor(earlier: readonly unknown[] = earlierVersions()) {
    for (const name of Object.values(readerName)) {
      const { type, fingerprint } = avroType(name);
      this.#byFingerprint.set(fingerprint, type);
    }
    for (const schema of earlier) this.add(schema);
  }

  /** Adds a producer's own schema. Throws where it is no Avro schema. */
  add(schema: unknown): void {
    const { type, fingerprint } = compileSchema(withoutDefaults(schema));
    if (!this.#byFingerprint.has(fingerprint)) this.#byFingerprint.set(fingerprint, type);
  }

  /** From now on every ID that was not added is unknown. */
  hasNoRegistry(): void {
    this.#hasRegistry = false;
  }

  /**
   * Records what the registry says of an ID; null where it has none. One that cannot be compiled is unknown. An ID keeps the
   * type that it has: a registry never changes it, and resolvers and walks are made per type.
   */
  addById(schemaId: number, schema: unknown): void {
    if (this.writerById(schemaId) !== undefined) return;
    this.#byId.set(schemaId, (schema === null ? null : compiledOrNull(schema)) ?? "unknown");
  }

  resolve(input: Input, frame: Exclude<Frame, { framing: "none" }>): Resolution {
    const writer =
      frame.framing === "single-object" ? this.#byFingerprint.get(frame.fingerprint) : this.#byId.get(frame.schemaId);
    if (writer === undefined) {
      return frame.framing === "confluent" && this.#hasRegistry
        ? { missing: "schema id", schemaId: frame.schemaId }
        : { missing: "unknown" };
    }
    if (writer === "unknown") return { missing: "unknown" };
    const reader = avroType(readerName[input]).type;
    if (writer === reader) return { found: reader, resolver: null, writer, isCounted: false };
    const resolver = this.#resolver(input, reader, writer);
    if (resolver === null) return { missing: "unknown" };
    let counted = this.#counted.get(writer);
    if (counted === undefined) this.#counted.set(writer, (counted = isCounted(writer)));
    return { found: reader, resolver, writer, isCounted: counted };
  }

  writerByFingerprint(fingerprint: string): avro.Type | undefined {
    return this.#byFingerprint.get(fingerprint);
  }

  writerById(schemaId: number): avro.Type | undefined {
    const writer = this.#byId.get(schemaId);
    return writer === "unknown" ? undefined : writer;
  }

  /** Whether the writer's values can be read as the input's events. */
  canRead(input: Input, writer: avro.Type): boolean {
    const reader = avroType(readerName[input]).type;
    return writer === reader || this.#resolver(input, reader, writer) !== null;
  }

  #resolver(input: Input, reader: avro.Type, writer: avro.Type): avro.Resolver | null {
    let ofInput = this.#resolvers.get(input);
    if (!ofInput) this.#resolvers.set(input, (ofInput = new Map()));
    let resolver = ofInput.get(writer);
    if (resolver === undefined) {
      resolver = compatibleResolver(reader, writer);
      ofInput.set(writer, resolver);
    }
    return resolver;
  }
}

/** What a value of the input's current schema begins with, in single-object framing. */
export function ownHeader(input: Input): Buffer {
  return avroType(readerName[input]).header;
}

/**
 * A writer's defaults are never read. avsc builds each of them where it compiles: of thirty records that each hold the next
 * one twice, 2^30.
 */
function withoutDefaults(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutDefaults);
  if (typeof schema !== "object" || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).flatMap(([name, part]) => (name === "default" ? [] : [[name, withoutDefaults(part)]])),
  );
}

function compiledOrNull(schema: unknown): avro.Type | null {
  try {
    return compileSchema(withoutDefaults(schema)).type;
  } catch {
    return null;
  }
}

/** Null where the writer's schema cannot be read as ours, for example a delivery in the topic of sends. */
function compatibleResolver(reader: avro.Type, writer: avro.Type): avro.Resolver | null {
  try {
    // ignoreNamespaces: a producer may keep the record in a package of its own.
    return reader.createResolver(writer, { ignoreNamespaces: true } as never);
  } catch {
    return null;
  }
}

function earlierVersions(): unknown[] {
  return [readSchema("history/send.1"), readSchema("history/delivery.1"), readSchema("history/engagement.1")];
}
