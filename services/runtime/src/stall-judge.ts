/** How a member of a group and its flows stand at one moment. Counts only grow; what they count matters as a change. */
export interface Sight {
  /** Monotonic, ms. */
  atMs: number;
  /** Where each `topic/partition` ends; null where Kafka did not say, so that nothing can be told. */
  ends: ReadonlyMap<string, number> | null;
  /** Heartbeats that Kafka took, and assignments. */
  heartbeats: number;
  /** All else that the consumer did or failed to do: requests, crashes, restarts. */
  signs: number;
  /** Tries that failed and are repeated, in the whole service. */
  retries: number;
  /** The member waits for something that is asked for again and again, so that nothing is fetched meanwhile. */
  isPreparing: boolean;
  flows: FlowSight[];
}

export interface FlowSight {
  name: string;
  /** The next offset to fetch, by `topic/partition`; null where the flow has not begun. */
  positions: ReadonlyMap<string, number | null>;
  calls: FlowCalls;
}

/** Calls of a flow to Kafka. Each is given up and ends as a failure within a minute or so, unless it is lost. */
export interface FlowCalls {
  settled: number;
  outstanding: number;
  /** Outstanding ones that are repeated within, for ever. */
  patient: number;
}

interface Clock {
  print: string;
  stillMs: number;
}

/**
 * Tells a wedged process from one that waits. What is away shows: the question where topics end is not answered, tries
 * fail and are repeated, heartbeats are not taken. Wedged is what has work and does nothing at all, not even fail,
 * while everything it needs is there: a promise of kafkajs that never settles, a consumer that ended without a word.
 * Starting the process anew mends that. Pure; a sight counts for no more than `sightMsMax`, so that a process that was
 * frozen is not judged by the time it slept.
 */
export class StallJudge {
  readonly #stillMsMax: number;
  readonly #sightMsMax: number;
  #last: Sight | null = null;
  #member: Clock = { print: "", stillMs: 0 };
  #flows = new Map<string, Clock>();

  constructor({ stillMsMax, sightMsMax }: { stillMsMax: number; sightMsMax: number }) {
    this.#stillMsMax = stillMsMax;
    this.#sightMsMax = sightMsMax;
  }

  /** Null, or the sentence with which the process ends. */
  judge(sight: Sight): string | null {
    const last = this.#last;
    this.#last = sight;
    const passedMs = last === null ? 0 : Math.min(sight.atMs - last.atMs, this.#sightMsMax);
    const isKnown = sight.ends !== null && !sight.isPreparing && sight.retries === last?.retries;
    const isMember = sight.heartbeats !== last?.heartbeats;
    const still = (clock: Clock | undefined, print: string, counts: boolean): Clock =>
      clock?.print === print && counts ? { print, stillMs: clock.stillMs + passedMs } : { print, stillMs: 0 };

    this.#member = still(this.#member, `${sight.heartbeats}/${sight.signs}`, isKnown);
    const before = this.#flows;
    this.#flows = new Map(
      sight.flows.map((flow) => {
        const print = `${[...flow.positions.values()].join()}/${flow.calls.settled}`;
        const counts = isKnown && isMember && flow.calls.patient === 0 && hasWork(flow, sight.ends);
        return [flow.name, still(before.get(flow.name), print, counts)];
      }),
    );
    if (this.#isOver(this.#member)) return this.#sentence("the consumer group");
    const [stuck] = [...this.#flows].find(([, clock]) => this.#isOver(clock)) ?? [];
    return stuck === undefined ? null : this.#sentence(`partition ${stuck}`);
  }

  #isOver({ stillMs }: Clock): boolean {
    return stillMs >= this.#stillMsMax;
  }

  #sentence(what: string): string {
    const seconds = Math.round(this.#stillMsMax / 1_000);
    return `Nothing has moved in ${what} for ${seconds} s although Kafka answers and there is work, so this process ends to be started anew.`;
  }
}

function hasWork({ positions, calls }: FlowSight, ends: Sight["ends"]): boolean {
  if (calls.outstanding > 0) return true;
  return [...positions].some(([place, position]) => position === null || position < (ends?.get(place) ?? 0));
}
