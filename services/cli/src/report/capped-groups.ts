import type { Ranking } from "./report-figures.ts";

export interface CappedGroups<Group> {
  /** The group of a key. A key that is new after `groupsMax` keys shares one group with all that follow. */
  of(key: string): Group;
  ranking(listedMax: number): Ranking<Group>;
}

export interface CappedGroupsOptions<Group> {
  groupsMax: number;
  create(key: string | null): Group;
  /** Adds `more` to `sum`, which it changes. */
  merge(sum: Group, more: Group): void;
  /** The order of the ranking; equals are ordered by key. */
  compare(left: Group, right: Group): number;
}

/** Groups by key in bounded memory. The figures of a named group are whole: a key is in one group from its first row on. */
export function createCappedGroups<Group>(options: CappedGroupsOptions<Group>): CappedGroups<Group> {
  const { groupsMax, create, merge, compare } = options;
  const groups = new Map<string, Group>();
  let overflow: Group | null = null;
  return {
    of(key) {
      const known = groups.get(key);
      if (known) return known;
      if (groups.size >= groupsMax) return (overflow ??= create(null));
      const group = create(key);
      groups.set(key, group);
      return group;
    },
    ranking(listedMax) {
      const ranked = [...groups].sort(([a, left], [b, right]) => compare(left, right) || (a < b ? -1 : 1));
      const listed = ranked.slice(0, listedMax).map(([, group]) => group);
      const rest = ranked.slice(listedMax);
      if (rest.length === 0 && overflow === null) return { listed, others: null, othersCount: 0 };
      const others = create(null);
      for (const [, group] of rest) merge(others, group);
      if (overflow !== null) merge(others, overflow);
      return { listed, others, othersCount: overflow === null ? rest.length : null };
    },
  };
}
