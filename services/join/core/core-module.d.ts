// Of dist/core-module.js, which build.js makes.

/** A core of its own, with memory of its own. */
export function instantiate(imports: Record<string, object>): object;
