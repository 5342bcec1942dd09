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
 * The most telling candidates, the first the most: exposed before all others, then by what came before the acceptance,
 * then by the wait. A domain gets its second place only when each other one has its first, and so on: what is chosen
 * from the chosen of parts is what is chosen from the whole, as long as the parts give 36 for 6.
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
    .sort((left, right) => left.rank - right.rank)
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
