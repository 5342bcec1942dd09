import { classes, messageOutcomes } from "@antedate/schemas";
import { classBar } from "./class-bar.ts";
import { addCounts, noCounts, sumOfCounts } from "./class-counts.ts";
import { classLabels, classMeanings } from "./class-labels.ts";
import { html, type Markup } from "./markup.ts";
import { formatCount, formatShare } from "./number-format.ts";
import type { ClassCounts, ReportFigures } from "./report-figures.ts";
import { statement } from "./statement.ts";

/** What the page is for, first: the sentence, the shares by class with what they mean, and the messages behind them. */
export function headline(figures: ReportFigures): Markup {
  const counts = opensAndClicks(figures);
  return html`<section class="headline" aria-label="Result">
    ${statement(figures).map((sentence, index) => html`<p class="${index === 0 ? "lead" : "more"}">${sentence}</p>`)}
    ${classBar(counts)} ${classKey(counts)} ${messageNumbers(figures)}
  </section>`;
}

/** Opens and clicks by class. */
function opensAndClicks({ byKind }: ReportFigures): ClassCounts {
  return addCounts(addCounts(noCounts(), byKind.open), byKind.click);
}

function classKey(counts: ClassCounts): Markup {
  const total = sumOfCounts(counts);
  const items = classes.map(
    (name) =>
      html`<div>
        <dt><i class="${name}"></i>${classLabels[name]}</dt>
        <dd><b>${formatCount(counts[name])}</b> <span>${formatShare(counts[name], total)}</span></dd>
        <dd class="meaning">${classMeanings[name]}</dd>
      </div>`,
  );
  return html`<dl class="key">${items}</dl>`;
}

function messageNumbers(figures: ReportFigures): Markup {
  const { messages, messagesByOutcome, messagesContentDeferred: deferred, uncertain, engagements } = figures;
  const outcomes = messageOutcomes.filter((outcome) => messagesByOutcome[outcome] > 0);
  const words = outcomes.map((outcome) => `${formatCount(messagesByOutcome[outcome])}\u00a0${outcome}`).join(", ");
  return html`<dl class="numbers">
    <div>
      <dt>Messages</dt>
      <dd><b>${formatCount(messages)}</b></dd>
      <dd>${words || "none yet"}</dd>
    </div>
    <div>
      <dt>Engagements</dt>
      <dd><b>${formatCount(engagements)}</b></dd>
      <dd>opens, clicks, unsubscribes, complaints</dd>
    </div>
    <div>
      <dt>Read, then put off</dt>
      <dd><b>${formatCount(deferred)}</b></dd>
      <dd>messages answered 4xx at the end of DATA</dd>
    </div>
    <div>
      <dt>Uncertain</dt>
      <dd><b>${formatCount(uncertain)}</b></dd>
      <dd>within clock error of the next class</dd>
    </div>
  </dl>`;
}
