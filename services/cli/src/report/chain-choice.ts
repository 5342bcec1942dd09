/** What decides how telling a message is that was put off with its content shown and accepted later. */
export interface ChainCandidate {
  messageId: string;
  domain: string;
  /** `pre_acceptance` engagements. */
  before: number;
  /** One of them came in a transaction or after a deferral that had shown the content. */
  exposed: boolean;
  /** From the first attempt to the acceptance. */
  waitMs: number;
}

/**
 * The most telling candidates: the best of each domain, then the second of each, and so on. Better is one that was exposed,
 * then one with more before the acceptance, then one that waited longer. Six of the 36 that are chosen from a part of the
 * candidates and from all others are the six that are chosen from all at once.
 */
export function chooseChains<Candidate extends ChainCandidate>(
  candidates: readonly Candidate[],
  placesMax: number,
): Candidate[] {
  const perDomain = new Map<string, number>();
  const placed = candidates.toSorted(compareCandidates).map((candidate, rank) => {
    const place = perDomain.get(candidate.domain) ?? 0;
    perDomain.set(candidate.domain, place + 1);
    return { candidate, place, rank };
  });
  return placed
    .sort((left, right) => left.place - right.place || left.rank - right.rank)
    .slice(0, placesMax)
    .map(({ candidate }) => candidate);
}

function compareCandidates(left: ChainCandidate, right: ChainCandidate): number {
  return (
    Number(right.exposed) - Number(left.exposed) ||
    right.before - left.before ||
    right.waitMs - left.waitMs ||
    (left.messageId < right.messageId ? -1 : 1)
  );
}
