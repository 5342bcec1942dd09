// The ceiling: kafkajs fetches, each record batch is walked, and as many bytes go out as the join writes; nothing is
// decoded, joined or kept. A process of its own: BROKERS PREFIX OUT_TOPIC OUT_BYTES COMMITS RECORDS.
import {
  setV8ForStreams,
  createKafka,
  createLogger,
  installLazyBatches,
  recordBatchesOf,
  RecordCursor,
  responseMemory,
} from "@antedate/runtime";
import { Partitioners, type Consumer, type Producer } from "kafkajs";

const [brokers = "", prefix = "", outTopic = "", outBytes = "0", commits = "1", expected = "0"] = process.argv.slice(2);

// The same fetch and walk as the join's.
installLazyBatches();
setV8ForStreams();
const cursor = new RecordCursor();

const wanted = Number(expected);
const bytesPerRecord = Number(outBytes) / wanted;
const recordBytes = Math.max(1, Math.round(Number(outBytes) / Number(commits)));

interface Sample {
  records: number;
  wallMs: number;
  cpuMs: number;
}

const samples: Sample[] = [];
let records = 0;
function sample(): Sample {
  const { user, system } = process.cpuUsage();
  const now = { records, wallMs: performance.now(), cpuMs: (user + system) / 1_000 };
  samples.push(now);
  return now;
}

const log = createLogger({ service: "null-pipe", level: "silent" });
const kafka = createKafka({ brokers: brokers.split(","), clientId: "null-pipe", log });
const producer = kafka.producer({ createPartitioner: Partitioners.LegacyPartitioner });
const consumer = kafka.consumer({
  groupId: `null-pipe-${Date.now()}`,
  // The same as the join's.
  maxWaitTimeInMs: 100,
  maxBytesPerPartition: 1024 * 1024,
  maxBytes: 64 * 1024 * 1024,
});
await run(producer, consumer);

async function run(out: Producer, input: Consumer): Promise<void> {
  await Promise.all([out.connect(), input.connect()]);
  await input.subscribe({
    topics: ["sends", "deliveries", "engagements"].map((name) => prefix + name),
    fromBeginning: true,
  });
  const owed = new Map<number, number>();
  const inFlight = new Map<number, Promise<unknown>>();
  const timer = setInterval(sample, 50);
  let isDone = (): void => {};
  const done = new Promise<void>((resolve) => (isDone = resolve));
  let written = 0;
  const write = async (partition: number, size: number): Promise<void> => {
    written += size;
    owed.set(partition, (owed.get(partition) ?? 0) - size);
    await inFlight.get(partition);
    const message = { partition, value: Buffer.alloc(size, 1), key: null };
    inFlight.set(partition, out.send({ topic: outTopic, acks: -1, messages: [message] }));
  };
  await input.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: 16,
    eachBatch: async ({ batch, resolveOffset }) => {
      const { partition } = batch;
      let walked = 0;
      for (const each of recordBatchesOf(batch)) {
        cursor.open(each);
        while (cursor.next()) walked++;
        responseMemory.doneWith(each);
      }
      records += walked;
      owed.set(partition, (owed.get(partition) ?? 0) + walked * bytesPerRecord);
      resolveOffset(batch.lastOffset());
      if ((owed.get(partition) ?? 0) >= recordBytes) await write(partition, Math.floor(owed.get(partition) ?? 0));
      if (records >= wanted) isDone();
    },
  });
  await done;
  for (const [partition, bytes] of owed) if (bytes >= 1) await write(partition, Math.round(bytes));
  await Promise.all(inFlight.values());
  clearInterval(timer);
  const whole = sample();
  const [from, to] = [0.25, 0.95].map((share) => samples.find((each) => each.records >= share * records) as Sample);
  const steady = difference(to as Sample, from as Sample);
  console.log(JSON.stringify({ ...whole, steady, outBytes: written }));
  process.exit(0);
}

function difference(to: Sample, from: Sample): Sample {
  return { records: to.records - from.records, wallMs: to.wallMs - from.wallMs, cpuMs: to.cpuMs - from.cpuMs };
}
