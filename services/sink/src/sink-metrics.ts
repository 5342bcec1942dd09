import { Counter, Gauge, Histogram, type CollectFunction } from "prom-client";
import type { Telemetry } from "@antedate/runtime";
import type { InsertAnswer } from "./clickhouse-store.ts";

/** Why a block had to be sent again; `absent`: answered, and not there when it was counted. */
export type ResendReason = Exclude<InsertAnswer, "done"> | "absent";

/** What a flow of one partition tells of its way into ClickHouse. */
export interface FlowMetrics {
  /** A try of an insert ended. */
  tried(table: string, seconds: number): void;
  resent(table: string, reason: ResendReason): void;
  /** A block is there for good. */
  stored(table: string, rows: number): void;
  /** A row of the table is in `rejects` instead, because ClickHouse refused it. */
  refused(table: string): void;
  /** ClickHouse is asked for something of a table. */
  asked(table: string): void;
  /** It did what it was asked for, or did not. */
  answered(table: string, isDone: boolean): void;
  /** From now on the flow is asked how many records it has not taken; null while that is not known. */
  opened(lag: () => number | null): void;
  /** The partition moved away, or the process ends. */
  closed(): void;
}

export interface SinkMetrics {
  /** How often ClickHouse did not do what it was asked for. */
  readonly failures: number;
  flow(topic: string, partition: number): FlowMetrics;
}

/** An insert or a question takes less than this where ClickHouse is well. */
const answerMsMax = 10_000;

/** The metrics of the sink. Counters are of this process; `wallClock` is epoch milliseconds. */
export function createSinkMetrics({ registry, health }: Telemetry, wallClock: () => number = Date.now): SinkMetrics {
  const flows = new Set<OpenFlow>();
  const tables = new Set<string>();
  const counters = createCounters(registry);
  createLagGauge(registry, flows);
  createWaitingGauge(registry, flows, tables);
  let failures = 0;
  return {
    get failures() {
      return failures;
    },
    flow(topic, partition) {
      const place = health.place(`sink ${topic}/${partition}`);
      const own: OpenFlow = {
        topic,
        partition: String(partition),
        lag: () => null,
        asking: new Set(),
        failing: new Set(),
      };
      return {
        tried: (table, seconds) => counters.duration.observe({ table }, seconds),
        resent: (table, reason) => counters.resent.inc({ table, reason }),
        stored(table, rows) {
          counters.rows.inc({ table }, rows);
          counters.blocks.inc({ table });
          counters.lastInsert.set({ table }, wallClock() / 1_000);
        },
        refused: (table) => counters.refused.inc({ table }),
        asked(table) {
          tables.add(table);
          own.asking.add(table);
          place.waitFor("ClickHouse has not answered", answerMsMax);
        },
        answered(table, isDone) {
          if (!isDone) {
            failures++;
            own.failing.add(table);
            return;
          }
          own.failing.delete(table);
          own.asking.delete(table);
          if (own.asking.size === 0) place.goOn();
        },
        opened(lag) {
          own.lag = lag;
          flows.add(own);
        },
        closed() {
          flows.delete(own);
          place.goOn();
        },
      };
    },
  };
}

interface OpenFlow {
  topic: string;
  partition: string;
  lag(): number | null;
  /** Tables of which ClickHouse has not yet done what it was asked for. */
  asking: Set<string>;
  /** Those of them where a try has failed. */
  failing: Set<string>;
}

function createCounters(registry: Telemetry["registry"]) {
  const registers = [registry];
  const labelNames = ["table"] as const;
  return {
    rows: new Counter({
      name: "antedate_sink_rows_inserted_total",
      help: "Rows of blocks that are in ClickHouse; after a restart the last block may be counted again",
      labelNames,
      registers,
    }),
    blocks: new Counter({
      name: "antedate_sink_blocks_inserted_total",
      help: "Blocks that are in ClickHouse, each one insert that succeeded",
      labelNames,
      registers,
    }),
    resent: new Counter({
      name: "antedate_sink_inserts_resent_total",
      help: "Inserts sent again because they were unanswered (in doubt), refused, or answered and absent when counted",
      labelNames: ["table", "reason"],
      registers,
    }),
    refused: new Counter({
      name: "antedate_sink_rows_refused_total",
      help: "Rows that ClickHouse refused because of what is in them, and that stand in rejects instead",
      labelNames,
      registers,
    }),
    duration: new Histogram({
      name: "antedate_sink_insert_duration_seconds",
      help: "One try of an insert, whatever the answer",
      labelNames,
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120],
      registers,
    }),
    lastInsert: new Gauge({
      name: "antedate_sink_last_insert_timestamp_seconds",
      help: "When a block was last inserted; time() minus this is how long ago",
      // Of several workers the last.
      aggregator: "max",
      labelNames,
      registers,
    }),
  };
}

function createLagGauge(registry: Telemetry["registry"], flows: ReadonlySet<OpenFlow>): void {
  const collect: CollectFunction<Gauge<"topic" | "partition">> = function () {
    this.reset();
    for (const { topic, partition, lag } of flows) {
      const records = lag();
      if (records !== null) this.set({ topic, partition }, records);
    }
  };
  new Gauge({
    name: "antedate_sink_lag_records",
    help: "Records not taken, by offsets: the high watermark of the last fetch minus the next offset to take",
    labelNames: ["topic", "partition"],
    registers: [registry],
    collect,
  });
}

function createWaitingGauge(
  registry: Telemetry["registry"],
  flows: ReadonlySet<OpenFlow>,
  tables: ReadonlySet<string>,
): void {
  new Gauge({
    name: "antedate_sink_partitions_waiting",
    help: "Partitions whose last try to reach a table of ClickHouse failed and that wait to try again",
    labelNames: ["table"],
    registers: [registry],
    collect() {
      for (const table of tables) {
        this.set({ table }, [...flows].filter(({ failing }) => failing.has(table)).length);
      }
    },
  });
}
