import type { ChildProcess } from "node:child_process";
import { AggregatorRegistry } from "prom-client";
import type { Logger } from "./logger.ts";
import type { MetricsSource } from "./metrics-server.ts";
import { createPartEnd } from "./part-end.ts";
import type { Part } from "./run-service.ts";
import { WorkerProcess, type WorkerExit } from "./worker-process.ts";

/** A worker process went down unasked, and all go down with it. */
export class WorkerEnd extends Error {
  override readonly name = "WorkerEnd";
  /** Exit code for all. */
  readonly code: number;

  constructor({ sentence, code }: WorkerExit) {
    super(sentence);
    this.code = code;
  }
}

export interface WorkersOptions {
  names: readonly string[];
  /** Starts a worker process with an IPC channel. */
  fork(name: string): ChildProcess;
  signal: AbortSignal;
  log: Logger;
}

/**
 * Worker processes as one part: started together, asked together, stopped together. The first that goes down unasked
 * ends the part with its sentence and its exit code; starting it again is the supervisor's, so that no fault hides in a
 * loop of restarts.
 */
export function createWorkers({ names, fork, signal, log }: WorkersOptions): Part & MetricsSource {
  const workers: WorkerProcess[] = [];
  const { ended, fail } = createPartEnd();
  let isStopping = false;

  const begin = (name: string): WorkerProcess => {
    const child = fork(name);
    log.info({ worker: name, workerPid: child.pid }, "worker started");
    const worker = new WorkerProcess(name, child);
    worker.exited.then((exit) => {
      if (!isStopping) fail(new WorkerEnd(exit));
      else if (exit.code !== 0) log.error({ worker: name, code: exit.code }, exit.sentence);
    }, fail);
    return worker;
  };
  const askToStop = (): void => {
    isStopping = true;
    for (const worker of workers) worker.stop();
  };
  const complaintOf = async (worker: WorkerProcess): Promise<string | null> => {
    const report = await worker.ask();
    const complaint = report === null ? "no answer" : report.complaint;
    return complaint === null ? null : `${worker.name}: ${complaint}`;
  };

  return {
    name: "workers",
    ended,
    async start() {
      signal.addEventListener("abort", askToStop, { once: true });
      workers.push(...names.map(begin));
      const started = workers.map(({ ready, exited }) => Promise.race([ready, exited]));
      await Promise.race([Promise.all(started), ended]);
    },
    async stop() {
      askToStop();
      await Promise.all(workers.map(({ exited }) => exited));
    },
    /** Of a partition only its owner tells, so sums over workers are what one process would tell. */
    async metrics() {
      const reports = await Promise.all(workers.map((worker) => worker.ask()));
      const known = reports.flatMap((report) => (report === null ? [] : [report.metrics]));
      return await AggregatorRegistry.aggregate(known).metrics();
    },
    async complaint() {
      if (workers.length === 0) return "the workers have not started";
      const complaints = await Promise.all(workers.map(complaintOf));
      return complaints.find((complaint) => complaint !== null) ?? null;
    },
  };
}
