import { AssignerProtocol, type PartitionAssigner } from "kafkajs";
import { FatalError } from "@antedate/runtime";
import { assignTasks } from "./assign-tasks.ts";
import { decodeClaims, encodeClaims } from "./claims-codec.ts";

const { MemberAssignment, MemberMetadata } = AssignerProtocol;

/**
 * Two assigners of one name but different logic corrupt each other's groups, so the name is ours alone. It stays through
 * versions: only the leader assigns, and members of an earlier version claim nothing and take what they are given.
 */
const name = "antedate-copartition";
const version = 1;

export interface CopartitionOptions {
  /** Of each of the topics, as it was checked when this process started. */
  partitionCount: number;
  /** Tasks that this member runs, as `MemberClaims.owned`. */
  ownedTasks(): ReadonlyMap<number, number>;
  /** The join log's offset of the newest local snapshot of each task that has one. */
  snapshotOffsets(): ReadonlyMap<number, number>;
}

/**
 * Gives partition i of all subscribed topics to one member: the three inputs of a task are never apart. Its `assign` throws
 * FatalError where a topic has got more partitions: keys have moved, so what is known of a message may be in one task and
 * what comes in another.
 */
export function copartitionAssigner(options: CopartitionOptions): PartitionAssigner {
  const { partitionCount, ownedTasks, snapshotOffsets } = options;
  return ({ cluster }) => ({
    name,
    version,
    // Asked at every join.
    protocol: ({ topics }) => {
      const userData = encodeClaims({ owned: ownedTasks(), snapshots: snapshotOffsets() });
      return { name, metadata: MemberMetadata.encode({ version, topics, userData }) };
    },
    assign: async ({ members, topics }) => {
      // Fewer are those that kafkajs does not know yet.
      const grown = topics.find((topic) => cluster.findTopicPartitionMetadata(topic).length > partitionCount);
      if (grown !== undefined) {
        throw new FatalError(
          `${grown} has got more partitions than the ${partitionCount} that this join started with, so keys have moved: stop all joins, then start one, which says how to go on.`,
        );
      }
      const claims = members.map(({ memberId, memberMetadata }) => ({
        memberId,
        ...decodeClaims(MemberMetadata.decode(memberMetadata)?.userData ?? null),
      }));
      return [...assignTasks(claims, partitionCount)].map(([memberId, tasks]) => {
        const assignment = Object.fromEntries(topics.map((topic) => [topic, tasks]));
        return {
          memberId,
          memberAssignment: MemberAssignment.encode({ version, assignment, userData: Buffer.alloc(0) }),
        };
      });
    },
  });
}
