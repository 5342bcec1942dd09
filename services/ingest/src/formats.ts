/** Of the files that are read; `createParser` has a parser for each. */
export const formats = ["postfix", "tracker", "sends", "canonical"] as const;
export type Format = (typeof formats)[number];
