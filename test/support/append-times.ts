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
