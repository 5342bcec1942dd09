import { expect, test } from "vitest";
import { dataOf } from "./byte-writer.ts";
import { hashBytes, hashWords } from "./hash.ts";

function hex(text: string): string {
  const bytes = new TextEncoder().encode(text);
  hashBytes(dataOf(bytes), 0, bytes.length, 0);
  return Array.from(hashWords, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

test("hashes are those of MurmurHash3 x86 128", () => {
  expect(hex("")).toBe("00000000000000000000000000000000");
  expect(hex("The quick brown fox jumps over the lazy dog")).toBe("2f1583c3ecee2c675d7bf66ce5e91d2c");
});

test("what stands around the bytes does not count", () => {
  const bytes = new TextEncoder().encode("xxThe quick brown fox jumps over the lazy dogyy");
  hashBytes(dataOf(bytes), 2, bytes.length - 4, 0);
  const inside = [...hashWords];
  hex("The quick brown fox jumps over the lazy dog");
  expect(inside).toEqual([...hashWords]);
});
