import { expect, test } from "vitest";
import { MessageTable } from "./message-table.ts";

const { core } = new MessageTable();

function hex(around: string, from = 0, to = around.length): string {
  core.calls.hashBytes(core.put(new TextEncoder().encode(around)) + from, to - from, 0);
  const words = core.copyWords(core.calls.hashAt.value, 4);
  return Array.from(words, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

test("hashes are those of MurmurHash3 x86 128", () => {
  expect(hex("")).toBe("00000000000000000000000000000000");
  expect(hex("The quick brown fox jumps over the lazy dog")).toBe("2f1583c3ecee2c675d7bf66ce5e91d2c");
});

test("what stands around the bytes does not count", () => {
  const inside = hex("xxThe quick brown fox jumps over the lazy dogyy", 2, 45);
  expect(inside).toBe(hex("The quick brown fox jumps over the lazy dog"));
});
