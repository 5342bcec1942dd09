import { kinds, type Exposure } from "@antedate/schemas";
import { chainRows, isAcceptance, type ChainMore, type ChainRow } from "./chain-rows.ts";
import { classLabels, kindWords, stagePlaces } from "./class-labels.ts";
import { groupName } from "./group-name.ts";
import { ipNetwork } from "./ip-network.ts";
import { html, type Content, type Markup } from "./markup.ts";
import { formatCount, formatDuration, formatTimeOfStep } from "./number-format.ts";
import type { ChainAttempt, ChainEngagement, ChainFigures, ReportFigures } from "./report-figures.ts";

/** The proof, message by message: what the receiver said, what was clicked, and when, all from the 250. */
export function chainSection({ chains }: ReportFigures): Markup {
  return html`<section aria-labelledby="chains">
    <h2 id="chains">Deferred, clicked, accepted</h2>
    ${
      chains.length === 0
        ? html`<p class="empty">
            No message here was put off with its content shown, opened or clicked then, and accepted later.
          </p>`
        : html`<p>
              ${chains.length === 1 ? "The message" : `The ${chains.length} most telling messages`} that the receiving
              server read, put off, and accepted later, with what was opened and clicked in between. Times count from
              the 250.
            </p>
            <div class="chains">${chains.map(timeline)}</div>`
    }
  </section>`;
}

function timeline(chain: ChainFigures, index: number): Markup {
  const { acceptedAt, before, domain, messageId } = chain;
  const id = `chain-${index + 1}`;
  const attempts = chain.steps.filter(({ what }) => what === "attempt");
  const waitMs = acceptedAt - (attempts[0]?.at ?? acceptedAt);
  return html`<article aria-labelledby="${id}">
    <h3 id="${id}">${groupName(domain)}</h3>
    <p>
      ${formatCount(before)} ${before === 1 ? "request" : "requests"} before the acceptance, which came
      ${formatDuration(waitMs)} after the first reply, with attempt ${formatCount(acceptedOrdinal(chain))}.
      <small class="id">Message ${groupName(messageId)}</small>
    </p>
    <ol class="chain">
      ${chainRows(chain).map((row) => rowItem(row, acceptedAt))}
    </ol>
  </article>`;
}

function acceptedOrdinal({ steps, acceptedAt }: ChainFigures): number {
  const step = steps.find((each) => isAcceptance(each, acceptedAt));
  return step?.what === "attempt" ? step.ordinal : 0;
}

function rowItem(row: ChainRow, acceptedAt: number): Markup {
  switch (row.what) {
    case "attempt":
      return attemptItem(row, acceptedAt);
    case "engagement":
      return item(row.class, row.at, acceptedAt, engagementWords(row));
    case "more":
      return html`<li class="more"><p>… ${moreWords(row)}</p></li> `;
  }
}

function attemptItem(attempt: ChainAttempt, acceptedAt: number): Markup {
  const isIt = isAcceptance(attempt, acceptedAt);
  const did = { accepted: "accepted", deferred: "put off", bounced: "rejected" }[attempt.outcome];
  const shown = attempt.stage === "end_of_data" && !isIt ? ": the content was shown" : "";
  const place = isIt ? "" : stagePlaces[attempt.stage];
  const words = html`<p><b>Attempt ${attempt.ordinal} ${did}</b>${place}${shown}</p>
    ${quote(attempt)}${small([
      attempt.mxHost === null ? null : html`<bdi>${attempt.mxHost}</bdi>`,
      attempt.startedAt === null ? null : `began ${formatDuration(attempt.at - attempt.startedAt)} before this reply`,
    ])}`;
  return item(isIt ? "attempt accepted" : "attempt", attempt.at, acceptedAt, words);
}

/** The code stands before the log's words where they do not have it. */
function quote({ diagnostic, smtpCode }: ChainAttempt): Content {
  const code = smtpCode === null || diagnostic?.includes(String(smtpCode)) === true ? null : `${smtpCode} `;
  if (diagnostic === null) return code === null ? null : html`<p class="said">${code}</p>`;
  return html`<p class="said">
    ${code}<q><bdi>${diagnostic}</bdi></q>
  </p>`;
}

function engagementWords(engagement: ChainEngagement): Markup {
  const { kind, class: own, exposure, exposedAttempt, ip, userAgent } = engagement;
  const word = kindWords[kind].one;
  return html`<p><b>${word.charAt(0).toUpperCase()}${word.slice(1)}</b> ${exposureWords(exposure, exposedAttempt)}</p>
    ${small([
      html`<span class="class">${classLabels[own]}</span>`,
      ip === null ? null : html`<bdi>${ipNetwork(ip)}</bdi>`,
      userAgent === null ? null : html`<bdi>${userAgent}</bdi>`,
    ])}`;
}

function exposureWords(exposure: Exposure, attempt: number | null): string {
  const words: Record<Exposure, string> = {
    after_acceptance: "after the acceptance",
    in_transaction: `during attempt ${attempt}`,
    after_deferral: `after attempt ${attempt} had shown the content`,
    after_rejection: `after attempt ${attempt} was rejected with the content shown`,
    unknown: `after attempt ${attempt}, which may have shown the content`,
    not_exposed: "before any attempt had shown the content",
  };
  return words[exposure];
}

function small(parts: readonly Content[]): Content {
  const known = parts.filter((part) => part !== null);
  if (known.length === 0) return null;
  return html`<p class="fine">${known.map((part, index) => [index === 0 ? null : " · ", part])}</p>`;
}

function item(name: string, at: number, acceptedAt: number, words: Markup): Markup {
  const offset =
    at === acceptedAt ? "250" : `${formatDuration(at - acceptedAt)} ${at < acceptedAt ? "before" : "after"}`;
  return html`<li class="${name}">
    <p class="when"><b>${offset}</b> <time datetime="${new Date(at).toISOString()}">${formatTimeOfStep(at)}</time></p>
    <div>${words}</div>
  </li> `;
}

/** `23 more clicks and 2 more opens in the next 40 s`. */
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
  const listed = last === undefined ? [] : [`${parts.join(", ")} in the next ${formatDuration(last.at - from)}`];
  const later = uncounted === 0 ? [] : [`${formatCount(uncounted)} ${listed.length > 0 ? "later" : "more later"}`];
  return [...listed, ...later].join(", ");
}
