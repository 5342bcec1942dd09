import { setTimeout as sleep } from "node:timers/promises";
import type { IngestLoad } from "./ingest-load.ts";
import type { Fault } from "./plan.ts";
import type { Service } from "./service.ts";
import type { World } from "./world.ts";

/** How often what was done, for the last line of a run. */
export type Tally = Map<string, number>;

/** Does a plan's faults at their instants, side by side; resolves when all that was taken away is back. */
export async function inflict(plan: readonly Fault[], world: World, load: IngestLoad, tally: Tally): Promise<void> {
  const began = performance.now();
  const doing: Promise<void>[] = [];
  // A server is not killed while it starts: then it would only not have started.
  let clickHouse: Promise<void> = Promise.resolve();
  let broker: Promise<void> = Promise.resolve();
  const one = (services: readonly Service[], victim: number): Service => services[victim % services.length] as Service;
  const act = (fault: Fault): Promise<unknown> => {
    const { kind, victim, lengthMs } = fault;
    switch (kind) {
      case "kill join":
        return one(world.joins, victim).kill();
      case "kill sink":
        return one(world.sinks, victim).kill();
      case "kill ingest":
        return killIngest(load);
      case "freeze join":
        return one(world.joins, victim).freeze(lengthMs);
      case "freeze sink":
        return one(world.sinks, victim).freeze(lengthMs);
      case "come and go join":
        return comeAndGo(world, lengthMs);
      case "kill clickhouse":
        return (clickHouse = clickHouse.then(() => world.killClickHouse(0)));
      case "stop clickhouse":
        return (clickHouse = clickHouse.then(() => world.killClickHouse(lengthMs)));
      case "kill broker":
        return (broker = broker.then(() => world.killBroker(victim)));
    }
  };
  for (const fault of plan) {
    await sleep(Math.max(0, fault.atMs - (performance.now() - began)));
    const count = (isDone: unknown): void => {
      if (isDone !== false) tally.set(fault.kind, (tally.get(fault.kind) ?? 0) + 1);
    };
    doing.push(act(fault).then(count));
  }
  await Promise.all(doing);
}

/** Between two runs there is none to kill, so the next one is waited for; false where there is no next one. */
async function killIngest(load: IngestLoad): Promise<boolean> {
  while (!load.hasEnded) {
    if (load.kill()) return true;
    await sleep(20);
  }
  return false;
}

async function comeAndGo({ startJoin }: World, lengthMs: number): Promise<void> {
  const comer = startJoin();
  await sleep(lengthMs);
  const { code, said } = await comer.stop();
  if (code !== 0) throw new Error(`a join that was told to leave ended with code ${code}: ${said}`);
}
