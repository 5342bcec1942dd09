import { createReadStream, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { InputFile } from "./file-options.ts";

/** The capture of real mail that comes with the project (test/data/postfix-rspamd, its README says how it was made). */
const folder = new URL("../../../test/data/postfix-rspamd/", import.meta.url);

export const captureInputs: InputFile[] = [
  { format: "sends", file: fileURLToPath(new URL("sends.jsonl", folder)) },
  { format: "postfix", file: fileURLToPath(new URL("sender-mail.log", folder)) },
  { format: "tracker", file: fileURLToPath(new URL("tracker.jsonl", folder)) },
];

export interface CaptureTruth {
  /** Behaviour of a receiving domain, `a` to `g`. */
  behaviourOf(domain: string): string;
  /** Who made a request of the tracker, by its path and its time, ISO 8601. */
  kindOf(path: string, time: string): "human" | "machine" | null;
}

/** The capture's answer sheet. */
export async function readCaptureTruth(): Promise<CaptureTruth> {
  const domains = JSON.parse(readFileSync(new URL("domains.json", folder), "utf8")) as {
    domain: string;
    behaviour: string;
  }[];
  const behaviours = new Map(domains.map(({ domain, behaviour }) => [domain, behaviour]));
  const kinds = new Map<string, "human" | "machine">();
  for await (const line of createInterface({ input: createReadStream(new URL("truth.jsonl", folder)) })) {
    const { token, link, ts, kind } = JSON.parse(line) as {
      token: string;
      link: number | null;
      ts: string;
      kind: "human" | "machine";
    };
    kinds.set(`${link === null ? `/o/${token}.gif` : `/c/${token}/${link}`} ${ts}`, kind);
  }
  return {
    behaviourOf: (domain) => behaviours.get(domain) ?? "?",
    kindOf: (path, time) => kinds.get(`${path} ${time}`) ?? null,
  };
}
