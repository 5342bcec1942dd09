import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Gives all tests and the programs they start one folder for temporary files, and removes it after them. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "antedate-tests-"));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
