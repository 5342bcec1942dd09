/** The commands of Kafka's own command line that mend a topic, ready to be pasted into a shell. */
export interface TopicRemedies {
  set(topic: string, setting: string, value: string): string;
  addPartitions(topic: string, partitions: number): string;
  /** NAME stands for the user that the services connect as, which only the reader knows. */
  allowReadingSettings(topic: string): string;
  replicate(
    topic: string,
    replicas: readonly (readonly number[])[],
    brokers: readonly number[],
    copies: number,
  ): string;
}

/** Remedies for the cluster that answers at these addresses. */
export function topicRemedies(bootstrapServers: string): TopicRemedies {
  const to = `--bootstrap-server ${quote(bootstrapServers)}`;
  return {
    set(topic, setting, value) {
      const entity = `--entity-type topics --entity-name ${quote(topic)}`;
      return `kafka-configs.sh ${to} --alter ${entity} --add-config ${setting}=${value}`;
    },
    addPartitions: (topic, partitions) =>
      `kafka-topics.sh ${to} --alter --topic ${quote(topic)} --partitions ${partitions}`,
    allowReadingSettings: (topic) =>
      `kafka-acls.sh ${to} --add --allow-principal User:NAME --operation DescribeConfigs --topic ${quote(topic)}`,
    replicate(topic, replicas, brokers, copies) {
      const partitions = replicas.map((nodes, partition) => ({
        topic,
        partition,
        replicas: spread(nodes, brokers, partition, copies),
      }));
      const plan = JSON.stringify({ version: 1, partitions });
      const file = `${topic}.reassignment.json`;
      return `echo '${plan}' > ${quote(file)} && kafka-reassign-partitions.sh ${to} --reassignment-json-file ${quote(file)} --execute`;
    },
  };
}

/** Keeps the replicas that are there, the preferred leader first, and adds brokers from a different start per partition. */
function spread(nodes: readonly number[], brokers: readonly number[], partition: number, copies: number): number[] {
  const others = brokers.filter((node) => !nodes.includes(node));
  const turned = others.map((_, turn) => others[(turn + partition) % others.length] ?? 0);
  return [...nodes, ...turned].slice(0, Math.max(copies, nodes.length));
}

/** Quoted for a POSIX shell where it is not plain. */
function quote(word: string): string {
  return /^[\w.:,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
