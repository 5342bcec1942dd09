import fc from "fast-check";
import { Partitioners } from "kafkajs";
import { expect, test } from "vitest";
import { defaultPartition } from "./default-partition.ts";

test("a key's partition is the one that kafkajs's default partitioner chooses", () => {
  const choose = Partitioners.DefaultPartitioner();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 200 }), (bytes, count) => {
      const key = Buffer.from(bytes);
      const partitionMetadata = Array.from({ length: count }, (_, partitionId) => ({
        partitionId,
        leader: 0,
      })) as never;
      const chosen = choose({ topic: "t", partitionMetadata, message: { key, value: null } });
      expect(defaultPartition(key, count)).toBe(chosen);
    }),
    { numRuns: 300 },
  );
});
