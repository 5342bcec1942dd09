import { kinds, type Exposure } from "@antedate/schemas";
import { chainRows, isAcceptance, type ChainMore, type ChainRow } from "./chain-rows.ts";
import { classLabels, kindWords, stagePlaces } from "./class-labels.ts";
import { groupName } from "./group-name.ts";
import { ipNetwork } from "./ip-network.ts";
import { html, type Content, type Markup } from "./markup.ts";
import { formatCount, formatDuration, formatTimeOfStep } from "./number-format.ts";
import type { ChainAttempt, ChainEngagement, ChainFigures } from "./report-figures.ts";

/** The list items of a timeline. */
export function chainItems(chain: ChainFigures): Markup[] {
  let known: string | null = null;
  return chainRows(chain).map((row) => {
    if (row.what !== "engagement") return rowItem(row, chain.acceptedAt, null);
    const client = clientOf(row);
    const isNew = client.join(" ") !== known;
    known = client.join(" ");
    return rowItem(row, chain.acceptedAt, isNew ? client : null);
  });
}

/** Who made a request, so far as it is told, the same as in the row before or not. */
function clientOf({ ip, userAgent }: ChainEngagement): string[] {
  return [ip === null ? null : ipNetwork(ip), userAgent].filter((part) => part !== null);
}

function rowItem(row: ChainRow, acceptedAt: number, client: string[] | null): Markup {
  switch (row.what) {
    case "attempt":
      return attemptItem(row, acceptedAt);
    case "engagement":
      return item(row.class, row.at, offset(row.at, acceptedAt), engagementWords(row, client));
    case "more":
      return html`<li class="more"><p>… ${moreWords(row)}</p></li> `;
  }
}

function attemptItem(attempt: ChainAttempt, acceptedAt: number): Markup {
  const { at, diagnostic, mxHost, ordinal, outcome, stage, startedAt } = attempt;
  const isIt = isAcceptance(attempt, acceptedAt);
  const did = { accepted: "accepted", deferred: "put off", bounced: "rejected" }[outcome];
  const shown = stage === "end_of_data" && !isIt ? ": the content was shown" : "";
  const host = mxHost === null || diagnostic?.includes(mxHost) === true ? null : groupName(mxHost);
  const began = startedAt === null ? null : `began ${formatDuration(at - startedAt)} before this reply`;
  const words = html`<p><b>Attempt ${ordinal} ${did}</b>${isIt ? "" : stagePlaces[stage]}${shown}</p>
    ${quote(attempt)}${fine([host, began])}`;
  return item(isIt ? "attempt accepted" : "attempt", at, isIt ? "250" : offset(at, acceptedAt), words);
}

/** The code stands before the log's words where they do not have it. */
function quote({ diagnostic, smtpCode }: ChainAttempt): Content {
  const code = smtpCode === null || diagnostic?.includes(String(smtpCode)) === true ? null : `${smtpCode} `;
  if (diagnostic === null) return code === null ? null : html`<p class="said">${code}</p>`;
  return html`<p class="said">
    ${code}<q><bdi>${diagnostic}</bdi></q>
  </p>`;
}

function engagementWords(
  { kind, class: own, exposure, exposedAttempt }: ChainEngagement,
  client: string[] | null,
): Markup {
  const word = kindWords[kind].one;
  return html`<p>
      <b>${word.charAt(0).toUpperCase()}${word.slice(1)}</b> ${exposureWords(exposure, exposedAttempt)}
      <span class="class">${classLabels[own]}</span>
    </p>
    ${client === null ? null : fine(client.map((part) => groupName(part)))}`;
}

function exposureWords(exposure: Exposure, ordinal: number | null): string {
  const attempt = ordinal === null ? "an attempt" : `attempt ${ordinal}`;
  const words: Record<Exposure, string> = {
    after_acceptance: "after the acceptance",
    in_transaction: `during ${attempt}`,
    after_deferral: `after ${attempt} had shown the content`,
    after_rejection: `after ${attempt} was rejected with the content shown`,
    unknown: `after ${attempt}, which may have shown the content`,
    not_exposed: "before any attempt had shown the content",
  };
  return words[exposure];
}

function fine(parts: readonly Content[]): Content {
  const known = parts.filter((part) => part !== null);
  if (known.length === 0) return null;
  return html`<p class="fine">${known.map((part, index) => [index === 0 ? null : " · ", part])}</p>`;
}

function offset(at: number, acceptedAt: number): string {
  if (at === acceptedAt) return "with the 250";
  return `${formatDuration(at - acceptedAt)} ${at < acceptedAt ? "before" : "after"}`;
}

function item(name: string, at: number, when: string, words: Markup): Markup {
  return html`<li class="${name}">
    <p class="when"><b>${when}</b> <time datetime="${new Date(at).toISOString()}">${formatTimeOfStep(at)}</time></p>
    <div>${words}</div>
  </li> `;
}

/** `2 more opens, 23 more clicks in the next 40 s`. */
function moreWords({ steps, uncounted, from }: ChainMore): string {
  const counts = kinds.map((kind) => ({
    count: steps.filter((step) => step.what === "engagement" && step.kind === kind).length,
    ...kindWords[kind],
  }));
  const attempts = steps.filter(({ what }) => what === "attempt").length;
  const parts = [{ count: attempts, one: "attempt", many: "attempts" }, ...counts]
    .filter(({ count }) => count > 0)
    .map(({ count, one, many }) => `${formatCount(count)} more ${count === 1 ? one : many}`);
  const last = steps.at(-1);
  const left = `${formatCount(uncounted)} more later`;
  if (last === undefined) return left;
  const span = last.at === from ? "at the same time" : `in the next ${formatDuration(last.at - from)}`;
  return uncounted === 0 ? `${parts.join(", ")} ${span}` : `${parts.join(", ")} ${span}, ${left}`;
}
