// Compiles the core and puts its bytes into a module, so that nobody who uses it has to read a file.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import asc from "assemblyscript/asc";
import binaryen from "binaryen";

process.chdir(import.meta.dirname);
const compiled = "../dist/core.wasm";
mkdirSync("../dist", { recursive: true });
const options = ["-O3", "--runtime", "minimal", "--enable", "simd", "--debug", "--outFile", compiled];
const { error } = await asc.main(["main.ts", ...options], { stderr: process.stderr });
if (error) process.exit(1);

// V8 inlines nothing in WebAssembly, and the compiler alone inlines only the smallest: 8 % of the core's time is calls.
const core = binaryen.readBinary(readFileSync(compiled));
const { BulkMemory, BulkMemoryOpt, MutableGlobals, NontrappingFPToInt, SIMD128, SignExt } = binaryen.Features;
core.setFeatures(BulkMemory | BulkMemoryOpt | MutableGlobals | NontrappingFPToInt | SIMD128 | SignExt);
binaryen.setOptimizeLevel(3);
binaryen.setDebugInfo(true);
binaryen.setAlwaysInlineMaxSize(40);
binaryen.setFlexibleInlineMaxSize(150);
binaryen.setOneCallerInlineMaxSize(1_000);
for (let pass = 0; pass < 3; pass++) core.optimize();
const bytes = Buffer.from(core.emitBinary()).toString("base64");
writeFileSync(
  "../dist/core-module.js",
  `const bytes = Uint8Array.from(atob("${bytes}"), (letter) => letter.charCodeAt(0));
const compiled = new WebAssembly.Module(bytes);

export function instantiate(imports) {
  return new WebAssembly.Instance(compiled, imports).exports;
}
`,
);
