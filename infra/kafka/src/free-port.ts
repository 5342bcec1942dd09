import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { StartError } from "./start-error.ts";
import { systemErrorCode } from "./system-error.ts";

// Below the ranges that systems give to outgoing connections (Linux from 32768, macOS from 49152). A broker's port must
// stay free while the broker is down, and a client that keeps dialling an ephemeral port of its own machine can
// end up connected to itself.
const lowest = 20_000;
const highest = 32_000;

/** Why a port cannot be listened on (EADDRINUSE, EACCES, …), or undefined if it can. */
export function portProblem(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", (error) => {
      resolve(systemErrorCode(error) ?? "UNKNOWN");
    });
    probe.listen({ host, port, exclusive: true }, () => {
      probe.close(() => {
        resolve(undefined);
      });
    });
  });
}

/** Throws with the sentence for the person if a port they asked for cannot be had. */
export async function requirePort(host: string, port: number): Promise<void> {
  const problem = await portProblem(host, port);
  if (problem === undefined) return;
  if (problem === "EADDRINUSE") {
    throw new StartError(
      "port_taken",
      `Port ${port} on ${host} is taken by another program: choose another with --kafka-port (0 takes a free one).`,
    );
  }
  throw new StartError(
    "port_refused",
    `Kafka cannot listen on ${host}:${port} (${problem}): choose another port with --kafka-port (0 takes a free one).`,
  );
}

/** A free port; the one that served before where it is still free. The ports in `taken` are spoken for. */
export async function freePort(host: string, preferred: number | undefined, taken: Set<number>): Promise<number> {
  if (preferred !== undefined && !taken.has(preferred)) {
    if ((await portProblem(host, preferred)) === undefined) return claim(preferred, taken);
  }
  for (let tries = 0; tries < 200; tries++) {
    const port = randomInt(lowest, highest);
    if (taken.has(port)) continue;
    const problem = await portProblem(host, port);
    if (problem === undefined) return claim(port, taken);
    if (problem !== "EADDRINUSE") await requirePort(host, port);
  }
  throw new StartError("port_refused", `No free port was found on ${host}: name one with --kafka-port.`);
}

function claim(port: number, taken: Set<number>): number {
  taken.add(port);
  return port;
}
