import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../services/join/core/", import.meta.url));
const built = fileURLToPath(new URL("../../services/join/dist/core-module.js", import.meta.url));

/** Before all tests: they read the sources, but the join's core has to be compiled. */
export function setup(): void {
  const newest = Math.max(...readdirSync(folder).map((name) => statSync(folder + name).mtimeMs));
  if (existsSync(built) && statSync(built).mtimeMs > newest) return;
  execFileSync(process.execPath, [`${folder}build.js`], { stdio: "inherit" });
}
