import { classes } from "@antedate/schemas";
import { noCounts, addCounts, sumOfCounts } from "./class-counts.ts";
import { classLabels } from "./class-labels.ts";
import { deltaEdgesMs } from "./delta-bins.ts";
import { binName, deltaChart } from "./delta-chart.ts";
import { htmlTable, type Column } from "./html-table.ts";
import { html, type Markup } from "./markup.ts";
import { formatCount } from "./number-format.ts";
import type { DeltaBin, ReportFigures } from "./report-figures.ts";

/** The histogram around the acceptance, with its legend and its numbers as a table. */
export function deltaSection({ deltas, engagements }: ReportFigures): Markup {
  const shown = deltas.reduce((sum, { counts }) => addCounts(sum, counts), noCounts());
  const left = engagements - sumOfCounts(shown);
  return html`<section aria-labelledby="deltas">
    <h2 id="deltas">Time from the acceptance</h2>
    <p>
      Zero is the moment the sender read the receiving server’s 250 for that message. The scale is logarithmic to both
      sides.
    </p>
    ${
      deltas.length === 0
        ? html`<p class="empty">No engagement of an accepted message yet.</p>`
        : html`<figure>
            <ul class="legend">
              ${classes
                .filter((name) => shown[name] > 0)
                .map((name) => html`<li><i class="${name}"></i>${classLabels[name]}</li>`)}
            </ul>
            ${deltaChart(deltas, { name: "desk", width: 1000, height: 340 })}
            ${deltaChart(deltas, { name: "phone", width: 350, height: 280 })} ${numbers(deltas)}
          </figure>`
    }
    ${left === 0 ? null : html`<p class="aside">${formatCount(left)} more have no acceptance to be measured from.</p>`}
  </section>`;
}

function numbers(deltas: readonly DeltaBin[]): Markup {
  const present = classes.filter((name) => deltas.some(({ counts }) => counts[name] > 0));
  const columns: Column<DeltaBin>[] = [
    { head: "Time from the 250", cell: ({ fromMs }) => binName(deltaEdgesMs.indexOf(fromMs)) },
    ...present.map((name): Column<DeltaBin> => ({
      head: classLabels[name],
      cell: ({ counts }) => formatCount(counts[name]),
      as: "number",
    })),
  ];
  return html`<details>
    <summary>The chart’s numbers</summary>
    ${htmlTable({ caption: "Engagement by time from the acceptance and class", columns, rows: deltas })}
  </details>`;
}
