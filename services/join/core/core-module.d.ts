// Of dist/core-module.js, which build.js makes.

/** A core of its own, with memory of its own: so many pages of 64 KiB at first, or more where it needs more. */
export function instantiate(imports: Record<"host" | "env", object>, pages: number): object;
