import { setTimeout as sleep } from "node:timers/promises";
import { quietKafka } from "./quiet-kafka.ts";

export interface ReadyOptions {
  bootstrapServers: string;
  /** How many brokers must be registered and unfenced. */
  brokers: number;
  timeoutMs: number;
  /** Ends the wait early, as when a broker died. */
  signal: AbortSignal;
}

/** Waits until the cluster serves: all brokers are in the metadata and a consumer group finds its coordinator. */
export async function clusterReady(options: ReadyOptions): Promise<"ready" | "timeout" | "aborted"> {
  const deadline = Date.now() + options.timeoutMs;
  while (Date.now() < deadline) {
    if (options.signal.aborted) return "aborted";
    if (await serves(options)) return "ready";
    await sleep(100);
  }
  return options.signal.aborted ? "aborted" : "timeout";
}

async function serves({ bootstrapServers, brokers }: ReadyOptions): Promise<boolean> {
  const timeouts = { connectionTimeout: 1000, requestTimeout: 5000, retry: { retries: 0 } };
  const admin = quietKafka(bootstrapServers, timeouts).admin();
  try {
    await admin.connect();
    const cluster = await admin.describeCluster();
    if (cluster.brokers.length !== brokers) return false;
    // Throws while there is no coordinator or while it loads. The first lookup makes Kafka create its offsets topic, so
    // this also spares the services that wait.
    await admin.describeGroups(["antedate-ready"]);
    return true;
  } catch {
    // Whatever it is, the next try shows whether it passes; the deadline bounds them all.
    return false;
  } finally {
    await admin.disconnect();
  }
}
