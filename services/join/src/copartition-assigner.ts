import { AssignerProtocol, type PartitionAssigner } from "kafkajs";
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
  /** Tasks that this member runs, as `MemberClaims.owned`. */
  ownedTasks(): ReadonlyMap<number, number>;
  /** The join log's offset of the newest local snapshot of each task that has one. */
  snapshotOffsets(): ReadonlyMap<number, number>;
}

/** Gives partition i of all subscribed topics to one member: the three inputs of a task are never apart. */
export function copartitionAssigner({ ownedTasks, snapshotOffsets }: CopartitionOptions): PartitionAssigner {
  return ({ cluster }) => ({
    name,
    version,
    // Asked at every join.
    protocol: ({ topics }) => {
      const userData = encodeClaims({ owned: ownedTasks(), snapshots: snapshotOffsets() });
      return { name, metadata: MemberMetadata.encode({ version, topics, userData }) };
    },
    assign: async ({ members, topics }) => {
      // The start-up check has made sure that all of them have as many.
      const taskCount = Math.max(...topics.map((topic) => cluster.findTopicPartitionMetadata(topic).length));
      const claims = members.map(({ memberId, memberMetadata }) => ({
        memberId,
        ...decodeClaims(MemberMetadata.decode(memberMetadata)?.userData ?? null),
      }));
      return [...assignTasks(claims, taskCount)].map(([memberId, tasks]) => {
        const assignment = Object.fromEntries(topics.map((topic) => [topic, tasks]));
        return {
          memberId,
          memberAssignment: MemberAssignment.encode({ version, assignment, userData: Buffer.alloc(0) }),
        };
      });
    },
  });
}
