import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { canonicalLine } from "@antedate/simulate";
import type { InputEvent } from "@antedate/schemas";
import { startAntedate, type AntedateProcess } from "../support/antedate-process.ts";
import { generateTraffic } from "../support/generate-traffic.ts";

export interface IngestLoadOptions {
  folder: string;
  env: Record<string, string>;
  seed: number;
  /** How long new files are begun, ms. */
  forMs: number;
}

const messagesPerFile = 1_500;

/**
 * `antedate ingest file`, file after file. A run that is killed is run again from its beginning, as its books tell a person
 * to do: what it had written comes twice.
 */
export class IngestLoad {
  readonly #options: IngestLoadOptions;
  #process: AntedateProcess | null = null;
  #isKilled = false;
  /** Events that were handed over, each at least once. */
  events = 0;
  hasEnded = false;

  constructor(options: IngestLoadOptions) {
    this.#options = options;
  }

  /** Throws where a run fails by itself. */
  async run(): Promise<void> {
    const { seed, forMs } = this.#options;
    const began = performance.now();
    for (let file = 0; performance.now() - began < forMs; file++) {
      const traffic = generateTraffic({ seed: seed * 1_000 + file, messages: messagesPerFile, now: Date.now() });
      await this.#ingest([...traffic], `load-${seed}-${file}.jsonl`);
    }
    this.hasEnded = true;
  }

  /** The run of this moment; none where one has just ended. */
  kill(): boolean {
    if (this.#process === null || this.#process.child.exitCode !== null) return false;
    this.#isKilled = true;
    return this.#process.child.kill("SIGKILL");
  }

  async #ingest(events: InputEvent[], name: string): Promise<void> {
    const { folder, env } = this.#options;
    const path = join(folder, name);
    await writeFile(path, events.map((event) => `${canonicalLine(event)}\n`).join(""));
    for (;;) {
      this.#isKilled = false;
      this.#process = startAntedate(["ingest", "file", "--format", "canonical", path], env);
      const code = await this.#process.exited;
      if (code === 0) break;
      if (!this.#isKilled) throw new Error(`ingest ended with code ${code}: ${this.#process.stderr()}`);
    }
    this.events += events.length;
  }
}
