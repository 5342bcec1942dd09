import { chainItems } from "./chain-items.ts";
import { isAcceptance } from "./chain-rows.ts";
import { groupName } from "./group-name.ts";
import { html, type Markup } from "./markup.ts";
import { formatCount, formatDuration } from "./number-format.ts";
import type { ChainFigures, ReportFigures } from "./report-figures.ts";

/** Of more, a reader sees one line each until it is opened. */
const openMax = 2;
/** An ID of ingest has some hundred: an account, a Message-ID, 32 digits. */
const messageIdCharsMax = 300;

/** The proof, message by message: what the receiver said, what was clicked, and when, all from the 250. */
export function chainSection({ chains }: ReportFigures): Markup {
  const which = chains.length === 1 ? "A message" : `The ${chains.length} most telling messages`;
  return html`<section aria-labelledby="chains">
    <h2 id="chains">Deferred, clicked, accepted</h2>
    ${
      chains.length === 0
        ? html`<p class="empty">
            No message here was put off with its content shown, opened or clicked then, and accepted later.
          </p>`
        : html`<p>
              ${which} that the receiving server read, put off and accepted later, with what was opened and clicked
              meanwhile. Times count from the 250.
            </p>
            ${chains.map(timeline)}`
    }
  </section>`;
}

function timeline(chain: ChainFigures, index: number): Markup {
  const { acceptedAt, before, domain, messageId, steps } = chain;
  const attempts = steps.filter((step) => step.what === "attempt");
  const accepted = attempts.find((step) => isAcceptance(step, acceptedAt));
  const waitMs = acceptedAt - (attempts[0]?.at ?? acceptedAt);
  const tale = `${formatCount(before)} ${before === 1 ? "request" : "requests"}, then accepted at attempt ${accepted?.ordinal ?? attempts.length}, ${formatDuration(waitMs)} after the first reply`;
  const content = html`<summary>
      <h3>${groupName(domain)}</h3>
      <span>${tale}</span>
    </summary>
    <p class="id">Message ${groupName(messageId, "", messageIdCharsMax)}</p>
    <ol class="chain">
      ${chainItems(chain)}
    </ol>`;
  return index < openMax
    ? html`<details class="timeline" open>${content}</details>`
    : html`<details class="timeline">${content}</details>`;
}
