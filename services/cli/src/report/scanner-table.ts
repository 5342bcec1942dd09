import { htmlTable, type Column } from "./html-table.ts";
import type { Markup } from "./markup.ts";
import { formatCount, formatSpan } from "./number-format.ts";
import { groupName, othersName } from "./group-name.ts";
import type { ReportFigures, ScannerFigures } from "./report-figures.ts";
import { medianLeadMs } from "./scanner-tally.ts";

/** The figures list more: the page shows those that are worth a look. */
const listedMax = 20;

/** Who opened and clicked before the acceptance, and how long before. */
export function scannerTable({ scanners }: ReportFigures): Markup {
  const { listed, others, othersCount } = scanners;
  const columns: Column<ScannerFigures>[] = [
    { head: "Address", cell: (row) => (row === others ? othersName(othersCount) : groupName(row.ip)) },
    { head: "Before acceptance", cell: ({ before }) => formatCount(before), as: "number" },
    { head: "Half of it at least", cell: (row) => `${formatSpan(medianLeadMs(row))} before`, as: "number" },
  ];
  return htmlTable({
    caption: `The addresses with the most opens and clicks before the 250${listed.length > listedMax ? `, ${listedMax} of ${formatCount(listed.length)} listed` : ""}. Each belongs to a filter, or to a network that filters work through.`,
    columns,
    rows: listed.slice(0, listedMax),
    others,
  });
}
