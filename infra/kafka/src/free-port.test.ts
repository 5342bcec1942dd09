import { createServer, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort, portProblem, requirePort } from "./free-port.ts";

describe("ports", () => {
  const server: Server = createServer();
  let taken = 0;

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    taken = typeof address === "object" && address !== null ? address.port : 0;
  });

  afterAll(() => {
    server.close();
  });

  test("a taken port is refused with its number and the flag", async () => {
    await expect(requirePort("127.0.0.1", taken)).rejects.toMatchObject({
      code: "port_taken",
      message: `Port ${taken} on 127.0.0.1 is taken by another program: choose another with --kafka-port (0 takes a free one).`,
    });
  });

  test("an address of another machine is refused as such", async () => {
    await expect(requirePort("192.0.2.1", 9092)).rejects.toMatchObject({ code: "port_refused" });
  });

  test("the preferred port is taken where it is free, else one outside the range of outgoing connections", async () => {
    const free = await freePort("127.0.0.1", undefined, new Set());
    expect(free).toBeLessThan(32_768);
    expect(await portProblem("127.0.0.1", free)).toBeUndefined();
    expect(await freePort("127.0.0.1", free, new Set())).toBe(free);
    expect(await freePort("127.0.0.1", free, new Set([free]))).not.toBe(free);
    expect(await freePort("127.0.0.1", taken, new Set())).not.toBe(taken);
  });
});
