import { exposures, kinds, type Exposure, type EngagementKind } from "@antedate/schemas";
import { classColumns, type Counted } from "./class-columns.ts";
import { sumOfCounts } from "./class-counts.ts";
import { exposureLabels, kindLabels } from "./class-labels.ts";
import { groupName, othersName } from "./group-name.ts";
import { htmlTable, type Column } from "./html-table.ts";
import { html, type Content, type Markup } from "./markup.ts";
import { formatCount } from "./number-format.ts";
import type { FilterFigures, GroupFigures, Ranking, ReportFigures } from "./report-figures.ts";

/** Classes by kind of engagement. */
export function kindTable({ byKind }: ReportFigures): Markup {
  const rows = kinds.map((kind) => ({ kind, counts: byKind[kind] })).filter(({ counts }) => sumOfCounts(counts) > 0);
  const first: Column<Counted & { kind: EngagementKind }> = { head: "Kind", cell: ({ kind }) => kindLabels[kind] };
  return htmlTable({ caption: "All engagement by kind and class.", columns: [first, ...classColumns()], rows });
}

/** Classes by how a machine could have read the message. */
export function exposureTable({ byExposure }: ReportFigures): Markup {
  const rows = exposures.map((exposure) => ({ exposure, counts: byExposure[exposure] }));
  const first: Column<Counted & { exposure: Exposure }> = {
    head: "Exposure",
    cell: ({ exposure }) => html`${exposureLabels[exposure]} <code>${exposure}</code>`,
  };
  return htmlTable({
    caption: "How a machine could have read the message before it followed a link or loaded the pixel.",
    columns: [first, ...classColumns()],
    rows,
  });
}

/** Classes by receiving domain. */
export function domainTable({ domains }: ReportFigures): Markup {
  return ranked("All engagement by receiving domain and class, the most first.", domains, "Domain", (group) =>
    groupName(group.name),
  );
}

/** Classes by filter vendor or MX host. */
export function filterTable({ filters }: ReportFigures): Markup {
  const name = (group: FilterFigures): Content =>
    group.namedBy === "mx" ? html`${groupName(group.name)} <small>MX</small>` : groupName(group.name);
  return ranked(
    "By filter vendor, told from the name of the host that answered; by that name (MX) where the vendor is not known. It is the first hop: others may stand behind it.",
    filters,
    "Filter or MX",
    name,
    [
      {
        head: "Read, then put off",
        cell: ({ contentDeferred }) => formatCount(contentDeferred),
        as: "number",
        on: "desk",
      },
    ],
  );
}

function ranked<Group extends GroupFigures>(
  caption: string,
  ranking: Ranking<Group>,
  head: string,
  name: (group: Group) => Content,
  more: Column<Group>[] = [],
): Markup {
  const columns: Column<Group>[] = [
    { head, cell: (group) => (group === ranking.others ? othersName(ranking.othersCount) : name(group)) },
    { head: "Messages", cell: ({ messages }) => formatCount(messages), as: "number", on: "desk" },
    ...more,
    ...classColumns(),
  ];
  return htmlTable({ caption, columns, rows: ranking.listed, others: ranking.others });
}
