import type { FatalError } from "./errors.ts";
import type { Flow } from "./flow.ts";
import type { Logger } from "./logger.ts";
import type { FlowCalls, FlowSight, Sight } from "./stall-judge.ts";
import { Watchdog } from "./watchdog.ts";

/** What the watchdog of a group's member needs from its service. */
export interface WatchOptions {
  /** How long nothing may move although there is work, before the process ends. */
  stillMsMax: number;
  /** Where the first partitions of a topic end. */
  ends(topic: string, partitionCount: number): Promise<Map<number, number>>;
  /** Tries that failed and are repeated, outside the member. */
  retries?(): number;
  callsOf?(flowKey: string): FlowCalls | undefined;
}

interface WatchedFlow {
  flow: Pick<Flow, "position">;
  topicPartitions: { topic: string; partition: number }[];
}

export interface MemberWatchdogOptions {
  topics: string[];
  watchdog: WatchOptions;
  flows: ReadonlyMap<string, WatchedFlow>;
  life(): Pick<Sight, "heartbeats" | "signs" | "isPreparing">;
  onWedged(error: FatalError): void;
  log: Logger;
}

const noCalls: FlowCalls = { settled: 0, outstanding: 0, patient: 0 };

/** Watches over a member of a consumer group and its flows. */
export function createMemberWatchdog({ flows, watchdog, topics, life, ...rest }: MemberWatchdogOptions): Watchdog {
  const sightOf = (name: string, { flow, topicPartitions }: WatchedFlow): FlowSight => ({
    name,
    positions: new Map(
      topicPartitions.map(({ topic, partition }) => [`${topic}/${partition}`, flow.position(topic)] as const),
    ),
    calls: { ...(watchdog.callsOf?.(name) ?? noCalls) },
  });
  const endsOf = async (topic: string): Promise<[string, number][]> => {
    const places = [...flows.values()].flatMap(({ topicPartitions }) => topicPartitions);
    const own = places.flatMap((place) => (place.topic === topic ? [place.partition] : []));
    // A member without partitions asks all the same, to know whether Kafka is there.
    const ends = await watchdog.ends(topic, 1 + Math.max(0, ...own));
    return [...ends].map(([partition, end]) => [`${topic}/${partition}`, end]);
  };
  return new Watchdog({
    ...rest,
    stillMsMax: watchdog.stillMsMax,
    ends: async () => new Map((await Promise.all(topics.map(endsOf))).flat()),
    look: () => ({
      ...life(),
      retries: watchdog.retries?.() ?? 0,
      flows: [...flows].map(([key, flow]) => sightOf(key, flow)),
    }),
  });
}
