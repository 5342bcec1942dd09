import { createRequire } from "node:module";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { installRestingTimers } from "./kafkajs-timers.ts";

interface RequestQueue {
  push(request: object): void;
  fulfillRequest(response: object): void;
  maybeThrottle(ms: number): void;
}
const RequestQueue = createRequire(import.meta.url)("kafkajs/src/network/requestQueue/index.js") as new (
  options: object,
) => RequestQueue;

let sent: number[];
let queue: RequestQueue;
beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  installRestingTimers();
  sent = [];
  queue = new RequestQueue({
    maxInFlightRequests: 1,
    requestTimeout: 30_000,
    clientId: "test",
    broker: "127.0.0.1:9092",
    logger: { debug: () => {}, warn: () => {} },
    isConnected: () => true,
  });
});

function push(correlationId: number): void {
  const entry = { correlationId, apiName: "Fetch", resolve: () => {}, reject: () => {} };
  queue.push({ entry, expectResponse: true, sendRequest: () => sent.push(correlationId) });
}

function answer(correlationId: number): void {
  queue.fulfillRequest({ correlationId, size: 0, payload: null });
}

describe("a connection's queue of requests", () => {
  test("sets no timer where nothing waits", () => {
    push(1);
    answer(1);
    expect(sent).toEqual([1]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("sends what waits for the answer to another", () => {
    push(1);
    push(2);
    expect(sent).toEqual([1]);
    answer(1);
    expect(sent).toEqual([1, 2]);
    answer(2);
    vi.runAllTimers();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("sends what waits when the broker's throttling is over", () => {
    queue.maybeThrottle(5_000);
    push(1);
    vi.advanceTimersByTime(4_990);
    expect(sent).toEqual([]);
    vi.advanceTimersByTime(20);
    expect(sent).toEqual([1]);
  });

  test("sends the rest where throttling begins again while some wait", () => {
    queue.maybeThrottle(1_000);
    push(1);
    push(2);
    vi.advanceTimersByTime(500);
    queue.maybeThrottle(1_000);
    vi.advanceTimersByTime(1_010);
    expect(sent).toEqual([1]);
    queue.maybeThrottle(1_000);
    answer(1);
    expect(sent).toEqual([1]);
    vi.advanceTimersByTime(1_010);
    expect(sent).toEqual([1, 2]);
  });
});
