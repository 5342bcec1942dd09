// Compiles the core and puts its bytes into a module, so that nobody who uses it has to read a file.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import asc from "assemblyscript/asc";

process.chdir(import.meta.dirname);
const options = ["-O3", "--runtime", "minimal", "--enable", "simd", "--outFile", "../dist/core.wasm", "--debug"];
mkdirSync("../dist", { recursive: true });
const { error } = await asc.main(["main.ts", ...options], { stderr: process.stderr });
if (error) process.exit(1);
const bytes = readFileSync("../dist/core.wasm").toString("base64");
writeFileSync(
  "../dist/core-module.js",
  `const bytes = Uint8Array.from(atob("${bytes}"), (letter) => letter.charCodeAt(0));
const compiled = new WebAssembly.Module(bytes);

export function instantiate(imports) {
  return new WebAssembly.Instance(compiled, imports).exports;
}
`,
);
