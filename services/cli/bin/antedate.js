#!/usr/bin/env node
// Committed, not built: npm links a bin at install time, before there is a build.
import { existsSync } from "node:fs";

const main = new URL("../dist/main.js", import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  process.stderr.write("antedate is not built yet: run `npm run build` first.\n");
  process.exitCode = 1;
}
