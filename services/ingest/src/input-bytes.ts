import { stat } from "node:fs/promises";
import type { FileOptions } from "./file-inputs.ts";

/**
 * How many bytes `readInputs` will read, packed ones as they are: sends before a tracker are read twice. Null where that
 * is not known, as with standard input or a pipe.
 */
export async function inputBytes({ inputs, follow }: FileOptions): Promise<number | null> {
  const hasTracker = inputs.some(({ format }) => format === "tracker");
  let total = 0;
  for (const { format, file } of inputs) {
    const found = file === "-" || follow === true ? null : await stat(file);
    if (found?.isFile() !== true) return null;
    total += found.size * (hasTracker && format === "sends" ? 2 : 1);
  }
  return total;
}
