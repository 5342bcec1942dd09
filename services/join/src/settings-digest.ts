import { createHash } from "node:crypto";
import type { JoinSettings } from "./domain/index.ts";

/** The settings as JSON with sorted keys, and its SHA-256: the digest that every FENCE names. */
export function settingsDigest(settings: JoinSettings): { config: string; digest: string } {
  const config = JSON.stringify(sorted(settings));
  return { config, digest: createHash("sha256").update(config).digest("hex") };
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
