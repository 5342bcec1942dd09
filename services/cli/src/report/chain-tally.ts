import type { Delivery, EngagementRow, MessageRow } from "@antedate/schemas";
import { Chain, chainAttemptsMax } from "./chain.ts";
import { chooseChains } from "./chain-choice.ts";
import type { ChainFigures } from "./report-figures.ts";

export interface ChainTally {
  addDelivery(delivery: Delivery): void;
  addMessage(row: MessageRow): void;
  addEngagement(row: EngagementRow): void;
  /** Forgets what will not be chosen. To be called between the pieces of a replay. */
  forget(): void;
  /** The most telling chains so far, the most first. */
  chains(): ChainFigures[];
}

export interface ChainTallyOptions {
  /** Messages without a row whose deliveries are remembered; beyond it the oldest is forgotten. */
  openMax?: number;
  /** Chains that are kept while more may come, from 36 on; at the most twice as many between two calls of `forget`. */
  keptMax?: number;
}

/** How many chains a report shows. */
export const chainsMax = 6;

/**
 * Finds the most telling chains in the order in which a replay makes rows: a message's deliveries, its row, its
 * engagement. Kept are the deliveries of messages that have no row yet, and some hundred chains that may be chosen.
 */
export function createChainTally({ openMax = 50_000, keptMax = 128 }: ChainTallyOptions = {}): ChainTally {
  const open = new Map<string, Delivery[]>();
  const kept = new Map<string, Chain>();
  const telling = (): Chain[] => [...kept.values()].filter(({ before }) => before > 0);
  return {
    addDelivery(delivery) {
      const known = open.get(delivery.message_id);
      if (known === undefined) {
        open.set(delivery.message_id, [delivery]);
        if (open.size > openMax) open.delete(open.keys().next().value as string);
      } else if (known.length < chainAttemptsMax) known.push(delivery);
    },
    addMessage(row) {
      const { message_id: id, accepted_at: acceptedAt, attempts } = row;
      const deliveries = open.get(id) ?? [];
      open.delete(id);
      if (acceptedAt === null || row.content_deferrals === 0) return;
      // A chain without its beginning is none.
      if (attempts > deliveries.length) return;
      const chain = new Chain({ ...row, accepted_at: acceptedAt });
      for (const delivery of deliveries) chain.addDelivery(delivery);
      kept.set(keyOf(row), chain);
    },
    addEngagement(row) {
      kept.get(keyOf(row))?.addEngagement(row);
    },
    forget() {
      if (kept.size <= 2 * keptMax) return;
      const chosen = new Set(chooseChains(telling(), keptMax));
      // Of the newest, engagement may follow in the next piece.
      const older = [...kept].slice(0, -1);
      for (const [key, chain] of older) if (!chosen.has(chain)) kept.delete(key);
    },
    chains: () => chooseChains(telling(), chainsMax).map((chain) => chain.figures()),
  };
}

/** An ID can come again after its window, as another message. */
function keyOf(row: { message_id: string; accepted_at: number | null }): string {
  return `${row.accepted_at} ${row.message_id}`;
}
