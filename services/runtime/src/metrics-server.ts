import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { collectDefaultMetrics } from "prom-client";
import type { MetricsAddress } from "./config.ts";
import { errorCode, FatalError } from "./errors.ts";
import type { Logger } from "./logger.ts";
import type { Part } from "./run-service.ts";
import type { Telemetry } from "./telemetry.ts";

export interface MetricsServer extends Part {
  /** `http://host:port`; known once started. */
  url(): string;
}

/**
 * Serves `/metrics` in Prometheus' text format, with those of the Node process, and `/health`: 200 `ok` where the process
 * makes progress, else 503 and the sentence that says what it waits for. First of the parts, so that a taken port is told
 * before anything is begun, and a long start and a long drain can be watched.
 */
export function createMetricsServer(address: MetricsAddress, telemetry: Telemetry, log: Logger): MetricsServer {
  const server = createServer((request, response) => {
    void answer(request.url ?? "", telemetry, response).catch((error: unknown) => {
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
      collectDefaultMetrics({ register: telemetry.registry });
      log.info({ url: `${url()}/metrics` }, "metrics are served");
    },
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(path: string, { registry, health }: Telemetry, response: ServerResponse): Promise<void> {
  switch (path.replace(/\?.*/, "")) {
    case "/metrics": {
      const text = await registry.metrics();
      response.setHeader("content-type", registry.contentType);
      response.end(text);
      return;
    }
    case "/health": {
      const complaint = health.complaint();
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
