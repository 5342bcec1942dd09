import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { defaultSettings } from "./domain/index.ts";
import { settingsDigest } from "./settings-digest.ts";

test("the digest is the SHA-256 of the settings, which it gives as JSON", () => {
  const { config, digest } = settingsDigest(defaultSettings);
  expect(JSON.parse(config)).toEqual(defaultSettings);
  expect(digest).toBe(createHash("sha256").update(config).digest("hex"));
});

test("the order of keys does not change the digest, at any depth", () => {
  const a = { ...defaultSettings, domains: { "a.example": { nearBeforeMs: 1, nearAfterMs: 2 }, "b.example": {} } };
  const b = { domains: { "b.example": {}, "a.example": { nearAfterMs: 2, nearBeforeMs: 1 } } };
  expect(settingsDigest({ ...b, ...defaultSettings, ...b })).toEqual(settingsDigest(a));
});

test("every setting changes it, also one of a single source or domain", () => {
  const changes = [
    { nearBeforeMs: 5_001 },
    { nearAfterMs: 1 },
    { clockToleranceMs: 1 },
    { windowMs: 1 },
    { sendHoldMs: 1 },
    { settleMs: 1 },
    { sources: { ses: { settleMs: 1 } } },
    { domains: { "a.example": {} } },
    { mxSuffixes: { "a.example": {} } },
    {},
  ];
  const digests = changes.map((change) => settingsDigest({ ...defaultSettings, ...change }).digest);
  expect(new Set(digests).size).toBe(changes.length);
});
