import type { Fate, Faults } from "./faults.ts";
import type { SimProcess, VirtualTime } from "./virtual-time.ts";

/** A server that processes reach over the network. */
export interface Server {
  readonly name: string;
  isAway: boolean;
  /** Processes that do not reach it. */
  readonly cutOff: Set<SimProcess>;
}

/** A request as what it is: `read` changes nothing, `write` may be lost or land late, `append` may also land twice. */
type RequestKind = "read" | "write" | "append";

/** The network between processes and servers: whatever can happen to a request and its reply happens here. */
export class Wire {
  readonly #time: VirtualTime;
  readonly #faults: Faults;
  readonly #fate: Fate;

  constructor(time: VirtualTime, faults: Faults, fate: Fate) {
    this.#time = time;
    this.#faults = faults;
    this.#fate = fate;
  }

  /**
   * Sends a request of the current process. `act` is what the server does, once it arrives, if it does. Rejects with what
   * `act` throws, or as kafkajs does where no reply comes. Never settles for a process that dies meanwhile.
   */
  request<T>(server: Server, kind: RequestKind, what: string, act: () => T): Promise<T> {
    const process = this.#time.current as SimProcess;
    return new Promise<T>((resolve, reject) => {
      this.#suffer(process);
      if (!process.isAlive) return;
      const faults = this.#faults;
      const reply = (delayMs: number, how: string, settle: () => void): void =>
        void this.#time.schedule(delayMs, process, how === "" ? what : `${what}: ${how}`, () => {
          this.#suffer(process);
          // A process that froze just now sees the reply when it wakes.
          if (process.isFrozen) this.#time.schedule(0, process, `${what}: awake`, settle);
          else if (process.isAlive) settle();
        });
      const unanswered = (delayMs: number, how: string): void =>
        reply(delayMs, how, () => reject(noReply("KafkaJSRequestTimeoutError", "REQUEST_TIMED_OUT")));
      const land = (delayMs: number, answer: (settle: () => void, how: string) => void): void =>
        void this.#time.schedule(delayMs, null, `${what} lands`, () => {
          if (server.isAway)
            return answer(() => reject(noReply("KafkaJSConnectionClosedError", "ECONNRESET")), "reset");
          try {
            const result = act();
            answer(() => resolve(result), "");
          } catch (error) {
            answer(() => reject(error), "refused");
          }
        });
      if (server.isAway || server.cutOff.has(process)) {
        reply(faults.span(1, 200), `no way to ${server.name}`, () =>
          reject(noReply("KafkaJSConnectionError", "ECONNREFUSED")),
        );
        return;
      }
      // Appends twice as often: what another one lands meanwhile is what takeovers are about.
      const isSlow = faults.strikes("slow") || (kind === "append" && faults.strikes("slow"));
      const there = faults.span(0.2, isSlow ? 900 : 6);
      const back = faults.span(0.2, isSlow ? 900 : 6);
      const answer = (settle: () => void, how: string): void => reply(back, how, settle);
      if (faults.strikes("request lost")) return unanswered(faults.span(20, 2_000), "lost");
      if (kind !== "read" && faults.strikes("reply lost")) {
        land(there, () => {});
        return unanswered(there + faults.span(20, 2_000), "reply lost");
      }
      if (kind !== "read" && faults.strikes("lands late")) {
        const patienceMs = faults.span(20, 500);
        land(patienceMs + faults.span(0, 6_000), () => {});
        return unanswered(patienceMs, "gave up");
      }
      if (kind === "append" && faults.strikes("lands twice")) land(there + faults.span(0, 1_500), () => {});
      land(there, answer);
    });
  }

  #suffer(process: SimProcess): void {
    if (this.#faults.strikes("crash")) this.#fate.crash(process);
    else if (this.#faults.strikes("freeze")) this.#fate.freeze(process);
  }
}

function noReply(name: string, code: string): Error {
  return Object.assign(new Error(name), { name, code });
}
