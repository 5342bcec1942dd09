/** From the owner to the guard: hand this signal to the broker. */
export interface GuardRequest {
  signal: NodeJS.Signals;
}

/** From the guard to the owner. */
export type GuardReport = { started: number } | { failed: string } | { exited: BrokerExit };

/** How a broker's JVM ended. */
export interface BrokerExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}
