import type { SettingsLookup } from "./settings.ts";
import { routeOf } from "./state/attempts.ts";
import type { MessageTable } from "./state/message-table.ts";
import { flag } from "./state/slab.ts";
import { waitsOf } from "./state/words.ts";

/**
 * When a message with an outcome has waited enough, in append time: for `settle`, and for its send or `send_hold`. −Infinity
 * where it waits for nothing, Infinity where it has no outcome.
 */
export function closeAt(table: MessageTable, message: number, settings: SettingsLookup): number {
  const outcome = table.outcome(message);
  if (outcome === 0) return Infinity;
  const slab = table.slabOf(message);
  const { settleMs, sendHoldMs } = waitsOf(slab, routeOf(slab.attempts, outcome), settings);
  const outcomeAt = table.outcomeAppendedAt(message);
  const hasSend = table.isSet(message, flag.send) && table.sendAppendedAt(message) <= outcomeAt + sendHoldMs;
  const waitMs = hasSend ? settleMs : Math.max(settleMs, sendHoldMs);
  return waitMs === 0 ? -Infinity : outcomeAt + waitMs;
}
