import { isUtf8 } from "node:buffer";

import { exception } from "./exception.ts";

/** SQL as the addon takes it, from the latin1 form in which positions are bytes. */
export function sqlText(latin1: string): string {
  const bytes = Buffer.from(latin1, "latin1");
  if (isUtf8(bytes)) return bytes.toString("utf8");
  throw exception("BAD_ARGUMENTS", "The text of the query is not UTF-8: write other bytes with unhex('...')");
}
