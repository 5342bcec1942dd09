import { createRequire } from "node:module";

interface RequestQueue {
  pending: unknown[];
  scheduleCheckPendingRequests(): void;
}
const { prototype } = createRequire(import.meta.url)("kafkajs/src/network/requestQueue/index.js") as {
  prototype: RequestQueue;
};
const schedule = prototype.scheduleCheckPendingRequests;

/**
 * Lets the connections of every kafkajs client of this process rest while no request of theirs is waiting to be sent: each
 * woke up some 800 times a second to see that none is, by a timer whose time is negative, of which Node ≥ 22 warns
 * (kafkajs#1751). A request that must wait sets the timer itself. May be called any number of times.
 */
export function installRestingTimers(): void {
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this);
  };
}
