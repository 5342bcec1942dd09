import type { Faults } from "./faults.ts";
import type { SimProcess, VirtualTime } from "./virtual-time.ts";

/** What a host keeps when its process dies. */
export type SimDisk = Map<string, Buffer>;

/** A process's way to its host's disk: every call takes time, and the process may die in the middle of a write. */
export interface DiskPort {
  /** Whoever dies on the way leaves the first part of the bytes. */
  write(name: string, bytes: Buffer): Promise<void>;
  /** All or nothing. */
  rename(from: string, to: string): Promise<void>;
  read(name: string): Promise<Buffer | null>;
  list(): Promise<string[]>;
  remove(name: string): Promise<void>;
}

/** For the process whose turn it is. `onCrash` ends it. */
export function diskPort(time: VirtualTime, faults: Faults, onCrash: (process: SimProcess) => void): DiskPort {
  const process = time.current as SimProcess;
  const { disk } = process;
  const call = <T>(what: string, act: () => T): Promise<T> =>
    new Promise((resolve, reject) => {
      time.schedule(faults.span(0.05, 20), process, what, () => {
        if (faults.strikes("crash")) return onCrash(process);
        try {
          resolve(act());
        } catch (error) {
          reject(error as Error);
        }
      });
    });
  return {
    async write(name, bytes) {
      const half = Math.floor(faults.random() * bytes.length);
      await call(`writes part of ${name}`, () => void disk.set(name, Buffer.from(bytes.subarray(0, half))));
      await call(`writes the rest of ${name}`, () => void disk.set(name, Buffer.from(bytes)));
    },
    rename: (from, to) =>
      call(`renames ${from} to ${to}`, () => {
        const bytes = disk.get(from);
        if (bytes === undefined) throw Object.assign(new Error(`no file ${from}`), { code: "ENOENT" });
        disk.delete(from);
        disk.set(to, bytes);
      }),
    read: (name) => call(`reads ${name}`, () => disk.get(name) ?? null),
    list: () => call("lists its files", () => [...disk.keys()]),
    remove: (name) => call(`removes ${name}`, () => void disk.delete(name)),
  };
}
