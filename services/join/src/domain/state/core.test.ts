import { expect, test } from "vitest";
import { MessageTable } from "./message-table.ts";

const { core } = new MessageTable();

function hex(around: string, from = 0, to = around.length): string {
  core.calls.hashBytes(core.put(new TextEncoder().encode(around)) + from, to - from, 0);
  const [low1, high1, low2, high2] = core.copyWords(core.calls.hashAt.value, 4);
  return [high1, low1, high2, low2].map((word) => ((word as number) >>> 0).toString(16).padStart(8, "0")).join("");
}

test("hashes are those of MurmurHash3 x64 128", () => {
  expect(hex("")).toBe("00000000000000000000000000000000");
  expect(hex("The quick brown fox jumps over the lazy dog")).toBe("e34bbc7bbc071b6c7a433ca9c49a9347");
});

test("what stands around the bytes does not count", () => {
  const inside = hex("xxThe quick brown fox jumps over the lazy dogyy", 2, 45);
  expect(inside).toBe(hex("The quick brown fox jumps over the lazy dog"));
});

// SMHasher (KeysetTest.cpp, VerificationTest) tells hash functions apart by one number: the hash of the hashes of 256 keys.
test("hashes of all short lengths and seeds are those that SMHasher knows MurmurHash3 x64 128 by", () => {
  const { calls } = core;
  const key = Uint8Array.from({ length: 256 }, (_, index) => index);
  const hashes = new Uint8Array(256 * 16);
  for (let length = 0; length < 256; length++) {
    calls.hashBytes(core.put(key.subarray(0, length)), length, 256 - length);
    hashes.set(core.copy(calls.hashAt.value, 16), length * 16);
  }
  calls.hashBytes(core.put(hashes), hashes.length, 0);
  expect(((core.copyWords(calls.hashAt.value, 1)[0] as number) >>> 0).toString(16)).toBe("6384ba69");
});
