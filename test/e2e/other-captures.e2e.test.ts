import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runAntedate } from "../support/antedate-process.ts";
import { captureFile } from "../support/capture.ts";

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `Nov 23 18:12:15`, as syslog stamped it in a zone so many hours east of UTC. */
function oldStamp(iso: string, hoursEast: number): string {
  const local = new Date(Date.parse(iso) + hoursEast * 3_600_000);
  return `${months[local.getUTCMonth()]} ${String(local.getUTCDate()).padStart(2)} ${local.toISOString().slice(11, 19)}`;
}

/** The bundled mail log as another host would have written it: old stamps, long queue IDs, another instance, CRLF. */
function rewrite(log: string, hoursEast: number): string {
  const longIds = new Map<string, string>();
  const longId = (id: string): string => {
    const known =
      longIds.get(id) ??
      `4jYCPXNb${"BCDFGHJKLM"[longIds.size % 10]}${String(longIds.size)
        .padStart(4, "0")
        .replaceAll(/\d/g, (d) => "BCDFGHJKLM"[Number(d)] as string)}zJMGN`;
    longIds.set(id, known);
    return known;
  };
  const lines = log
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [stamp = "", host = "", ...rest] = line.split(" ");
      const text = rest
        .join(" ")
        .replaceAll(/(\]: )([0-9A-F]{8,12})(?=:)/g, (_, before: string, id: string) => before + longId(id));
      return `${oldStamp(stamp, hoursEast)} ${host} ${text.replace("postfix/", "postfix-out/").replaceAll(".example", ".test")}`;
    });
  return `${lines.join("\r\n")}\r\n`;
}

test.each([
  { timezone: "Europe/Berlin", hoursEast: 1 },
  { timezone: "America/Los_Angeles", hoursEast: -8 },
  { timezone: "Asia/Kolkata", hoursEast: 5.5 },
])(
  "a log with whole-second stamps in $timezone, long queue IDs and other domains is judged alike",
  async ({ timezone, hoursEast }) => {
    const folder = await mkdtemp(join(tmpdir(), "antedate-other-"));
    const read = (name: string): Promise<string> => readFile(captureFile(name), "utf8");
    await writeFile(join(folder, "mail.log"), rewrite(await read("sender-mail.log"), hoursEast));
    const sends = (await read("sends.jsonl"))
      .replaceAll(".example", ".test")
      .replaceAll(/"recipient":"([^"]+)"/g, (_, address: string) => `"recipient":"${address.toUpperCase()}"`);
    await writeFile(join(folder, "sends.jsonl"), sends);
    const inputs = [
      "--input",
      `sends=${join(folder, "sends.jsonl")}`,
      "--input",
      `postfix=${join(folder, "mail.log")}`,
      "--input",
      `tracker=${captureFile("tracker.jsonl")}`,
    ];
    const zone = ["--year", "2026", "--timezone", timezone];
    const replay = await runAntedate(["replay", ...inputs, ...zone, "--out", folder], { STATE_DIR: folder });
    expect(replay).toMatchObject({ code: 0, stderr: "" });

    const truth = new Map(
      (await read("truth.jsonl"))
        .trim()
        .split("\n")
        .map((line) => {
          const { token, link, ts, kind } = JSON.parse(line) as {
            token: string;
            link: number | null;
            ts: string;
            kind: string;
          };
          return [`${link === null ? `/o/${token}.gif` : `/c/${token}/${link}`} ${ts}`, kind];
        }),
    );
    const rows = (await readFile(join(folder, "engagements.jsonl"), "utf8"))
      .trim()
      .split("\n")
      .map(
        (line) =>
          JSON.parse(line) as {
            url: string;
            occurred_at: string;
            class: string;
            campaign: string | null;
            recipient_domain: string;
          },
      );
    const kindOf = (row: (typeof rows)[number]) => truth.get(`${row.url} ${row.occurred_at}`);
    expect(rows.length).toBe(1934);
    expect(rows.filter((row) => kindOf(row) === "human" && row.class === "pre_acceptance")).toEqual([]);
    expect(rows.filter((row) => kindOf(row) === "machine" && row.class === "post_delivery")).toEqual([]);
    const never = new Set(["kapok.test", "larch.test", "maple.test", "nutmeg.test"]);
    expect(rows.filter((row) => never.has(row.recipient_domain) !== (row.class === "never_accepted"))).toEqual([]);
    expect(rows.filter((row) => row.campaign === null)).toEqual([]);
  },
);
