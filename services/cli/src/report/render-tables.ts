import { exposures, kinds } from "@antedate/schemas";
import { addCounts, noCounts, sumOfCounts } from "./class-counts.ts";
import { classTable, type CountRow } from "./class-table.ts";
import { othersName } from "./group-name.ts";
import { plainSpaces } from "./number-format.ts";
import type { ClassCounts, GroupFigures, Ranking, ReportFigures } from "./report-figures.ts";
import { statement } from "./statement.ts";

export { renderTruthTable } from "./render-truth-table.ts";

const domainsMax = 20;

/** The figures for a terminal, in the words of the tables in ClickHouse: classes by kind, by domain and by exposure. */
export function renderTables(figures: ReportFigures): string {
  if (figures.messages + figures.engagements === 0) return "No messages and no engagement yet.\n";
  const { byKind, byExposure, domains } = figures;
  const byKindRows = kinds.map((kind) => countRow(kind, byKind[kind])).filter(hasSome);
  const sum = kinds.reduce((counts, kind) => addCounts(counts, byKind[kind]), noCounts());
  const byExposureRows = exposures.map((exposure) => countRow(exposure, byExposure[exposure])).filter(hasSome);
  const parts = [
    statement(figures).join(" "),
    classTable("kind", [...byKindRows, countRow("all", sum)]),
    classTable("domain", domainRows(domains)),
    classTable("exposure", byExposureRows),
  ];
  return plainSpaces(`${parts.join("\n\n")}\n`);
}

function countRow(name: string, counts: ClassCounts): CountRow {
  return { name, counts };
}

function hasSome({ counts }: CountRow): boolean {
  return sumOfCounts(counts) > 0;
}

/** The twenty largest, and all the rest in one row. */
function domainRows({ listed, others, othersCount }: Ranking<GroupFigures>): CountRow[] {
  const rows = listed.slice(0, domainsMax).map(({ name, counts }) => countRow(name ?? "(not known)", counts));
  const rest = [...listed.slice(domainsMax), ...(others === null ? [] : [others])];
  if (rest.length === 0) return rows;
  const restCount = othersCount === null ? null : othersCount + Math.max(0, listed.length - domainsMax);
  const sum = rest.reduce((counts, group) => addCounts(counts, group.counts), noCounts());
  return [...rows, countRow(`(${othersName(restCount).toLowerCase()})`, sum)];
}
