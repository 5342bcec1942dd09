import { writeFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";

/**
 * Keeps a file with the names of the test files that run now, a line each. A test that loops without end is stopped by
 * no timeout of vitest's; who ends the run from outside reads here where it stood.
 */
export class RunningFiles implements Reporter {
  readonly #path: string;
  readonly #running: Set<string> = new Set<string>();

  constructor(path: string) {
    this.#path = path;
  }

  onTestModuleStart({ relativeModuleId }: TestModule): void {
    this.#running.add(relativeModuleId);
    this.#write();
  }

  onTestModuleEnd({ relativeModuleId }: TestModule): void {
    this.#running.delete(relativeModuleId);
    this.#write();
  }

  #write(): void {
    writeFileSync(this.#path, [...this.#running, ""].join("\n"));
  }
}
