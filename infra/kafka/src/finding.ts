/** What a check found, for a person: `error` keeps the pipeline from being right, `warning` may bite, `ok` is good news. */
export interface Finding {
  severity: "error" | "warning" | "ok";
  /** Names what is wrong, with the value found and the one needed. */
  sentence: string;
  /** The command that mends it; absent where there is nothing to mend. */
  remedy?: string;
}
