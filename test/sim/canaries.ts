import type { PartitionReader } from "@antedate/runtime";
import { decodeJoinLog, encodeCommit, LogReader } from "@antedate/schemas";
import type { Kafka } from "kafkajs";
import { Draft } from "../../services/join/src/domain/draft.ts";
import { bodyOf, type Piece } from "../../services/join/src/domain/piece.ts";
import { Recovery } from "../../services/join/src/domain/recovery.ts";
import { Generations } from "../../services/join/src/domain/state/generations.ts";
import { MessageTable } from "../../services/join/src/domain/state/message-table.ts";
import { Task } from "../../services/join/src/domain/task.ts";
import { LogScan } from "../../services/join/src/log-summary.ts";
import { TaskKeeper } from "../../services/join/src/task-keeper.ts";
import type { Store } from "../../services/sink/src/clickhouse-store.ts";
import { override } from "./override.ts";
import { topics } from "./services.ts";
import { startOfTime } from "./traffic.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** A planted bug: what is changed of the real code, from the outside, while a simulation runs. */
export interface Canary {
  name: string;
  /** What the judge says of it. */
  complaint: RegExp;
  /** Changes the product's classes; gives what undoes it. */
  plant?(): () => void;
  joinKafka?(kafka: Kafka, time: VirtualTime): Kafka;
  joinReader?(reader: PartitionReader): PartitionReader;
  store?(store: Store): Store;
}

export const canaries: readonly Canary[] = [
  {
    name: "a COMMIT counts before it is acknowledged",
    complaint: /differ|committed to|not balance|ended/,
    joinKafka: withEarlyAnswers,
  },
  { name: "the sink does not check prev", complaint: /differ|stored twice/, plant: letSinkTakeAll },
  {
    name: "a token is trusted without the count",
    complaint: /differ/,
    store: (store) => ({ ...store, count: (block) => Promise.resolve(block.rowCount) }),
  },
  {
    name: "recovery does not know which messages have their row",
    complaint: /differ/,
    plant: () =>
      override(
        LogScan.prototype,
        "summary",
        (summary) =>
          function (this: LogScan) {
            const known = summary.call(this);
            return known && { ...known, written: [] };
          },
      ),
  },
  {
    name: "recovery forgets that duplicates were disposed of",
    complaint: /differ|disposed of|parked engagements where the last commit has/,
    plant: () =>
      override(
        LogScan.prototype,
        "take",
        (take) =>
          function (this: LogScan, offset, value, appendTime) {
            take.call(this, offset, withoutDuplicates(value), appendTime);
          },
      ),
  },
  {
    name: "the log is not read again up to the own FENCE",
    complaint: /differ|twice|parked engagements where the last commit has/,
    joinReader: blindToLastCommits,
  },
  {
    name: "a COMMIT on its way is written over by what is cut meanwhile",
    complaint: /differ|not balance|disposed of|parked engagements where the last commit has/,
    plant: writeOverWhatIsOnItsWay,
  },
  {
    name: "a message begins without a look into the sealed generations",
    complaint: /differ|twice|parked engagements where the last commit has/,
    plant: () => override(Generations.prototype, "find", () => () => null),
  },
  {
    name: "events that were seen before a message was sealed are taken again",
    complaint: /differ|disposed of|parked engagements where the last commit has/,
    plant: () => override(Generations.prototype, "sees", () => () => false),
  },
  {
    name: "a snapshot is taken before its COMMIT is acknowledged",
    complaint: /differ|committed to|disposed of|parked engagements where the last commit has|ended/,
    plant: takeSnapshotsEarly,
  },
  {
    name: "a snapshot holds what a draft has decided",
    complaint: /differ|disposed of|parked engagements where the last commit has|ended/,
    plant: takeSnapshotsOfDrafts,
  },
  {
    name: "what a snapshot holds parked and was disposed of since stays parked",
    complaint: /parked engagements where the last commit has/,
    plant: keepDisposed,
  },
];

/** A producer that answers for a COMMIT at once, as if it had landed where it should. */
function withEarlyAnswers(kafka: Kafka, time: VirtualTime): Kafka {
  const create = kafka.producer;
  const producer: Kafka["producer"] = (config) => {
    const own = create(config);
    const send: typeof own.send = async (batch) => {
      const [message] = batch.messages;
      const record = batch.topic === topics.classified ? decodeJoinLog(message?.value as Buffer) : null;
      const answer = own.send(batch);
      if (record === null || "fence" in record) return await answer;
      answer.catch(() => {});
      const [baseOffset, logAppendTime] = [record.commit.prev + 1, startOfTime + Math.floor(time.now)].map(String);
      return [{ topicName: batch.topic, partition: message?.partition, baseOffset, logAppendTime }] as never;
    };
    return { ...own, send };
  };
  return Object.assign(kafka, { producer });
}

/** LogFlow takes every COMMIT; LogScan, which asks by `take`, goes on as before. */
function letSinkTakeAll(): () => void {
  const newest = new WeakMap<LogReader, number>();
  let isScan = false;
  const undo = [
    override(
      LogReader.prototype,
      "take",
      (take) =>
        function (this: LogReader, offset, value) {
          isScan = true;
          try {
            return take.call(this, offset, value);
          } finally {
            isScan = false;
          }
        },
    ),
    override(
      LogReader.prototype,
      "takeWith",
      (takeWith) =>
        function (this: LogReader, offset, value, read) {
          const record = isScan ? null : decodeJoinLog(value);
          if (record === null) return takeWith.call(this, offset, value, read) as never;
          newest.set(this, offset);
          const reader = "commit" in record ? new LogReader(record.commit.prev) : this;
          return takeWith.call(reader, offset, value, read) as never;
        },
    ),
  ];
  const before = Object.getOwnPropertyDescriptor(LogReader.prototype, "lastValid") as PropertyDescriptor;
  Object.defineProperty(LogReader.prototype, "lastValid", {
    configurable: true,
    get(this: LogReader) {
      return newest.get(this) ?? (before.get?.call(this) as number);
    },
  });
  undo.push(() => Object.defineProperty(LogReader.prototype, "lastValid", before));
  return () => undo.forEach((one) => one());
}

/** A COMMIT that says it disposed of nothing but what it has rows of. */
function withoutDuplicates(value: Buffer | null): Buffer | null {
  const record = decodeJoinLog(value);
  if (record === null || "fence" in record) return value;
  const disposed = record.commit.engagements.map((row) => ({ first: row.input_offset, count: 1 }));
  return encodeCommit({ ...record.commit, disposed: [...disposed, ...record.commit.rejected_engagements] });
}

/** What came into the log since its end was asked for is not seen, but for FENCEs. */
function blindToLastCommits(reader: PartitionReader): PartitionReader {
  const highs = new Map<string, number>();
  return {
    ...reader,
    async ends(topic, partition) {
      const ends = await reader.ends(topic, partition);
      highs.set(`${topic}/${partition}`, ends.high);
      return ends;
    },
    async read(topic, partition, offset) {
      const slice = await reader.read(topic, partition, offset);
      const high = highs.get(`${topic}/${partition}`) ?? 0;
      const isFence = (value: Buffer | null): boolean => "fence" in (decodeJoinLog(value) ?? {});
      return { ...slice, records: slice.records.filter((record) => record.offset < high || isFence(record.value)) };
    },
  };
}

/** The rooms of the pieces that were taken last are used again at once. */
function writeOverWhatIsOnItsWay(): () => void {
  const taken = new WeakMap<Draft, Piece[]>();
  const undo = [
    override(
      Draft.prototype,
      "take",
      (take) =>
        function (this: Draft) {
          const pieces = take.call(this);
          taken.set(this, pieces);
          return pieces;
        },
    ),
    override(
      Draft.prototype,
      "cut",
      (cut) =>
        function (this: Draft) {
          cut.call(this);
          for (const piece of taken.get(this) ?? []) bodyOf(piece).fill(0);
        },
    ),
  ];
  return () => undo.forEach((one) => one());
}

/** The keeper gets to know of a step when it is taken, not when it is in the log. */
function takeSnapshotsEarly(): () => void {
  const known = new WeakMap<Task, (task: Task) => void>();
  const undo = [
    override(
      TaskKeeper.prototype,
      "committed",
      (committed) =>
        function (this: TaskKeeper, task, writer) {
          known.set(task, () => writer.place && committed.call(this, task, writer));
        },
    ),
    override(
      Task.prototype,
      "takePieces",
      (takePieces) =>
        function (this: Task) {
          const pieces = takePieces.call(this);
          known.get(this)?.(this);
          return pieces;
        },
    ),
  ];
  return () => undo.forEach((one) => one());
}

/** The keeper takes the state of a step that is still to be committed for that of the last COMMIT. */
function takeSnapshotsOfDrafts(): () => void {
  const known = new WeakMap<Task, () => void>();
  const undo = [
    override(
      TaskKeeper.prototype,
      "committed",
      (committed) =>
        function (this: TaskKeeper, task, writer) {
          known.set(task, () => {
            Object.defineProperty(task, "draft", { configurable: true, value: { hasContent: false } });
            if (writer.place) committed.call(this, task, writer);
            Reflect.deleteProperty(task, "draft");
          });
        },
    ),
    override(
      TaskKeeper.prototype,
      "seal",
      (seal) =>
        function (this: TaskKeeper, task) {
          known.get(task)?.();
          seal.call(this, task);
        },
    ),
  ];
  return () => undo.forEach((one) => one());
}

/** Recovery finds nothing parked in what it starts from. */
function keepDisposed(): () => void {
  return override(
    Recovery.prototype,
    "finish",
    (finish) =>
      function (this: Recovery) {
        const undo = override(MessageTable.prototype, "parkedBlocks", () => () => []);
        try {
          return finish.call(this);
        } finally {
          undo();
        }
      },
  );
}
