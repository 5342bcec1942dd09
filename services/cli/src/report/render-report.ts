import { campaignClassTable, campaignTable } from "./campaign-table.ts";
import { chainSection } from "./chain-section.ts";
import { deltaSection } from "./delta-section.ts";
import { domainTable, exposureTable, filterTable, kindTable } from "./group-tables.ts";
import { headline } from "./headline.ts";
import { html, verbatim, type Content, type Markup } from "./markup.ts";
import { formatTime } from "./number-format.ts";
import type { ReportFigures } from "./report-figures.ts";
import { scannerTable } from "./scanner-table.ts";
import { reportStyle } from "./report-style.ts";

export interface ReportHeading {
  title: string;
  /** Epoch milliseconds. */
  generatedAt: number;
  /** Where the figures are from, or null. */
  note: string | null;
}

/** A report page: one HTML file that needs nothing else, no network and no script. */
export function renderReport(figures: ReportFigures, { title, generatedAt, note }: ReportHeading): string {
  const page = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>${title}</title>
      <style>
        ${verbatim(reportStyle)}
      </style>
    </head>
    <body>
      <header>
        <h1>${title}</h1>
        <p>
          ${note === null || note === "" ? null : html`${note}<br />`}<time
            datetime="${new Date(generatedAt).toISOString()}"
            >${formatTime(generatedAt)}</time
          >
        </p>
      </header>
      <main>${headline(figures)} ${deltaSection(figures)} ${chains(figures)} ${tables(figures)}</main>
      <footer>
        <p>
          Made by Antedate. Classes come from event times and SMTP replies alone: no lists of addresses, no user agents,
          no scores.
        </p>
      </footer>
    </body>
  </html>`;
  return `<!doctype html>\n${page.markup}\n`;
}

function chains(figures: ReportFigures): Content {
  return figures.engagements + figures.messages === 0 ? null : chainSection(figures);
}

function tables(figures: ReportFigures): Content {
  const { engagements, messages, filters } = figures;
  if (engagements + messages === 0) return null;
  const filtersKnown = filters.listed.some(({ namedBy }) => namedBy !== null);
  return [
    engagements === 0 ? null : section("kinds", "Kinds", kindTable(figures)),
    section("domains", "Receiving domains", domainTable(figures)),
    filtersKnown ? section("filters", "Filters", filterTable(figures)) : null,
    figures.scanners.listed.length === 0 ? null : section("scanners", "Who came before", scannerTable(figures)),
    engagements === 0 ? null : section("exposures", "Exposure", exposureTable(figures)),
    section("campaigns", "Campaigns", [campaignTable(figures), engagements === 0 ? null : campaignClassTable(figures)]),
  ];
}

function section(id: string, heading: string, tables: Content): Markup {
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${heading}</h2>
    ${tables}
  </section>`;
}
