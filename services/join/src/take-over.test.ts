import { decodeJoinLog, encodeFence, type Fence, type Input } from "@antedate/schemas";
import { FatalError } from "@antedate/runtime";
import { expect, test } from "vitest";
import { takeOver, type Identity } from "./take-over.ts";
import type { TaskPorts } from "./task-ports.ts";

const identity: Identity = {
  topic: "email.classified",
  partition: 0,
  clusterId: "cluster",
  partitionCount: 4,
  config: "{}",
  configDigest: "d",
};
const zero = { sends: 0, deliveries: 0, engagements: 0 };

const fenced: Fence = {
  prev: -1,
  nonce: "old",
  log_id: "first",
  cluster_id: "cluster",
  partition_count: 4,
  config_digest: "d",
  config: "{}",
  next_offsets: zero,
  task_time: 0,
};

/** A log in memory; `onAppend` may do what another process would do just before. */
function world(
  values: Buffer[],
  options: { low?: number; ends?: Partial<Record<Input, { low: number; high: number }>>; onAppend?: () => void } = {},
) {
  const { low = 0 } = options;
  const ports: Pick<TaskPorts, "log" | "inputs"> = {
    log: {
      append: (value) => {
        options.onAppend?.();
        return Promise.resolve({ offset: values.push(value) - 1, appendTime: 77 });
      },
      ends: () => Promise.resolve({ low, high: values.length }),
      read: (offset) => {
        const records = values.slice(offset).map((value, index) => ({ offset: offset + index, value, appendTime: 77 }));
        return Promise.resolve({ records, nextOffset: values.length });
      },
    },
    inputs: {
      ends: () =>
        Promise.resolve({
          sends: { low: 3, high: 9 },
          deliveries: { low: 0, high: 9 },
          engagements: { low: 0, high: 9 },
          ...options.ends,
        }),
      start: () => {},
      pause: () => {},
      resume: () => {},
    },
  };
  return { ports, values };
}

test("the first FENCE of a log names a new log ID and the beginnings of the inputs", async () => {
  const { ports } = world([]);
  const { fence, appendTime } = await takeOver(ports, identity);
  expect(fence).toMatchObject({
    prev: -1,
    next_offsets: { sends: 3, deliveries: 0, engagements: 0 },
    cluster_id: "cluster",
  });
  expect(fence.log_id).toMatch(/^[0-9a-f]{32}$/);
  expect(appendTime).toBe(77);
});

test("a later FENCE keeps the log ID", async () => {
  const { ports, values } = world([encodeFence(fenced)], { ends: { sends: { low: 0, high: 9 } } });
  await takeOver(ports, identity);
  expect(decodeJoinLog(values[1] as Buffer)).toMatchObject({ fence: { log_id: "first", prev: 0 } });
});

test("of two processes that begin a log at once, the later one takes the first one's log ID", async () => {
  const values: Buffer[] = [];
  let isFirst = true;
  const onAppend = (): void => {
    if (isFirst) values.push(encodeFence(fenced));
    isFirst = false;
  };
  const { ports } = world(values, { onAppend, ends: { sends: { low: 0, high: 9 } } });
  const { fence } = await takeOver(ports, identity);
  expect(fence.log_id).toBe("first");
});

test("another cluster, another partition count, a log without its head and shortened inputs are refused with a way out", async () => {
  const refused = async (promise: Promise<unknown>, word: string): Promise<void> => {
    const error = await promise.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FatalError);
    expect((error as Error).message).toContain(word);
    expect((error as Error).message).toContain("recreate");
  };
  const log = (change: Partial<Fence> = {}) => [encodeFence({ ...fenced, ...change })];
  await refused(takeOver(world(log({ cluster_id: "other" })).ports, identity), "other");
  await refused(takeOver(world(log({ partition_count: 8 })).ports, identity), "8 partitions");
  await refused(takeOver(world([Buffer.from("x"), ...log()], { low: 0 }).ports, identity), "retention");
  await refused(takeOver(world(log()).ports, identity), "sends");
});
