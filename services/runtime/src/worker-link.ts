import type { Telemetry } from "./telemetry.ts";
import { workerVariable, type FromWorker, type ToWorker } from "./worker-messages.ts";

/** A worker process's line to the one that started it. */
export interface WorkerLink {
  /** For example `join-2`. */
  name: string;
  /** Aborts when the worker is told to stop, and when nobody is left to tell it. */
  signal: AbortSignal;
  /** Answers questions about this process from now on. Node's own metrics carry the worker's name, so that none is summed. */
  tell(telemetry: Telemetry): Promise<void>;
  /** All is started. */
  ready(): void;
  /** The last sentence: the other process says it, once for all workers. Resolves when it is on its way. */
  end(sentence: string | null): Promise<void>;
}

/** Null where `process` is no worker. */
export function createWorkerLink(process: NodeJS.Process): WorkerLink | null {
  const name = process.env[workerVariable];
  if (name === undefined) return null;
  const stop = new AbortController();
  let telemetry: Telemetry | null = null;
  const send = (message: FromWorker): Promise<void> =>
    new Promise((resolve) => {
      if (process.connected) process.send?.(message, undefined, undefined, () => resolve());
      else resolve();
    });
  process.on("disconnect", () => {
    // Stopped and abandoned: nobody waits for the rest.
    if (stop.signal.aborted) process.exit(1);
    stop.abort();
  });
  // The other process may have gone while this one was loaded; then nobody listened to the event.
  if (!process.connected) stop.abort();
  process.on("message", (message: ToWorker) => {
    if (message.kind === "stop") stop.abort();
    else if (telemetry !== null) void report(telemetry, message.question).then(send);
  });
  return {
    name,
    signal: stop.signal,
    async tell(own) {
      // Here, for most processes have no telemetry and need not load it.
      const { collectDefaultMetrics } = await import("prom-client");
      collectDefaultMetrics({ register: own.registry, labels: { worker: name } });
      telemetry = own;
    },
    ready: () => void send({ kind: "ready" }),
    end: (sentence) => send({ kind: "end", sentence }),
  };
}

async function report({ registry, health }: Telemetry, question: number): Promise<FromWorker> {
  return {
    kind: "report",
    question,
    report: { metrics: await registry.getMetricsAsJSON(), complaint: health.complaint() },
  };
}
