import { classColumns } from "./class-columns.ts";
import { groupName, othersName } from "./group-name.ts";
import { htmlTable, type Column } from "./html-table.ts";
import { html, type Markup } from "./markup.ts";
import { formatCount, formatShare } from "./number-format.ts";
import type { CampaignFigures, ReportFigures } from "./report-figures.ts";

/** Open and click rates of each campaign: of all engagement beside that of engagement after delivery alone. */
export function campaignTable({ campaigns, uniquesSampledOneIn: oneIn }: ReportFigures): Markup {
  const columns: Column<CampaignFigures>[] = [
    {
      head: "Campaign",
      cell: (row) =>
        row === campaigns.others ? othersName(campaigns.othersCount) : groupName(row.name, "no campaign"),
    },
    { head: "Messages", cell: ({ messages }) => formatCount(messages), as: "number", on: "desk" },
    { head: "Accepted", cell: ({ accepted }) => formatCount(accepted), as: "number", on: "desk" },
    { head: "Opened", cell: (row) => ratePair(row.rawOpened, row.adjustedOpened, row.messages), as: "bars" },
    { head: "Clicked", cell: (row) => ratePair(row.rawClicked, row.adjustedClicked, row.messages), as: "bars" },
  ];
  const sampled = oneIn === 1 ? null : `Estimated from one message in ${formatCount(oneIn)}.`;
  const caption = html`Messages opened and clicked at least once, of all messages of the campaign.
    <span class="pair-key"><i class="raw"></i>Raw: all opens and clicks.</span>
    <span class="pair-key"><i class="adjusted"></i>Adjusted: after delivery only, so a lower bound.</span>
    ${sampled}`;
  return htmlTable({ caption, columns, rows: campaigns.listed, others: campaigns.others });
}

/** Classes by campaign, in the order of the rates. */
export function campaignClassTable({ campaigns }: ReportFigures): Markup {
  const { listed, others, othersCount } = campaigns;
  const columns: Column<CampaignFigures>[] = [
    {
      head: "Campaign",
      cell: (row) => (row === others ? othersName(othersCount) : groupName(row.name, "no campaign")),
    },
    ...classColumns<CampaignFigures>(),
  ];
  return htmlTable({ caption: "All engagement by campaign and class.", columns, rows: listed, others });
}

function ratePair(raw: number, adjusted: number, whole: number): Markup {
  return html`<span class="pair">${rate("raw", raw, whole)}${rate("adjusted", adjusted, whole)}</span>`;
}

function rate(name: "raw" | "adjusted", part: number, whole: number): Markup {
  const width = whole === 0 ? 0 : Math.min(100, (100 * part) / whole);
  return html`<span class="rate"
    ><span class="track"><i class="${name}" style="width:${width.toFixed(1)}%"></i></span>
    <span class="value"><span class="unseen">${name} </span>${formatShare(part, whole)}</span></span
  >`;
}
