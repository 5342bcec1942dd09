/** Gives event IDs to lines of producers that have none of their own. */
export interface EventIds {
  /** The ID of the next event with this content. */
  next(content: string): string;
}

/** Equal lines further apart than this many distinct ones are taken for the same line read again. */
const rememberedMax = 65_536;

/**
 * An event ID is the hash of the content and of its ordinal among equal ones (design §4.2): the same file read again
 * gives the same IDs, two real clicks in one instant stay two, and no other line changes an ID. Equal content carries
 * the same time, so equal lines are neighbours: only the latest contents are counted, in two generations.
 */
export function createEventIds(contentHash: (content: string) => string): EventIds {
  let recent = new Map<string, number>();
  let older = new Map<string, number>();

  function next(content: string): string {
    const hash = contentHash(content);
    const ordinal = (recent.get(hash) ?? older.get(hash) ?? 0) + 1;
    recent.set(hash, ordinal);
    if (recent.size >= rememberedMax) {
      older = recent;
      recent = new Map();
    }
    return ordinal === 1 ? hash : contentHash(`${hash}/${ordinal}`);
  }

  return { next };
}
