import type { JoinSettings } from "@antedate/join";
import type { InputEvent } from "@antedate/schemas";
import type { OracleRecord } from "./oracle.ts";

/** Events in the order they were written, with the offsets and append times that a broker would give them. */
export function appended(
  events: Iterable<InputEvent>,
  from: number,
  random: () => number,
  gapMsMax: number,
): OracleRecord[] {
  const offsets = { sends: 0, deliveries: 0, engagements: 0 };
  let time = from;
  return Array.from(events, (inputEvent) => {
    time += Math.floor(random() * gapMsMax);
    return { ...inputEvent, offset: offsets[inputEvent.input]++, appendTime: time };
  });
}

/**
 * As `appended`, but often time goes on to a bound that the event could miss, or to one millisecond behind it: the end of
 * its message's window, of the settle of its outcome, of the hold for its send.
 */
export function appendedAtBounds(
  events: InputEvent[],
  options: { from: number; random: () => number; gapMsMax: number; settings: JoinSettings },
): OracleRecord[] {
  const { from, random, gapMsMax, settings } = options;
  const known = new Map<string, Bounds>();
  const offsets = { sends: 0, deliveries: 0, engagements: 0 };
  let time = from;
  return events.map((inputEvent) => {
    const { event } = inputEvent;
    const bounds = known.get(event.message_id);
    const isNear = (at: number): boolean => at >= time && at < time + 100 * gapMsMax;
    const { own, share } = boundsFor(inputEvent, bounds);
    const reachable = own.filter(isNear);
    const bound = random() < share ? reachable[Math.floor(random() * reachable.length)] : undefined;
    time = bound ?? time + (random() < 0.3 ? 0 : Math.floor(random() * gapMsMax));
    if (bounds === undefined || time > bounds.windowEnd)
      known.set(event.message_id, { windowEnd: time + settings.windowMs, settled: null, held: null });
    const now = known.get(event.message_id) as Bounds;
    if ("outcome" in event && event.outcome !== "deferred" && now.settled === null) {
      const { settleMs, sendHoldMs } = { ...settings, ...settings.sources[event.source] };
      now.settled = time + settleMs;
      now.held = time + sendHoldMs;
    }
    return { ...inputEvent, offset: offsets[inputEvent.input]++, appendTime: time };
  });
}

interface Bounds {
  windowEnd: number;
  /** Null before the outcome. */
  settled: number | null;
  held: number | null;
}

/** Append times between which it matters when the event is appended, and how often one of them shall be met. */
function boundsFor({ input, event }: InputEvent, known: Bounds | undefined): { own: number[]; share: number } {
  if (known === undefined) return { own: [], share: 0 };
  const { windowEnd, settled, held } = known;
  const isDeferral = input === "deliveries" && event.outcome === "deferred";
  const waited = isDeferral ? settled : input === "sends" ? held : null;
  // Every meeting moves the time of all messages on: too many, and all windows end at once.
  if (waited === null) return { own: [windowEnd, windowEnd + 1], share: 0.06 };
  return { own: [waited, waited, waited, waited + 1, windowEnd], share: 0.8 };
}

/**
 * An order in which a task may read the records: each input in its own order, none more than `lagMs` behind another by
 * append time.
 */
export function interleaved(records: OracleRecord[], random: () => number, lagMs: number): OracleRecord[] {
  const queues = new Map<string, OracleRecord[]>();
  for (const record of records) queues.set(record.input, [...(queues.get(record.input) ?? []), record]);
  const waiting = [...queues.values()];
  const order: OracleRecord[] = [];
  while (waiting.some((queue) => queue.length > 0)) {
    const heads = waiting.filter((queue) => queue.length > 0);
    const oldest = Math.min(...heads.map((queue) => (queue[0] as OracleRecord).appendTime));
    const allowed = heads.filter((queue) => (queue[0] as OracleRecord).appendTime <= oldest + lagMs);
    const chosen = allowed[Math.floor(random() * allowed.length)] as OracleRecord[];
    order.push(chosen.shift() as OracleRecord);
  }
  return order;
}
