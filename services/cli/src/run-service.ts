import {
  createLogger,
  createMetricsServer,
  createTelemetry,
  createWorkers,
  ownMetrics,
  runParts,
  type Logger,
  type Part,
  type RuntimeConfig,
  type Telemetry,
} from "@antedate/runtime";
import type { CommandContext } from "./command-context.ts";

/** Names of a service's workers, in logs, metrics and sentences. */
export function workerNames(service: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${service}-${index + 1}`);
}

/** What a worker's environment must not take from its parent's: it is one, and the port is the parent's. */
export const workerEnv: Record<string, string> = { WORKERS: "1", METRICS_PORT: "" };

/**
 * Runs a service until it is told to stop: in this process, or in as many worker processes as are configured, each a
 * member of the consumer group, with metrics and health of all of them behind one port.
 */
export async function runService(
  service: string,
  config: RuntimeConfig,
  { signal, worker, forkWorker }: CommandContext,
  createPart: (shared: { log: Logger; telemetry: Telemetry }) => Part,
): Promise<void> {
  const log = createLogger({ service, level: config.logLevel, worker: worker?.name });
  const serve = (source: Parameters<typeof createMetricsServer>[1]): Part[] =>
    config.metrics === null ? [] : [createMetricsServer(config.metrics, source, log)];
  if (config.workers > 1) {
    const fork = (name: string) => forkWorker(name, service, workerEnv);
    const workers = createWorkers({ names: workerNames(service, config.workers), fork, signal, log });
    const onReady = (): void => log.info({ workers: config.workers }, `${service} runs`);
    await runParts({ parts: [...serve(workers), workers], log, signal, onReady });
    return;
  }
  const telemetry = createTelemetry();
  await worker?.tell(telemetry);
  const parts = [...(worker ? [] : serve(ownMetrics(telemetry))), createPart({ log, telemetry })];
  const onReady = (): void => {
    log.info(`${service} runs`);
    worker?.ready();
  };
  await runParts({ parts, log, signal, onReady });
}
