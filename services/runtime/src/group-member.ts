import { setTimeout as sleep } from "node:timers/promises";
import type { Consumer, ConsumerCrashEvent, ConsumerGroupJoinEvent, EachBatchPayload } from "kafkajs";
import { atMost } from "./at-most.ts";
import { BatchPreparation } from "./batch-preparation.ts";
import { errorCode, FatalError } from "./errors.ts";
import { isPassingKafkaFault } from "./kafka-fault.ts";
import type { RecordBatch } from "./record-batch.ts";
import { responseMemory } from "./response-memory.ts";
import { retryForever } from "./retry.ts";
import { toFetched } from "./fetched.ts";
import type { Fetched, Flow, FlowControl } from "./flow.ts";
import { createGroupConsumer, heartbeatMs, steer, type GroupConsumerOptions } from "./group-consumer.ts";
import { GroupOffsets } from "./group-offsets.ts";
import type { HealthPlace } from "./health.ts";
import { LifeSigns } from "./life-signs.ts";
import type { Logger } from "./logger.ts";
import { createPartEnd } from "./part-end.ts";
import { UnreadableWarnings } from "./unreadable-warnings.ts";
import { createMemberWatchdog, type WatchOptions } from "./member-watchdog.ts";
import type { Watchdog } from "./watchdog.ts";

export interface GroupMemberOptions extends GroupConsumerOptions {
  topics: string[];
  /** Partitions with the same key make one flow. */
  flowKey(topic: string, partition: number): string;
  createFlow(topicPartitions: { topic: string; partition: number }[], control: FlowControl): Flow;
  /** Runs before a batch is handed over, so that taking its records never waits. */
  prepare?(batches: readonly RecordBatch[]): Promise<void>;
  watchdog: WatchOptions;
  /** Wait before a consumer that kafkajs gave up is started anew. */
  restartMs?: number;
  log: Logger;
  health: HealthPlace;
}

interface Running {
  flow: Flow;
  topicPartitions: { topic: string; partition: number }[];
  /** Topics that are not fetched; kafkajs forgets them when it restarts its consumer. */
  paused: Set<string>;
}

const missesMax = 5;
/** Together below what a process may take for its end. */
const drainMsMax = 10_000;
const leaveMsMax = 5_000;

/**
 * A member of a consumer group: runs a flow for the partitions it is given, hands it what kafkajs fetches, ends it when
 * they move. kafkajs tells of an assignment by GROUP_JOIN, before its first fetch: what is paused and sought there
 * takes effect. Offsets of the group are never where a flow starts unless it asks for them.
 */
export class GroupMember {
  readonly #options: GroupMemberOptions;
  readonly #consumer: Consumer;
  readonly #offsets: GroupOffsets;
  readonly #flows = new Map<string, Running>();
  readonly #runs = new Set<Promise<void>>();
  readonly #partEnd = createPartEnd();
  readonly #stopping = new AbortController();
  /** How often in a row a partition gave something else than was asked for. */
  readonly #misses = new Map<string, number>();
  readonly #life: LifeSigns;
  readonly #watchdog: Watchdog;
  readonly #unreadable: UnreadableWarnings;
  readonly #preparation: BatchPreparation;

  constructor(options: GroupMemberOptions) {
    this.#options = options;
    this.#consumer = createGroupConsumer(options);
    this.#offsets = new GroupOffsets(this.#consumer, options.log);
    this.#unreadable = new UnreadableWarnings(options.log);
    this.#preparation = new BatchPreparation({ ...options, heartbeatMs: heartbeatMs(options.sessionTimeoutMs) });
    this.#life = new LifeSigns(options.health);
    this.#watchdog = createMemberWatchdog({
      ...options,
      flows: this.#flows,
      life: () => ({ ...this.#life.counts, isPreparing: this.#preparation.isPending }),
      onWedged: (error) => this.#partEnd.fail(error),
    });
  }

  /** Rejects with the error that ends this process. */
  get ended(): Promise<void> {
    return this.#partEnd.ended;
  }

  async start(): Promise<void> {
    const { GROUP_JOIN, CRASH, END_BATCH_PROCESS } = this.#consumer.events;
    this.#life.listen(this.#consumer);
    this.#consumer.on(GROUP_JOIN, (event) => this.#onAssigned(event));
    this.#consumer.on(CRASH, ({ payload }) => this.#onCrash(payload));
    // Batches of nothing but transaction markers never reach eachBatch.
    this.#consumer.on(END_BATCH_PROCESS, ({ payload: { topic, partition, batchSize, firstOffset, lastOffset } }) => {
      const flow = this.#flowOf(topic, partition);
      // One from before a seek says nothing of what comes next.
      if (batchSize > 0 || firstOffset === null || Number(firstOffset) !== flow?.position(topic)) return;
      flow.passOver(topic, Number(lastOffset) + 1);
    });
    await this.#consume();
    this.#watchdog.start();
  }

  async #consume(): Promise<void> {
    const { log, topics } = this.#options;
    const connect = async (): Promise<void> => {
      await this.#consumer.connect();
      await this.#consumer.subscribe({ topics, fromBeginning: true });
    };
    await retryForever(connect, {
      signal: this.#stopping.signal,
      isFatal: (error) => !isPassingKafkaFault(error),
      onWait: (_, code) => log.warn({ code }, "waiting for Kafka, joining the group"),
    });
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 16,
      eachBatch: (payload) => this.#onBatch(payload),
    });
  }

  /**
   * kafkajs starts its consumer anew after some faults and gives up on others that pass just as well, a coordinator that
   * is not found while its broker shuts down for one: then it is started anew from here.
   */
  #onCrash({ error, restart: restarts }: ConsumerCrashEvent["payload"]): void {
    if (!restarts && !isPassingKafkaFault(error)) {
      this.#partEnd.fail(error);
      return;
    }
    this.#options.log.warn({ code: errorCode(error) }, "waiting for Kafka, joining the group again");
    if (!restarts) void this.#consumeAgain();
  }

  async #consumeAgain(): Promise<void> {
    const { signal } = this.#stopping;
    try {
      await sleep(this.#options.restartMs ?? 1_000, undefined, { signal });
      await this.#consume();
    } catch (error) {
      if (!signal.aborted) this.#partEnd.fail(error);
    }
  }

  /**
   * Drains the flows, commits their offsets, leaves the group. What servers that are away do not let it do is left to the
   * next owner, who goes on from what is committed.
   */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#watchdog.stop();
    if (!(await atMost(drainMsMax, this.#drain()))) {
      this.#options.log.warn("not drained, as a server is away: the next owner goes on from the last commit");
    }
    for (const { flow } of this.#flows.values()) flow.stop("drop");
    await atMost(leaveMsMax, this.#consumer.disconnect());
    this.#options.health.goOn();
  }

  async #drain(): Promise<void> {
    for (const { flow } of this.#flows.values()) flow.stop("drain");
    await Promise.all(this.#runs);
    await this.#offsets.flush();
  }

  /** Runs inside kafkajs's join, so it must not wait. */
  #onAssigned({ payload }: ConsumerGroupJoinEvent): void {
    const assigned = new Map<string, { topic: string; partition: number }[]>();
    for (const [topic, partitions] of Object.entries(payload.memberAssignment)) {
      for (const partition of partitions) {
        const key = this.#options.flowKey(topic, partition);
        assigned.set(key, [...(assigned.get(key) ?? []), { topic, partition }]);
      }
    }
    for (const [key, running] of this.#flows) {
      if (!assigned.has(key)) this.#end(key, running);
    }
    for (const [key, topicPartitions] of assigned) {
      const running = this.#flows.get(key);
      if (running) this.#takeUpAgain(running);
      // A rebalance while it drains: nobody would stop what began now, and the next owner comes once it has left.
      else if (!this.#stopping.signal.aborted) this.#begin(key, topicPartitions);
    }
    this.#options.log.info({ assigned: payload.memberAssignment }, "partitions assigned");
  }

  #begin(key: string, topicPartitions: Running["topicPartitions"]): void {
    const paused = new Set(topicPartitions.map(({ topic }) => topic));
    for (const { topic, partition } of topicPartitions) this.#consumer.pause([{ topic, partitions: [partition] }]);
    const flow = this.#options.createFlow(topicPartitions, this.#control(key, { topicPartitions, paused }));
    this.#flows.set(key, { flow, topicPartitions, paused });
    const run = flow.run().catch((error: unknown) => this.#partEnd.fail(error));
    this.#runs.add(run);
    void run.finally(() => this.#runs.delete(run));
  }

  #end(key: string, { flow, topicPartitions }: Running): void {
    flow.stop("drop");
    this.#flows.delete(key);
    for (const { topic, partition } of topicPartitions) this.#offsets.forget(topic, partition);
  }

  /** At every rejoin kafkajs goes back to the group's offsets, and after a restart it knows of no pause. */
  #takeUpAgain({ flow, topicPartitions, paused }: Running): void {
    for (const { topic, partition } of topicPartitions) {
      if (paused.has(topic)) this.#consumer.pause([{ topic, partitions: [partition] }]);
      const position = flow.position(topic);
      if (position !== null) this.#consumer.seek({ topic, partition, offset: String(position) });
    }
  }

  /** Steers only as long as the flow has its partitions: afterwards they are another flow's, perhaps in this process. */
  #control(key: string, { topicPartitions, paused }: Pick<Running, "topicPartitions" | "paused">): FlowControl {
    const isCurrent = (): boolean => this.#flows.get(key)?.topicPartitions === topicPartitions;
    const own = (topic: string) => (isCurrent() ? topicPartitions.filter((tp) => tp.topic === topic) : []);
    const grouped = (topic: string) => [{ topic, partitions: own(topic).map(({ partition }) => partition) }];
    return {
      start: (topic, offset) => {
        paused.delete(topic);
        steer(() => {
          for (const { partition } of own(topic)) this.#consumer.seek({ topic, partition, offset: String(offset) });
          this.#consumer.resume(grouped(topic));
        });
      },
      pause: (topic) => {
        paused.add(topic);
        steer(() => this.#consumer.pause(grouped(topic)));
      },
      resume: (topic) => {
        if (paused.delete(topic)) steer(() => this.#consumer.resume(grouped(topic)));
      },
      commit: (offsets) => {
        if (isCurrent()) this.#offsets.add(offsets);
      },
    };
  }

  async #onBatch(payload: EachBatchPayload): Promise<void> {
    const { batch, resolveOffset, isStale } = payload;
    const fetched = toFetched(batch);
    const isPrepared = await this.#preparation.of(fetched.batches, payload).catch((error: unknown) => {
      letGo(fetched.batches);
      throw error;
    });
    const { topic, partition } = batch;
    const flow = this.#flowOf(topic, partition);
    if (!isPrepared || flow === undefined || isStale()) return letGo(fetched.batches);
    const position = flow.position(topic);
    if (this.#hand(flow, topic, fetched)) {
      this.#misses.delete(`${topic}/${partition}`);
      this.#unreadable.tell(topic, partition, fetched.batches);
      resolveOffset(batch.lastOffset());
      return;
    }
    letGo(fetched.batches);
    if (position !== null) this.#onMiss(topic, partition, position, fetched.fetchedOffset);
  }

  /** What a flow throws is a bug of ours: kafkajs would hand it the batch again, of which it may have half, for ever. */
  #hand(flow: Flow, topic: string, fetched: Fetched): boolean {
    try {
      return flow.receive(topic, fetched);
    } catch (error) {
      this.#partEnd.fail(error);
      throw error;
    }
  }

  /**
   * What was fetched is not what comes next. Once, that is a batch from before a seek. Again and again, Kafka does not
   * have the offset: kafkajs then goes to the topic's beginning by itself, and going on from there would lose records or
   * take another topic's for this one's.
   */
  #onMiss(topic: string, partition: number, position: number, fetchedOffset: number): void {
    const place = `${topic}/${partition}`;
    const misses = (this.#misses.get(place) ?? 0) + 1;
    this.#misses.set(place, misses);
    if (misses > missesMax) {
      const sentence = `${place} does not hold offset ${position} any more, it gave ${fetchedOffset}: it was made anew, or retention overtook this service; start it again, which checks what is there.`;
      this.#partEnd.fail(new FatalError(sentence));
    }
    this.#consumer.seek({ topic, partition, offset: String(position) });
  }

  #flowOf(topic: string, partition: number): Flow | undefined {
    return this.#flows.get(this.#options.flowKey(topic, partition))?.flow;
  }
}

/** Nobody will walk them. */
function letGo(batches: readonly RecordBatch[]): void {
  for (const batch of batches) responseMemory.doneWith(batch);
}
