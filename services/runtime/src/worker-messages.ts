import type { Registry } from "prom-client";

/** What a worker process tells when it is asked. */
export interface WorkerReport {
  metrics: Awaited<ReturnType<Registry["getMetricsAsJSON"]>>;
  /** As `Health.complaint`. */
  complaint: string | null;
}

/** From the process that started the workers. A stop asked for twice is one stop, unlike a second signal. */
export type ToWorker = { kind: "stop" } | { kind: "ask"; question: number };

export type FromWorker =
  | { kind: "ready" }
  | { kind: "report"; question: number; report: WorkerReport }
  | { kind: "end"; sentence: string | null };

/** The environment variable that tells a process which worker it is. */
export const workerVariable = "ANTEDATE_WORKER";
