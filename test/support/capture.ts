import { fileURLToPath } from "node:url";

/** The path of a file of the bundled capture. */
export function captureFile(name: string): string {
  return fileURLToPath(new URL(`../data/postfix-rspamd/${name}`, import.meta.url));
}

/** The capture's inputs as flags of the command line. */
export const captureFlags: string[] = Object.entries({
  sends: "sends.jsonl",
  postfix: "sender-mail.log",
  tracker: "tracker.jsonl",
}).flatMap(([format, name]) => ["--input", `${format}=${captureFile(name)}`]);
