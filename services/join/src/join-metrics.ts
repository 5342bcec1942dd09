import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { inputs, zeroCounters, type Input } from "@antedate/schemas";
import type { Piece } from "./domain/index.ts";

/** What a COMMIT says of everything that came before it. */
export type Books = Piece["books"];

/** How a task stands when it is asked. */
export interface TaskStanding {
  partition: number;
  /** Null before the log's first COMMIT. */
  committed: Books | null;
  /** Messages in memory. */
  messages: number;
  /** Messages in sealed generations. */
  sealed: number;
  /** Since the last snapshot of this task by this process was whole, ms; null where there was none. */
  snapshotAgeMs: number | null;
  isWaiting: boolean;
  /** Epoch milliseconds. */
  taskTime: number;
  /** Records known to exist and not taken. */
  lag: Record<Input, number>;
}

/** What a task tells as it goes: once a commit, never by record. */
export interface TaskMetrics {
  tookOver(): void;
  /** A step was committed as so many records of the log. */
  committed(records: number, seconds: number): void;
}

export interface JoinMetrics {
  task(partition: number): TaskMetrics;
}

type Add = (labels: Record<string, string>, value: number) => void;

/**
 * The metrics of the join. Totals are those that stand in each task's last COMMIT, read when they are asked for: they
 * count from the log's beginning, survive crashes and move with the partition. `wallClock` is epoch milliseconds.
 */
export function createJoinMetrics(
  registry: Registry,
  standings: () => TaskStanding[],
  wallClock: () => number = Date.now,
): JoinMetrics {
  const registers = [registry];
  for (const { name, help, labels = [], read } of totals) {
    new Counter({
      name,
      help,
      labelNames: ["partition", ...labels],
      registers,
      collect() {
        this.reset();
        for (const { partition, committed } of standings()) {
          const books = committed ?? { counters: zeroCounters(), parked_count: 0 };
          read(books, (own, value) => this.inc({ partition: String(partition), ...own }, value));
        }
      },
    });
  }
  for (const { name, help, labels = [], read } of [...states, timeLag(wallClock)]) {
    new Gauge({
      name,
      help,
      labelNames: ["partition", ...labels],
      registers,
      collect() {
        this.reset();
        for (const standing of standings()) {
          const partition = String(standing.partition);
          read(standing, (own, value) => this.set({ partition, ...own }, value));
        }
      },
    });
  }
  return pushed(registers);
}

function pushed(registers: Registry[]): JoinMetrics {
  const labelNames = ["partition"] as const;
  const commits = new Counter({
    name: "antedate_join_commits_total",
    help: "COMMIT records that this process appended to the join log",
    labelNames,
    registers,
  });
  const takeOvers = new Counter({
    name: "antedate_join_take_overs_total",
    help: "Times that this process became the writer of the partition's log: at an assignment, and after a commit in doubt",
    labelNames,
    registers,
  });
  const duration = new Histogram({
    name: "antedate_join_commit_duration_seconds",
    help: "From the decision to commit to the broker's acknowledgement, rejects included",
    labelNames,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  return {
    task: (task) => {
      const partition = String(task);
      commits.inc({ partition }, 0);
      return {
        tookOver: () => takeOvers.inc({ partition }),
        committed(records, seconds) {
          commits.inc({ partition }, records);
          duration.observe({ partition }, seconds);
        },
      };
    },
  };
}

interface Read<From> {
  name: string;
  help: string;
  /** Beside `partition`. */
  labels?: readonly string[];
  read(from: From, add: Add): void;
}

const totals: readonly Read<Books>[] = [
  {
    name: "antedate_join_records_read_total",
    help: "Records that the log's COMMITs have passed",
    labels: ["input"],
    read: ({ counters }, add) => inputs.forEach((input) => add({ input }, counters[`${input}_read`])),
  },
  {
    name: "antedate_join_records_rejected_total",
    help: "Records that are undecodable or invalid",
    labels: ["input"],
    read: ({ counters }, add) => inputs.forEach((input) => add({ input }, counters[`${input}_rejected`])),
  },
  {
    name: "antedate_join_records_duplicate_total",
    help: "Records of an event that was read before within the window",
    labels: ["input"],
    read: ({ counters }, add) => inputs.forEach((input) => add({ input }, counters[`${input}_duplicate`])),
  },
  {
    name: "antedate_join_records_late_total",
    help: "Sends and deliveries that came after their message's row was written",
    labels: ["input"],
    read: ({ counters }, add) => {
      add({ input: "sends" }, counters.sends_late);
      add({ input: "deliveries" }, counters.deliveries_late);
    },
  },
  {
    name: "antedate_join_outcomes_contradicted_total",
    help: "Terminal deliveries that disagree with their message's outcome",
    read: ({ counters }, add) => add({}, counters.contradicted),
  },
  {
    name: "antedate_join_engagements_decided_total",
    help: "Engagement rows in the log",
    read: ({ counters }, add) => add({}, counters.engagements_decided),
  },
  {
    name: "antedate_join_messages_decided_total",
    help: "Message rows in the log",
    read: ({ counters }, add) => add({}, counters.messages_decided),
  },
];

const states: readonly Read<TaskStanding>[] = [
  {
    name: "antedate_join_engagements_parked",
    help: "Engagement read and not decidable yet, at the last COMMIT",
    read: ({ committed }, add) => add({}, committed?.parked_count ?? 0),
  },
  {
    name: "antedate_join_imbalance",
    help: "The audit, at the last COMMIT: engagement read - decided - duplicate - rejected - parked; anything but 0 is a bug",
    read: ({ committed }, add) => add({}, committed === null ? 0 : imbalance(committed)),
  },
  {
    name: "antedate_join_messages_held",
    help: "Messages in memory: their window has not passed",
    read: ({ messages }, add) => add({}, messages),
  },
  {
    name: "antedate_join_messages_sealed",
    help: "Messages in sealed generations on disk, those that came back or moved on included",
    read: ({ sealed }, add) => add({}, sealed),
  },
  {
    name: "antedate_join_snapshot_age_seconds",
    help: "Since the last snapshot of the task by this process; not told before the first",
    read: ({ snapshotAgeMs }, add) => snapshotAgeMs !== null && add({}, snapshotAgeMs / 1_000),
  },
  {
    name: "antedate_join_input_lag_records",
    help: "Records not taken, by offsets, as far as the input's end is known: from the last fetch or asking",
    labels: ["input"],
    read: ({ lag }, add) => inputs.forEach((input) => add({ input }, lag[input])),
  },
];

function timeLag(wallClock: () => number): Read<TaskStanding> {
  return {
    name: "antedate_join_time_lag_seconds",
    help: "This host's clock minus task time; 0 where nothing waits and all inputs are read to their known ends",
    read({ isWaiting, lag, taskTime }, add) {
      const isIdle = !isWaiting && inputs.every((input) => lag[input] === 0);
      // There is no task time before every input has told one.
      if (isIdle || taskTime > 0) add({}, isIdle ? 0 : Math.max(0, wallClock() - taskTime) / 1_000);
    },
  };
}

function imbalance({ counters, parked_count }: Books): number {
  const { engagements_read, engagements_decided, engagements_duplicate, engagements_rejected } = counters;
  return engagements_read - engagements_decided - engagements_duplicate - engagements_rejected - parked_count;
}
