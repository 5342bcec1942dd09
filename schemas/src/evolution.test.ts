import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { compileSchema, readSchema } from "./avro-types.ts";
import { kinds, outcomes, stages, classes, exposures, messageOutcomes } from "./model/index.ts";

const names = readdirSync(new URL("../avro/", import.meta.url))
  .filter((name) => name.endsWith(".avsc"))
  .map((name) => name.slice(0, -5));
const versions = readdirSync(new URL("../avro/history/", import.meta.url)).map((name) => name.slice(0, -5));

test.each(names)("%s reads every earlier version and is read by it", (name) => {
  const current = compileSchema(readSchema(name)).type;
  const earlier = versions
    .filter((version) => version.startsWith(`${name}.`))
    .map((version) => compileSchema(readSchema(`history/${version}`)).type);
  expect(earlier.length).toBeGreaterThan(0);
  for (const other of earlier) {
    expect(() => current.createResolver(other)).not.toThrow();
    expect(() => other.createResolver(current)).not.toThrow();
  }
});

test.each(names)("the newest version of %s in history is the current one", (name) => {
  const newest = versions
    .filter((version) => version.startsWith(`${name}.`))
    .sort((a, b) => Number(a.split(".")[1]) - Number(b.split(".")[1]))
    .at(-1);
  expect(readSchema(`history/${newest}`)).toEqual(readSchema(name));
});

test("the vocabulary of the code is that of the files, in order", () => {
  const symbols = (schema: unknown, found: Record<string, string[]> = {}): Record<string, string[]> => {
    if (Array.isArray(schema)) for (const inner of schema) symbols(inner, found);
    else if (typeof schema === "object" && schema !== null) {
      const own = schema as { type?: unknown; name?: string; symbols?: string[] };
      if (own.type === "enum" && own.name && own.symbols) found[own.name] = own.symbols;
      for (const inner of Object.values(schema)) symbols(inner, found);
    }
    return found;
  };
  expect(symbols(["send", "delivery", "engagement", "commit"].map(readSchema))).toEqual({
    DeliveryOutcome: [...outcomes],
    Stage: [...stages],
    EngagementKind: [...kinds],
    EngagementClass: [...classes],
    Exposure: [...exposures],
    MessageOutcome: [...messageOutcomes],
  });
});
