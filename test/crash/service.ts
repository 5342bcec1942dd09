import { startAntedate, type AntedateProcess } from "../support/antedate-process.ts";

export interface ServiceOptions {
  args: string[];
  env: Record<string, string>;
  /** Shell commands that limit what the process may do, for example `ulimit -f 1`. */
  limits?: string;
  /** Gets what a process said that ended though nobody told it to. */
  onEnd(sentence: string): void;
}

/** A built service under a supervisor that starts it again after every end that was inflicted on it. */
export class Service {
  readonly #options: ServiceOptions;
  #process: AntedateProcess;
  /** Kills, freezes and stops of one service come one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #isAsked = false;

  constructor(options: ServiceOptions) {
    this.#options = options;
    this.#process = this.#start();
  }

  #start(): AntedateProcess {
    const { args, env, limits, onEnd } = this.#options;
    const started = startAntedate(args, env, { limits });
    this.#isAsked = false;
    void started.exited.then((code) => {
      if (this.#isAsked) return;
      onEnd(`antedate ${args.join(" ")} ended by itself with code ${code}: ${started.stderr().slice(-2_000)}`);
    });
    return started;
  }

  kill(): Promise<void> {
    return this.#next(async () => {
      this.#isAsked = true;
      await this.#process.kill("SIGKILL");
      this.#process = this.#start();
    });
  }

  /** Beyond the session timeout it wakes as a member that the group has given up. */
  freeze(forMs: number): Promise<void> {
    return this.#next(async () => {
      this.#process.child.kill("SIGSTOP");
      await new Promise((resolve) => setTimeout(resolve, forMs));
      this.#process.child.kill("SIGCONT");
    });
  }

  /** Drains; gives the exit code, and what was said last. */
  stop(): Promise<{ code: number | null; said: string }> {
    return this.#next(async () => {
      this.#isAsked = true;
      const code = await this.#process.kill("SIGTERM");
      return { code, said: this.#process.stderr().slice(-2_000) };
    });
  }

  #next<T>(act: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(act);
    this.#turn = result.catch(() => {});
    return result;
  }
}
