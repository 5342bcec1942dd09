import { setFlagsFromString } from "node:v8";

/** Three times V8's own bound: the way of a record through decoding, table and rows is then compiled in few large pieces. */
const inlinedBytecodeMax = 3_000;

/**
 * Lets V8 inline deeper. A record passes through some hundred small functions, and a call that is not inlined costs
 * as much as what it does: 5-9 % of the core's CPU (measured on Node 20). For a process whose work is the join's.
 */
export function inlineDeeply(): void {
  setFlagsFromString(`--max-inlined-bytecode-size-cumulative=${inlinedBytecodeMax}`);
}
