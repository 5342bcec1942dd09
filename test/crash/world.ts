import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startClickHouseServer, type StartedServer } from "@antedate/clickhouse-server";
import { startKafka, type RunningKafka } from "@antedate/kafka-server";
import { ensureTopics } from "@antedate/kafka-server/topics";
import { createKafka, createLogger } from "@antedate/runtime";
import { runAntedate } from "../support/antedate-process.ts";
import { Service } from "./service.ts";

export const partitions = 4;
/** Short, so that every message is decided within a round; what is decided is the same oracle's. */
export const settingsEnv = { WINDOW_MS: "20000", SEND_HOLD_MS: "2000" };
/** The least that brokers allow. */
export const sessionTimeoutMs = 6_000;

const log = createLogger({ service: "crash", level: "silent" });

/** Servers and services of a crash test, each a process of its own. */
export interface World {
  folder: string;
  env: Record<string, string>;
  kafka: RunningKafka;
  clickHouseUrl: string;
  joins: Service[];
  sinks: Service[];
  /** Services that ended though nothing was done to them. */
  ended: string[];
  startJoin(): Service;
  killClickHouse(awayMs: number): Promise<void>;
  killBroker(victim: number): Promise<void>;
  stop(): Promise<void>;
}

export async function createWorld(brokers: 1 | 3): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), "antedate-crash-"));
  const kafka = await startKafka({ dataDir: join(folder, "kafka"), port: 0, brokers });
  const clickHouse = createClickHouseOwner(join(folder, "clickhouse"));
  const { port } = await clickHouse.start(0);
  const admin = createKafka({ brokers: kafka.bootstrapServers.split(","), clientId: "crash", log }).admin();
  await admin.connect();
  await ensureTopics(admin, { prefix: "email.", partitions });
  await admin.disconnect();
  const clickHouseUrl = `http://127.0.0.1:${port}/antedate`;
  const env = {
    KAFKA_BROKERS: kafka.bootstrapServers,
    CLICKHOUSE_URL: clickHouseUrl,
    STATE_DIR: folder,
    LOG_LEVEL: "info",
    SESSION_TIMEOUT_MS: String(sessionTimeoutMs),
    SNAPSHOT_INTERVAL_MS: "1000",
    ...settingsEnv,
  };
  const migrated = await runAntedate(["migrate"], env);
  if (migrated.code !== 0) throw new Error(migrated.stderr);
  const ended: string[] = [];
  const start = (command: string, own: { stateDir: string; flags?: string[]; limits?: string }): Service =>
    new Service({
      args: [command, ...(own.flags ?? [])],
      env: { ...env, STATE_DIR: own.stateDir },
      onEnd: (sentence) => ended.push(sentence),
      ...(own.limits === undefined ? {} : { limits: own.limits }),
    });
  const joins = [
    start("join", { stateDir: join(folder, "join-1") }),
    // A full disk: no file may grow beyond half a kilobyte. What it wants to keep it cannot, and goes on without.
    start("join", { stateDir: join(folder, "join-2"), limits: "ulimit -f 1" }),
  ];
  const sinks = [
    start("sink", { stateDir: join(folder, "sink-1") }),
    // Killed, its workers are left alone and go; frozen, they do not notice.
    start("sink", { stateDir: join(folder, "sink-2"), flags: ["--workers", "2"] }),
  ];
  let comers = 0;
  return {
    folder,
    env,
    kafka,
    clickHouseUrl,
    joins,
    sinks,
    ended,
    startJoin: () => start("join", { stateDir: join(folder, `comer-${comers++}`) }),
    killClickHouse: clickHouse.kill,
    async killBroker(victim) {
      const index = victim % brokers;
      await kafka.killBroker(index, "SIGKILL");
      await kafka.startBroker(index);
    },
    async stop() {
      await Promise.all([...joins, ...sinks].map((service) => service.stop()));
      await clickHouse.stop();
      await kafka.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function createClickHouseOwner(dataDir: string) {
  let server: StartedServer | null = null;
  const start = async (port: number): Promise<StartedServer> => {
    server = await startClickHouseServer({ dataDir, port });
    return server;
  };
  return {
    start,
    async kill(awayMs: number): Promise<void> {
      const { pid, port, exited } = server as StartedServer;
      process.kill(pid, "SIGKILL");
      await exited;
      await new Promise((resolve) => setTimeout(resolve, awayMs));
      await start(port);
    },
    stop: async () => await server?.stop(),
  };
}
