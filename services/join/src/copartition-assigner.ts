import { AssignerProtocol, type PartitionAssigner } from "kafkajs";

const { MemberAssignment, MemberMetadata } = AssignerProtocol;

/** Two assigners of one name but different logic corrupt each other's groups, so the name is ours alone. */
const name = "antedate-copartition";
const version = 1;

/**
 * Gives partition i of all subscribed topics to one member: the three inputs of a task are never apart. Members take
 * partitions in turn, in the order of their IDs.
 */
export const copartitionAssigner: PartitionAssigner = ({ cluster }) => ({
  name,
  version,
  protocol: ({ topics }) => ({
    name,
    metadata: MemberMetadata.encode({ version, topics, userData: Buffer.alloc(0) }),
  }),
  assign: async ({ members, topics }) => {
    const memberIds = members.map(({ memberId }) => memberId).sort();
    // The start-up check has made sure that all of them have as many.
    const partitionCount = Math.max(...topics.map((topic) => cluster.findTopicPartitionMetadata(topic).length));
    return memberIds.map((memberId, turn) => {
      const own = Array.from({ length: partitionCount }, (_, i) => i).filter((i) => i % memberIds.length === turn);
      const assignment = Object.fromEntries(topics.map((topic) => [topic, own]));
      return {
        memberId,
        memberAssignment: MemberAssignment.encode({ version, assignment, userData: Buffer.alloc(0) }),
      };
    });
  },
});
