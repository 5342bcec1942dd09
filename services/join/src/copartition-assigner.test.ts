import { AssignerProtocol, type Cluster, type Logger } from "kafkajs";
import { FatalError } from "@antedate/runtime";
import { expect, test } from "vitest";
import { copartitionAssigner } from "./copartition-assigner.ts";

const { MemberAssignment, MemberMetadata } = AssignerProtocol;
const topics = ["s", "d"];
const partitionCount = 4;
const clusterWith = (counts: Record<string, number>) =>
  ({
    findTopicPartitionMetadata: (topic: string) => Array.from({ length: counts[topic] ?? 0 }, () => ({})),
  }) as unknown as Cluster;

function assignerOf(
  owned: [number, number][],
  snapshots: [number, number][] = [],
  cluster = clusterWith({ s: partitionCount, d: partitionCount }),
) {
  const create = copartitionAssigner({
    partitionCount,
    ownedTasks: () => new Map(owned),
    snapshotOffsets: () => new Map(snapshots),
  });
  return create({ cluster, groupId: "g", logger: {} as Logger });
}

async function assigned(metadata: Record<string, Buffer>): Promise<Record<string, Record<string, number[]>>> {
  const members = Object.entries(metadata).map(([memberId, memberMetadata]) => ({ memberId, memberMetadata }));
  const all = await assignerOf([]).assign({ members, topics });
  return Object.fromEntries(
    all.map(({ memberId, memberAssignment }) => [
      memberId,
      MemberAssignment.decode(memberAssignment)?.assignment ?? {},
    ]),
  );
}

const claiming = (...claims: Parameters<typeof assignerOf>): Buffer =>
  assignerOf(...claims).protocol({ topics }).metadata;

test("what members tell through the protocol is what they keep, for all topics alike", async () => {
  const metadata = { a: claiming([[3, 7]]), b: claiming([[0, 9]], [[2, 5]]) };
  expect(await assigned(metadata)).toEqual({
    a: { s: [1, 3], d: [1, 3] },
    b: { s: [0, 2], d: [0, 2] },
  });
});

test.each([
  ["nothing, as earlier versions do", Buffer.alloc(0)],
  ["what is no JSON", Buffer.from([0, 1, 2])],
  ["what is none of ours", Buffer.from('{"owned": [1], "snapshots": {"x": 3}}')],
])("a member that tells %s gets its share, and the others keep theirs", async (_, userData) => {
  const odd = MemberMetadata.encode({ version: 1, topics, userData });
  expect(
    await assigned({
      odd,
      b: claiming([
        [0, 1],
        [3, 1],
      ]),
    }),
  ).toMatchObject({
    odd: { s: [1, 2] },
    b: { s: [0, 3] },
  });
});

test("a topic that has got more partitions than the join started with ends it: keys have moved", async () => {
  const members = [{ memberId: "a", memberMetadata: claiming([]) }];
  const assign = async (d: number) => await assignerOf([], [], clusterWith({ s: 4, d })).assign({ members, topics });
  await expect(assign(5)).rejects.toThrow(FatalError);
  await expect(assign(5)).rejects.toThrow(/^d has got more partitions than the 4 /u);
  // kafkajs knows no partitions of a topic that it has not asked for yet.
  const [given] = await assign(0);
  expect(MemberAssignment.decode(given?.memberAssignment as Buffer)?.assignment).toEqual({
    s: [0, 1, 2, 3],
    d: [0, 1, 2, 3],
  });
});
