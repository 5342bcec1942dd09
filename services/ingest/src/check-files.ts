import { setTimeout as sleep } from "node:timers/promises";
import type { Delivery, Engagement, Send } from "@antedate/schemas";
import { createBookKeeper, type Books } from "./books.ts";
import { readInputs } from "./file-inputs.ts";
import type { IngestOptions } from "./ingest-files.ts";
import type { PlacedLine } from "./merge-by-time.ts";

const pollMs = 200;
/** So much of a rejected line is shown. */
const shownCharsMax = 160;

/** `ingest check`: writes what each line became or why not, one line each, then a summary. Nothing is produced. */
export async function checkFiles(options: IngestOptions, write: (line: string) => void): Promise<Books> {
  const keeper = createBookKeeper();
  for await (const merged of readInputs(options)) {
    if (options.signal?.aborted === true) break;
    if (merged.what === "idle") {
      await sleep(pollMs, undefined, { signal: options.signal }).catch(() => undefined);
      continue;
    }
    keeper.enter(merged);
    write(describeLine(merged));
  }
  const books = keeper.books();
  for (const line of summarize(books)) write(line);
  return books;
}

/** One line about one line, addresses masked. */
function describeLine(line: PlacedLine): string {
  const place = `${line.place.file}:${line.place.line}`;
  switch (line.what) {
    case "ignored":
      return `${place}  ignored     ${line.why}`;
    case "rejected":
      return `${place}  rejected    ${line.reason}: ${oneLine(line.raw)}`;
    case "event":
      switch (line.event.input) {
        case "sends":
          return `${place}  send        ${describeSend(line.event.event)}`;
        case "deliveries":
          return `${place}  delivery    ${describeDelivery(line.event.event)}`;
        case "engagements":
          return `${place}  engagement  ${describeEngagement(line.event.event)}`;
      }
  }
}

/** The books as a table of two columns. */
function summarize(books: Books): string[] {
  const rows: [string, number][] = [
    ["lines", books.lines],
    ["sends", books.sends],
    ["deliveries", books.deliveries],
    ["engagements", books.engagements],
    ["ignored", total(books.ignored)],
    ...Object.entries(books.ignored).map(([why, count]): [string, number] => [`  ${why}`, count]),
    ["rejected", total(books.rejected)],
    ...Object.entries(books.rejected).map(([reason, count]): [string, number] => [`  ${reason}`, count]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return ["", ...rows.map(([name, count]) => `${name.padEnd(width)}  ${String(count).padStart(9)}`)];
}

function describeSend(send: Send): string {
  return `${iso(send.occurred_at)} ${send.message_id} to ${send.recipient_domain}${send.campaign === null ? "" : `, campaign ${oneLine(send.campaign)}`}`;
}

function describeDelivery(delivery: Delivery): string {
  const code = [delivery.smtp_code, delivery.enhanced_code].filter((part) => part !== null).join(" ");
  const host = delivery.mx_host ?? delivery.mx_ip;
  const by = host === null ? "" : ` by ${host}`;
  const at = delivery.outcome === "expired" ? "" : ` at ${delivery.stage}`;
  const answer = code === "" ? "" : ` (${code})`;
  return `${iso(delivery.occurred_at)} ${delivery.message_id} ${delivery.outcome}${at}${by}${answer}`;
}

function describeEngagement(engagement: Engagement): string {
  const link = engagement.link_id === null ? "" : ` of link ${oneLine(engagement.link_id)}`;
  const from = engagement.ip === null ? "" : ` from ${engagement.ip}`;
  return `${iso(engagement.occurred_at)} ${engagement.message_id} ${engagement.kind}${link}${from}`;
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** Control characters must not reach a terminal. */
function oneLine(text: string): string {
  return text.slice(0, shownCharsMax).replaceAll(/\p{Cc}+/gu, " ");
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
