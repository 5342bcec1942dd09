import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { FromWorker, ToWorker, WorkerReport } from "./worker-messages.ts";

/** How a worker process went down. */
export interface WorkerExit {
  sentence: string;
  /** As a shell gives it where a signal ended the worker. */
  code: number;
}

const answerMsMax = 2_000;

/** A worker process as the one that started it sees it. */
export class WorkerProcess {
  readonly name: string;
  /** Resolves once all is started in it; never where it goes down before. */
  readonly ready: Promise<void>;
  readonly exited: Promise<WorkerExit>;
  readonly #child: ChildProcess;
  readonly #asked = new Map<number, (report: WorkerReport) => void>();
  #questions = 0;
  #lastSentence: string | null = null;
  #becomeReady: () => void = () => {};

  constructor(name: string, child: ChildProcess) {
    this.name = name;
    this.#child = child;
    this.ready = new Promise((resolve) => {
      this.#becomeReady = resolve;
    });
    child.on("message", (message: FromWorker) => this.#onMessage(message));
    // Its last sentence may still be in the channel when it has gone.
    this.exited = Promise.all([once(child, "exit"), once(child, "disconnect")]).then(([[code, signal]]) =>
      this.#toExit(code as number | null, signal as NodeJS.Signals | null),
    );
  }

  stop(): void {
    this.#send({ kind: "stop" });
  }

  /** Null where it does not answer within two seconds. */
  async ask(): Promise<WorkerReport | null> {
    const question = this.#questions++;
    const answer = new Promise<WorkerReport>((resolve) => this.#asked.set(question, resolve));
    this.#send({ kind: "ask", question });
    const report = await Promise.race([answer, sleep(answerMsMax, null, { ref: false })]);
    this.#asked.delete(question);
    return report;
  }

  #onMessage(message: FromWorker): void {
    if (message.kind === "ready") this.#becomeReady();
    else if (message.kind === "end") this.#lastSentence = message.sentence;
    else this.#asked.get(message.question)?.(message.report);
  }

  /** One that has gone hears nothing, and its exit is told apart. */
  #send(message: ToWorker): void {
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  #toExit(code: number | null, signal: NodeJS.Signals | null): WorkerExit {
    if (signal !== null) {
      return { sentence: `Worker ${this.name} was ended by ${signal}.`, code: 128 + constants.signals[signal] };
    }
    return { sentence: this.#lastSentence ?? `Worker ${this.name} ended with code ${code}.`, code: code ?? 1 };
  }
}
