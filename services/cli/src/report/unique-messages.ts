/** What was seen of a message, as bits. */
export const seen = { rawOpen: 1, adjustedOpen: 2, rawClick: 4, adjustedClick: 8 } as const;

const seenBits = 4;

export interface UniqueMessages {
  /** Remembers that a message of a campaign (a small number of the caller's) was seen with these bits. */
  add(messageId: string, campaign: number, bits: number): void;
  /** Calls back for each message that is remembered. */
  forEach(visit: (campaign: number, bits: number) => void): void;
  /** Each remembered message stands for so many; 1 as long as all are remembered. */
  oneIn(): number;
}

/**
 * Counts distinct messages, exactly up to `messagesMax`. When they would be more, it forgets every message whose hash
 * is not a multiple of twice the step, and takes none of those in again: a message is in the sample or it is not,
 * whatever the order and number of its events, so that counts times the step estimate the whole.
 */
export function createUniqueMessages(messagesMax: number): UniqueMessages {
  const messages = new Map<string, number>();
  let step = 1;
  const inSample = (messageId: string): boolean => step === 1 || hashOf(messageId) % step === 0;
  return {
    add(messageId, campaign, bits) {
      const known = messages.get(messageId);
      if (known !== undefined) {
        messages.set(messageId, known | bits);
        return;
      }
      if (!inSample(messageId)) return;
      messages.set(messageId, (campaign << seenBits) | bits);
      while (messages.size > messagesMax) {
        step *= 2;
        for (const id of messages.keys()) if (!inSample(id)) messages.delete(id);
      }
    },
    forEach(visit) {
      for (const entry of messages.values()) visit(entry >>> seenBits, entry & ((1 << seenBits) - 1));
    },
    oneIn: () => step,
  };
}

/** FNV-1a with murmur3's final mix, so that the low bits are even. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
