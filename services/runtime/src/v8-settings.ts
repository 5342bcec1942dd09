import { setFlagsFromString } from "node:v8";

/** Bytes of bytecode that a function runs through until V8 thinks of compiling it: 132 KiB by itself. */
const interruptBudgetBytes = 600_000;
/** Node 20's V8 is 11.3. Later ones have no such flag, and a compiler between that is quick to compile. */
const hasInterruptBudget = Number.parseInt(process.versions.v8, 10) < 12;

/** That this V8 has: of one that it does not know it complains on stderr. */
export const v8FlagsForStreams: readonly string[] = [
  "--no-incremental-marking",
  ...(hasInterruptBudget ? [`--interrupt-budget=${interruptBudgetBytes}`] : []),
];

/**
 * From now on V8 does in this process what serves a stream whose hot path is WebAssembly and native code.
 *
 * It collects garbage in one go instead of beside its work. For processes that allocate Buffers much faster than objects:
 * V8 begins to mark at every 64 MB of them, and while it marks beside the work nothing is freed, so that each marking has
 * hardly ended when the next begins, on a second core and in steps of up to 10 ms on ours. At once it takes some ms where
 * the heap of objects is small, as the join's is, whose state is outside of it, and a third as often.
 *
 * And it compiles less JavaScript: most of what it would take for hot runs some thousand times a second, for which its
 * compiler takes longer than the function ever will.
 */
export function setV8ForStreams(): void {
  for (const flag of v8FlagsForStreams) setFlagsFromString(flag);
}
