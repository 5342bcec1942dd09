import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { collectDefaultMetrics, Registry } from "prom-client";
import type { MetricsAddress } from "./config.ts";
import { errorCode, FatalError } from "./errors.ts";
import type { Logger } from "./logger.ts";
import type { Part } from "./run-service.ts";
import type { Telemetry } from "./telemetry.ts";

export interface MetricsServer extends Part {
  /** `http://host:port`; known once started. */
  url(): string;
}

/** What is served: of this process, or of its workers together. */
export interface MetricsSource {
  /** In Prometheus' text format. */
  metrics(): Promise<string>;
  /** As `Health.complaint`. */
  complaint(): Promise<string | null>;
}

/** What this process tells of itself, Node's own metrics included. */
export function ownMetrics({ registry, health }: Telemetry): MetricsSource {
  collectDefaultMetrics({ register: registry });
  return { metrics: () => registry.metrics(), complaint: () => Promise.resolve(health.complaint()) };
}

/**
 * Serves `/metrics` in Prometheus' text format, and `/health`: 200 `ok` where the service
 * makes progress, else 503 and the sentence that says what it waits for. First of the parts, so that a taken port is told
 * before anything is begun, and a long start and a long drain can be watched.
 */
export function createMetricsServer(address: MetricsAddress, source: MetricsSource, log: Logger): MetricsServer {
  const server = createServer((request, response) => {
    void answer(request.url ?? "", source, response).catch((error: unknown) => {
      log.error({ err: error, url: request.url }, "not answered");
      reply(response, 500, "The metrics could not be read.");
    });
  });
  const url = (): string => {
    const { address: host, port, family } = server.address() as AddressInfo;
    return `http://${family === "IPv6" ? `[${host}]` : host}:${port}`;
  };
  return {
    name: "metrics",
    url,
    async start() {
      await listen(server, address);
      log.info({ url: `${url()}/metrics` }, "metrics are served");
    },
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(path: string, source: MetricsSource, response: ServerResponse): Promise<void> {
  switch (path.replace(/\?.*/, "")) {
    case "/metrics": {
      const text = await source.metrics();
      response.setHeader("content-type", Registry.PROMETHEUS_CONTENT_TYPE);
      response.end(text);
      return;
    }
    case "/health": {
      const complaint = await source.complaint();
      reply(response, complaint === null ? 200 : 503, complaint ?? "ok");
      return;
    }
    default:
      reply(response, 404, "There are /metrics and /health.");
  }
}

function reply(response: ServerResponse, status: number, sentence: string): void {
  response.statusCode = status;
  response.setHeader("content-type", "text/plain; charset=utf-8");
  response.end(`${sentence}\n`);
}

async function listen(server: Server, { host, port }: MetricsAddress): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => {
      const sentence = sentences[errorCode(error)]?.(host, port);
      reject(sentence === undefined ? error : new FatalError(sentence, { cause: error }));
    });
    server.listen({ host, port }, resolve);
  });
}

const sentences: Record<string, (host: string, port: number) => string> = {
  EADDRINUSE: (host, port) =>
    `Port ${port} of ${host} is taken: set METRICS_PORT to another one, or to 0 for any that is free.`,
  EACCES: (_, port) => `Port ${port} may not be opened by this user: set METRICS_PORT to one above 1023.`,
  EADDRNOTAVAIL: (host) => `${host} is no address of this machine: set METRICS_HOST to one, for example 0.0.0.0.`,
  ENOTFOUND: (host) => `${host} is no address of this machine: set METRICS_HOST to one, for example 0.0.0.0.`,
};
