import { createCappedGroups, type CappedGroups } from "./capped-groups.ts";
import { addCounts, noCounts, sumOfCounts } from "./class-counts.ts";
import type { FilterFigures, GroupFigures } from "./report-figures.ts";

/** `vendor` or `mx`, a space, the name; empty where neither is known. */
export function filterKey(row: { filter_vendor: string | null; mx_host: string | null }): string {
  if (row.filter_vendor) return `vendor ${row.filter_vendor}`;
  return row.mx_host ? `mx ${row.mx_host}` : "";
}

export function noFilter(key: string | null): FilterFigures {
  if (!key) return { ...noGroup(null), namedBy: null };
  const space = key.indexOf(" ");
  return { ...noGroup(key.slice(space + 1)), namedBy: key.startsWith("vendor") ? "vendor" : "mx" };
}

export function noGroup(name: string | null): GroupFigures {
  return { name: name || null, messages: 0, accepted: 0, contentDeferred: 0, counts: noCounts() };
}

/** Groups ranked by their engagement, then their messages, then their key. */
export function groupsBy<Group extends GroupFigures>(
  groupsMax: number,
  create: (key: string | null) => Group,
): CappedGroups<Group> {
  return createCappedGroups<Group>({ groupsMax, create, merge: addGroup, compare: compareGroups });
}

function compareGroups(left: GroupFigures, right: GroupFigures): number {
  return sumOfCounts(right.counts) - sumOfCounts(left.counts) || right.messages - left.messages;
}

function addGroup(sum: GroupFigures, more: GroupFigures): void {
  sum.messages += more.messages;
  sum.accepted += more.accepted;
  sum.contentDeferred += more.contentDeferred;
  addCounts(sum.counts, more.counts);
}
