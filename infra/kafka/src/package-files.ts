import { fileURLToPath } from "node:url";

/** A path inside this workspace; `src` and `dist` are both one level below its root, so it holds for either. */
export function packageFile(relative: string): string {
  return fileURLToPath(new URL(`../${relative}`, import.meta.url));
}
