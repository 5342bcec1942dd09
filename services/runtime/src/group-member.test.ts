import { EventEmitter } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import kafkajs, { type Consumer, type ConsumerRunConfig, type EachBatchPayload, type Kafka } from "kafkajs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { GroupMember, type GroupMemberOptions } from "./group-member.ts";
import { createHealth, type Health } from "./health.ts";
import { createLogger, type Logger } from "./logger.ts";
import { takeBody } from "./record-batch.ts";
import { toRecordBatch } from "./write-record-batch.ts";

// kafkajs's consumer as far as its crashes go; how it behaves on a real broker is told by the end-to-end tests.
const events = { GROUP_JOIN: "join", HEARTBEAT: "heartbeat", CRASH: "crash", END_BATCH_PROCESS: "batch" };
const emitter = new EventEmitter();
const calls: string[] = [];

const consumer = {
  events,
  on: (name: string, listener: () => void) => emitter.on(name, listener),
  connect: async () => void calls.push("connect"),
  subscribe: async () => void calls.push("subscribe"),
  run: async ({ eachBatch }: ConsumerRunConfig) => {
    calls.push("run");
    handOver = eachBatch as typeof handOver;
  },
  pause: () => {},
  disconnect: async () => void calls.push("disconnect"),
};

let handOver: (payload: EachBatchPayload) => Promise<void>;
let member: GroupMember;
let nowMs: number;
let health: Health;

function createMember(
  stillMsMax: number,
  ends: () => Promise<Map<number, number>>,
  change: Partial<GroupMemberOptions> = {},
): GroupMember {
  return new GroupMember({
    kafka: { consumer: () => consumer as unknown as Consumer } as unknown as Kafka,
    group: "g",
    topics: ["t"],
    flowKey: String,
    restartMs: 1,
    sessionTimeoutMs: 15_000,
    watchdog: { stillMsMax, ends },
    createFlow: () => {
      throw new Error("nothing is assigned");
    },
    log: createLogger({ service: "test", level: "silent" }),
    health: health.place("join"),
    ...change,
  });
}

beforeEach(async () => {
  emitter.removeAllListeners();
  nowMs = 0;
  health = createHealth(() => nowMs);
  member = createMember(300_000, () => Promise.resolve(new Map()));
  await member.start();
  calls.length = 0;
});

afterEach(async () => {
  await member.stop();
});

function crash(error: Error, restart: boolean): void {
  emitter.emit(events.CRASH, { payload: { error, restart, groupId: "g" } });
}

test("a consumer that kafkajs gave up for a fault that passes is started anew", async () => {
  crash(new kafkajs.KafkaJSNonRetriableError("Failed to find group coordinator"), false);
  await sleep(50);
  expect(calls).toEqual(["connect", "subscribe", "run"]);
});

test("one that kafkajs starts anew itself is left to it", async () => {
  crash(new kafkajs.KafkaJSError("x"), true);
  await sleep(50);
  expect(calls).toEqual([]);
});

test("what does not pass ends the member", async () => {
  const error = Object.assign(new kafkajs.KafkaJSProtocolError(new Error("x")), { type: "GROUP_AUTHORIZATION_FAILED" });
  crash(error, false);
  await expect(member.ended).rejects.toBe(error);
  await sleep(50);
  expect(calls).toEqual([]);
});

test("a member that was stopped stays stopped", async () => {
  crash(new kafkajs.KafkaJSNonRetriableError("x"), false);
  await member.stop();
  await sleep(50);
  expect(calls).toEqual(["disconnect"]);
});

test("a member that leaves begins nothing that is still assigned to it", async () => {
  await member.stop();
  const assigned = { payload: { memberAssignment: { t: [0] } } };
  expect(() => emitter.emit(events.GROUP_JOIN, assigned)).not.toThrow();
});

test("a member is well while its heartbeats are taken, in a group or waiting for its part of it", () => {
  expect(health.complaint()).toBe("join: not in its consumer group for 0 s");
  emitter.emit(events.GROUP_JOIN, { payload: { memberAssignment: {} } });
  nowMs = 29_000;
  expect(health.complaint()).toBeNull();
  emitter.emit(events.HEARTBEAT);
  nowMs = 58_000;
  expect(health.complaint()).toBeNull();
  nowMs = 69_000;
  expect(health.complaint()).toBe("join: Kafka has taken no heartbeat for 40 s");
  emitter.emit(events.HEARTBEAT);
  expect(health.complaint()).toBeNull();
});

test("a consumer that ended without a word ends the process, though Kafka answers", async () => {
  const silent = createMember(100, () => Promise.resolve(new Map([[0, 7]])));
  await silent.start();
  await expect(silent.ended).rejects.toThrow(/^Nothing has moved in the consumer group for /);
  await silent.stop();
});

test("one that is silent because Kafka is away waits with it", async () => {
  let asked = 0;
  const waiting = createMember(100, () => {
    asked++;
    return Promise.reject(new Error("away"));
  });
  await waiting.start();
  let hasEnded = false;
  waiting.ended.catch(() => (hasEnded = true));
  // Ten times as often as a wedged one would have been looked at.
  while (asked < 100) await sleep(10);
  expect(hasEnded).toBe(false);
  await waiting.stop();
});

/** A member with one flow, that has taken `taken` of what was handed over; kafkajs was told of `resolved`. */
async function createTaking(change: Partial<GroupMemberOptions> = {}) {
  emitter.removeAllListeners();
  const taken: string[] = [];
  const resolved: string[] = [];
  const createFlow: GroupMemberOptions["createFlow"] = () => ({
    run: () => Promise.resolve(),
    stop: () => {},
    position: () => 7,
    receive: (_, { batches }) => taken.push(...batches.map(({ unreadable }) => String(unreadable))) > 0,
    passOver: () => {},
  });
  const taking = createMember(300_000, () => Promise.resolve(new Map()), {
    createFlow,
    flowKey: (_, partition) => String(partition),
    ...change,
  });
  await taking.start();
  emitter.emit(events.GROUP_JOIN, { payload: { memberAssignment: { t: [3] } } });
  const one = toRecordBatch([{ offset: 7, appendTime: 5, key: null, value: null }]);
  const batch = { topic: "t", partition: 3, messages: [{ batch: one }], fetchedOffset: "7", lastOffset: () => "7" };
  const hand = (ways: Partial<EachBatchPayload> = {}): Promise<void> =>
    handOver({
      batch,
      resolveOffset: (offset: string) => void resolved.push(offset),
      isStale: () => false,
      isRunning: () => true,
      heartbeat: () => Promise.resolve(),
      ...ways,
    } as unknown as EachBatchPayload);
  return { taking, taken, resolved, one, hand };
}

test("a batch without a body is handed on and told of", async () => {
  const lines: object[] = [];
  const log = { warn: (line: object) => void lines.push(line), info: () => {} } as unknown as Logger;
  const { taking, taken, resolved, one, hand } = await createTaking({ log });
  takeBody(one, "gzip: more bytes");
  await hand();
  expect([taken, resolved]).toEqual([["gzip: more bytes"], ["7"]]);
  expect(lines).toEqual([{ topic: "t", partition: 3, offset: 7, records: 1, unreadable: "gzip: more bytes" }]);
  await taking.stop();
});

test("heartbeats go on while a batch is prepared, which is then handed on once", async () => {
  let prepared = (): void => {};
  const prepare = (): Promise<void> => new Promise((resolve) => (prepared = resolve));
  const { taking, taken, resolved, hand } = await createTaking({ prepare, sessionTimeoutMs: 5 });
  let beats = 0;
  await hand({ heartbeat: async () => void (++beats === 3 && prepared()) });
  expect([beats, taken, resolved]).toEqual([3, ["null"], ["7"]]);
  await taking.stop();
});

test("a heartbeat that fails while a batch is prepared goes to kafkajs, and the batch is fetched again", async () => {
  const waits: ((error: Error) => void)[] = [];
  const prepare = (): Promise<void> => new Promise((_, reject) => void waits.push(reject));
  const { taking, taken, resolved, one, hand } = await createTaking({ prepare, sessionTimeoutMs: 5 });
  const rebalance = Object.assign(new kafkajs.KafkaJSProtocolError(new Error("x")), { type: "REBALANCE_IN_PROGRESS" });
  await expect(hand({ heartbeat: () => Promise.reject(rebalance) })).rejects.toBe(rebalance);
  // What nobody waits for any more may fail and is nobody's error.
  for (const fail of waits) fail(new Error("aborted"));
  await sleep(10);
  expect([taken, resolved, one.count]).toEqual([[], [], 1]);
  await taking.stop();
});

test("what fails in preparing fails the batch", async () => {
  const error = new Error("away");
  const { taking, taken, resolved, hand } = await createTaking({ prepare: () => Promise.reject(error) });
  await expect(hand()).rejects.toBe(error);
  expect([taken, resolved]).toEqual([[], []]);
  await taking.stop();
});

test("what a flow throws as it takes a batch ends the member: kafkajs would give it the batch again, for ever", async () => {
  const bug = new TypeError("of ours");
  const createFlow: GroupMemberOptions["createFlow"] = () => ({
    run: () => Promise.resolve(),
    stop: () => {},
    position: () => 7,
    receive: () => {
      throw bug;
    },
    passOver: () => {},
  });
  const { taking, resolved, hand } = await createTaking({ createFlow });
  await expect(hand()).rejects.toBe(bug);
  await expect(taking.ended).rejects.toBe(bug);
  expect(resolved).toEqual([]);
  await taking.stop();
});

test("a consumer that ends does not wait for what is prepared, and leaves its batch to the next owner", async () => {
  const prepare = (): Promise<void> => new Promise(() => {});
  const { taking, taken, resolved, hand } = await createTaking({ prepare, sessionTimeoutMs: 5 });
  let beats = 0;
  await hand({ isRunning: () => beats < 2, heartbeat: async () => void beats++ });
  expect([beats, taken, resolved]).toEqual([2, [], []]);
  await taking.stop();
});
