import { Generations } from "../../services/join/src/domain/state/generations.ts";
import { MessageTable } from "../../services/join/src/domain/state/message-table.ts";
import { TaskKeeper } from "../../services/join/src/task-keeper.ts";
import type { Faults } from "./faults.ts";
import { override } from "./override.ts";

/** Counts what is met: a fault that finds nothing to hit proves nothing. */
export class Coverage {
  readonly #faults: Faults;
  /** Tasks that could not use a snapshot at their present take-over. */
  readonly #passedOver = new Set<string>();

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  /** Told what a process logs. */
  said(process: string, fields: object, message: string): void {
    const { snapshot, code, partition } = fields as { snapshot?: number | null; code?: string; partition?: number };
    const task = `${process}/${partition}`;
    if (message.includes("snapshot that")) {
      this.#passedOver.add(task);
      this.#faults.count(`${message} (${code ?? "another log"})`);
    }
    if (message === "damaged snapshot passed over") {
      this.#passedOver.add(task);
      this.#faults.count(message);
    }
    if (message.startsWith("join log not writable")) {
      this.#faults.count(code === "DAMAGED_FILE" ? "live generation damaged" : "log in doubt");
    }
    if (message.startsWith("state not stored")) this.#faults.count(`state not stored (${code})`);
    if (message !== "task taken over") return;
    this.#faults.count("takeover");
    const which = this.#passedOver.delete(task) ? "an older snapshot" : "the newest snapshot";
    this.#faults.count(`recovery from ${snapshot === null ? "the log alone" : which}`);
  }

  /** Counts what tables do. Gives what undoes it. */
  watch(): () => void {
    const faults = this.#faults;
    const undo = [
      override(
        TaskKeeper.prototype,
        "committed",
        (committed) =>
          function (this: TaskKeeper, task, writer) {
            if (task.draft.hasContent) faults.count("more was decided while a COMMIT was on its way");
            committed.call(this, task, writer);
          },
      ),
      override(
        MessageTable.prototype,
        "seal",
        (seal) =>
          function (this: MessageTable, before) {
            const sealing = seal.call(this, before);
            if (sealing === null) return null;
            faults.count("slab sealed");
            faults.count("message carried on", sealing.carried.length);
            return sealing;
          },
      ),
      override(
        Generations.prototype,
        "find",
        (find) =>
          function (this: Generations, hash) {
            const found = find.call(this, hash);
            if (found) faults.count("message recalled");
            return found;
          },
      ),
      override(
        Generations.prototype,
        "sees",
        (sees) =>
          function (this: Generations, hash, high, low) {
            const isSeen = sees.call(this, hash, high, low);
            if (isSeen) faults.count("event seen before its message was sealed");
            return isSeen;
          },
      ),
    ];
    return () => undo.reverse().forEach((one) => one());
  }
}

/** Makes every COMMIT of a few rows full, so that a step is several of them. Gives what undoes it. */
export function limitPieces(rows: number, onFull: () => void): () => void {
  return override(
    MessageTable.prototype,
    "use",
    (use) =>
      function (this: MessageTable, settings, tell) {
        use.call(this, settings, () => {
          onFull();
          tell?.();
        });
        this.core.calls.limitPieces(rows);
      },
  );
}
