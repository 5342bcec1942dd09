import { Gauge } from "prom-client";
import { afterEach, expect, test } from "vitest";
import { createLogger } from "./logger.ts";
import { createMetricsServer, ownMetrics, type MetricsServer } from "./metrics-server.ts";
import { createTelemetry, type Telemetry } from "./telemetry.ts";

const log = createLogger({ service: "test", level: "silent" });
const started: MetricsServer[] = [];

afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
});

async function start(telemetry: Telemetry, port = 0): Promise<MetricsServer> {
  const server = createMetricsServer({ host: "127.0.0.1", port }, ownMetrics(telemetry), log);
  await server.start();
  started.push(server);
  return server;
}

async function get(server: MetricsServer, path: string): Promise<{ status: number; text: string }> {
  const response = await fetch(server.url() + path);
  return { status: response.status, text: await response.text() };
}

test("health is ok, says what is waited for, and is ok again", async () => {
  let nowMs = 0;
  const telemetry = createTelemetry(() => nowMs);
  const server = await start(telemetry);
  expect(await get(server, "/health")).toEqual({ status: 200, text: "ok\n" });
  const place = telemetry.health.place("sink");
  place.waitFor("ClickHouse has not answered", 10_000);
  nowMs = 40_000;
  expect(await get(server, "/health")).toEqual({ status: 503, text: "sink: ClickHouse has not answered for 40 s\n" });
  place.goOn();
  expect(await get(server, "/health")).toEqual({ status: 200, text: "ok\n" });
});

test("metrics are those of the process and of its services, each process with its own", async () => {
  const [one, other] = [createTelemetry(), createTelemetry()];
  new Gauge({ name: "antedate_own", help: "One's own.", registers: [one.registry] }).set(7);
  const servers = [await start(one), await start(other)] as const;
  const { status, text } = await get(servers[0], "/metrics");
  expect(status).toBe(200);
  expect(text).toContain("antedate_own 7");
  expect(text).toContain("nodejs_eventloop_lag_seconds");
  expect(text).toContain("process_cpu_seconds_total");
  expect((await get(servers[1], "/metrics")).text).not.toContain("antedate_own");
});

test("anything else is not there", async () => {
  const server = await start(createTelemetry());
  expect(await get(server, "/")).toMatchObject({ status: 404 });
});

test("a taken port ends the process with the sentence that mends it", async () => {
  const taken = new URL((await start(createTelemetry())).url()).port;
  const second = createMetricsServer({ host: "127.0.0.1", port: Number(taken) }, ownMetrics(createTelemetry()), log);
  await expect(second.start()).rejects.toMatchObject({
    name: "FatalError",
    message: `Port ${taken} of 127.0.0.1 is taken: set METRICS_PORT to another one, or to 0 for any that is free.`,
  });
});

test("an address of another machine is told too", async () => {
  const server = createMetricsServer({ host: "192.0.2.1", port: 0 }, ownMetrics(createTelemetry()), log);
  await expect(server.start()).rejects.toThrow("set METRICS_HOST");
});
