import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FatalError } from "@antedate/runtime";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readJoinConfig, readJoinSettings } from "./config.ts";
import { createSettingsLookup, defaultSettings } from "./domain/index.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "thresholds-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The settings with this text as THRESHOLDS_FILE. */
function withFile(content: unknown, env: Record<string, string> = {}) {
  const path = join(folder, "thresholds.json");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return readJoinSettings({ ...env, THRESHOLDS_FILE: path });
}

function problem(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(FatalError);
    return (error as Error).message;
  }
  throw new Error("nothing was wrong with it");
}

test("an empty environment gives the contract's defaults, an empty value counts as absent", () => {
  expect(readJoinSettings({})).toEqual(defaultSettings);
  expect(readJoinSettings({ NEAR_BEFORE_MS: "", WINDOW_MS: "" })).toEqual(defaultSettings);
});

test("each variable sets what it names", () => {
  const env = {
    NEAR_BEFORE_MS: "1",
    NEAR_AFTER_MS: "2",
    CLOCK_TOLERANCE_MS: "3",
    WINDOW_MS: "4",
    SEND_HOLD_MS: "0",
    SETTLE_MS: "6",
  };
  expect(readJoinSettings(env)).toMatchObject({
    nearBeforeMs: 1,
    nearAfterMs: 2,
    clockToleranceMs: 3,
    windowMs: 4,
    sendHoldMs: 0,
    settleMs: 6,
  });
});

test.each([
  ["NEAR_BEFORE_MS", "-1"],
  ["NEAR_AFTER_MS", "a minute"],
  ["CLOCK_TOLERANCE_MS", "1.5"],
  ["WINDOW_MS", "0"],
  ["WINDOW_MS", "4233600001"],
  ["SEND_HOLD_MS", "Infinity"],
  ["SETTLE_MS", "10s"],
])("%s=%s is refused by name", (name, value) => {
  expect(problem(() => readJoinSettings({ [name]: value }))).toContain(name);
});

test("all problems are told at once", () => {
  const message = problem(() => readJoinSettings({ NEAR_BEFORE_MS: "x", SETTLE_MS: "y" }));
  expect(message).toContain("NEAR_BEFORE_MS");
  expect(message).toContain("SETTLE_MS");
});

test("keys are sampled unless PARTITIONER says any; anything else is refused", () => {
  expect(readJoinConfig({}).partitioner).toBe("default");
  expect(readJoinConfig({ PARTITIONER: "any" }).partitioner).toBe("any");
  expect(problem(() => readJoinConfig({ PARTITIONER: "murmur2" }))).toContain("PARTITIONER");
});

describe("THRESHOLDS_FILE", () => {
  test("gives waits per source and bands per domain and MX suffix; what is left out is that of the environment", () => {
    const settings = withFile(
      {
        sources: { powermta: { settle_ms: 1, send_hold_ms: 0 } },
        domains: { "bank.example": { near_before_ms: 2 } },
        mx_suffixes: { "pphosted.com": { near_after_ms: 3 } },
      },
      { NEAR_AFTER_MS: "70000" },
    );
    const { waitsOf, nearBandOf } = createSettingsLookup(settings);
    expect(waitsOf("powermta")).toEqual({ settleMs: 1, sendHoldMs: 0 });
    expect(nearBandOf("bank.example", null)).toEqual({ nearBeforeMs: 2, nearAfterMs: 70_000 });
    expect(nearBandOf("", "mx.pphosted.com")).toEqual({ nearBeforeMs: 5_000, nearAfterMs: 3 });
  });

  test("sources that the file does not name keep their waits", () => {
    const { waitsOf } = createSettingsLookup(withFile({ sources: { powermta: { send_hold_ms: 0 } } }));
    expect(waitsOf("ses").settleMs).toBe(600_000);
  });

  test("an ESP of which the file says only the hold keeps its ten minutes of settling", () => {
    const { waitsOf } = createSettingsLookup(withFile({ sources: { ses: { send_hold_ms: 0 } } }));
    expect(waitsOf("ses")).toEqual({ settleMs: 600_000, sendHoldMs: 0 });
  });

  test.each([
    ["an unknown section", { thresholds: {} }],
    ["an unknown key", { domains: { "a.example": { near_ms: 1 } } }],
    ["a negative time", { domains: { "a.example": { near_before_ms: -1 } } }],
    ["a time in words", { sources: { ses: { settle_ms: "ten minutes" } } }],
    ["a wait under a domain", { domains: { "a.example": { settle_ms: 1 } } }],
    ["a list", []],
    ["a section that is a list", { domains: [] }],
    ["a source's waits that are a list", { sources: { ses: [] } }],
    ["a domain's band that is a list", { domains: { "a.example": [] } }],
    ["a time that is no exact number", { sources: { ses: { settle_ms: 1e300 } } }],
    ["no JSON", "near_before_ms: 5"],
  ])("with %s is refused by name", (_, content) => {
    expect(problem(() => withFile(content))).toContain("THRESHOLDS_FILE");
  });

  test("that is an empty text is refused in words of ours", () => {
    expect(problem(() => withFile('""'))).toBe("Wrong configuration: THRESHOLDS_FILE must be an object, in braces.");
  });

  test.each([[null], [true], [""], [[]]])("a time of %j is refused, not taken for a number", (value) => {
    expect(problem(() => withFile({ domains: { "a.example": { near_before_ms: value } } }))).toContain(
      "near_before_ms",
    );
  });

  test("that does not exist is refused by name and path", () => {
    const path = join(folder, "nowhere.json");
    const message = problem(() => readJoinSettings({ THRESHOLDS_FILE: path }));
    expect(message).toContain("THRESHOLDS_FILE");
    expect(message).toContain(path);
  });
});
