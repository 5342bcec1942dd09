import { createRequire, syncBuiltinESMExports } from "node:module";
import type { Faults } from "./faults.ts";
import { replace } from "./host-clock.ts";
import type { SimProcess, VirtualTime } from "./virtual-time.ts";

// What the product keeps on disks goes through node:fs, which is replaced for the paths of simulated disks: the product's own
// files, folders and checksums are what is simulated, not a stand-in for them.

const load = createRequire(import.meta.url);

/** Disks are the folders in here: one of each host, and one that all of them see. */
const root = "/simulated";

interface SimFile {
  bytes: Buffer;
  mtimeMs: number;
  /** Bytes that survive a loss of power. */
  syncedBytes: number;
}

/** The disks of all hosts. They survive the processes; what is on them may rot. */
export class SimDisks {
  readonly #time: VirtualTime;
  readonly #faults: Faults;
  readonly #onCrash: (process: SimProcess) => void;
  readonly #files = new Map<string, SimFile>();
  readonly #folders = new Set<string>([root, "/"]);
  readonly #open = new Map<number, SimFile>();
  /** Above those of the host. */
  #descriptors = 1_000_000;

  constructor(time: VirtualTime, faults: Faults, onCrash: (process: SimProcess) => void) {
    this.#time = time;
    this.#faults = faults;
    this.#onCrash = onCrash;
  }

  /** A new disk's folder. */
  disk(name: string): string {
    this.#folders.add(`${root}/${name}`);
    return `${root}/${name}`;
  }

  /** Some bytes of a snapshot or a generation are others from now on, or gone. */
  rot(): void {
    const files = [...this.#files]
      .filter(([path]) => isSnapshot(path) || path.endsWith(".sealed"))
      .map(([, file]) => file);
    const file = files.length === 0 ? null : this.#faults.pick(files);
    if (file === null || file.bytes.length === 0) return;
    const at = Math.floor(this.#faults.random() * file.bytes.length);
    if (this.#faults.random() < 0.3) file.bytes = file.bytes.subarray(0, at);
    else file.bytes[at] = (file.bytes[at] as number) ^ (1 + Math.floor(this.#faults.random() * 255));
  }

  /** What was not synced on the disk is there in part. */
  losePower(disk: string): void {
    for (const [path, file] of this.#files) {
      if (!path.startsWith(`${disk}/`) || file.syncedBytes >= file.bytes.length) continue;
      const kept = file.syncedBytes + Math.floor(this.#faults.random() * (file.bytes.length - file.syncedBytes));
      file.bytes = file.bytes.subarray(0, kept);
    }
  }

  /** Replaces node:fs for what lies on the disks. Gives what undoes it. */
  mount(): () => void {
    const undo = [...replaceOwn(load("node:fs"), this.#now()), ...replaceOwn(load("node:fs/promises"), this.#later())];
    syncBuiltinESMExports();
    return () => {
      for (const one of undo) one();
      syncBuiltinESMExports();
    };
  }

  #now() {
    return {
      existsSync: (path: string) => this.#files.has(path) || this.#folders.has(path),
      readdirSync: (path: string) => this.#names(path),
      openSync: (path: string) => this.#descriptorOf(this.#file(path)),
      closeSync: (descriptor: number) => void this.#open.delete(descriptor),
      fstatSync: (descriptor: number) => ({ size: this.#opened(descriptor).bytes.length }),
      readSync: (descriptor: number, into: Uint8Array, offset: number, length: number, position: number) =>
        this.#opened(descriptor).bytes.copy(into, offset, position, position + length),
    };
  }

  #later() {
    const process = (): SimProcess => this.#time.current as SimProcess;
    return {
      open: (path: string, flags: string) =>
        this.#call(`opens ${path}`, () => {
          if (flags === "wx") this.#create(path, Buffer.alloc(0));
          return this.#handle(this.#files.get(path) ?? null);
        }),
      rename: (from: string, to: string) =>
        this.#call(`renames ${from} to ${to}`, () => {
          const file = this.#file(from);
          this.#files.delete(from);
          this.#files.set(to, file);
          // All that the next owner knows is in it.
          if (isSnapshot(to) && this.#faults.strikes("crash with a new snapshot")) this.#onCrash(process());
        }),
      rm: (path: string) => this.#call(`removes ${path}`, () => void this.#files.delete(path)),
      copyFile: (from: string, to: string) =>
        this.#call(`copies ${from}`, () => {
          this.#mayBeFull();
          this.#create(to, Buffer.from(this.#file(from).bytes));
        }),
      readdir: (path: string) => this.#call(`lists ${path}`, () => this.#names(path)),
      mkdir: (path: string) => this.#call(`makes ${path}`, () => void this.#folders.add(path)),
      stat: (path: string) =>
        this.#call(`looks at ${path}`, () => {
          if (this.#folders.has(path)) return { isDirectory: () => true, mtimeMs: 0 };
          return { isDirectory: () => false, mtimeMs: this.#file(path).mtimeMs };
        }),
    };
  }

  /** Null is a folder. */
  #handle(file: SimFile | null) {
    return {
      write: async (bytes: Uint8Array, at: number, length: number) => {
        const half = Math.ceil(length * this.#faults.random());
        const write = (from: number, to: number): void => {
          this.#mayBeFull();
          if (file) file.bytes = Buffer.concat([file.bytes, bytes.subarray(at + from, at + to)]);
        };
        await this.#call("writes", () => write(0, half));
        if (half < length) await this.#call("writes on", () => write(half, length));
        return { bytesWritten: length };
      },
      sync: () => this.#call("syncs", () => void (file && (file.syncedBytes = file.bytes.length))),
      close: () => Promise.resolve(),
    };
  }

  /** The page cache answers at once, a disk takes its time; whoever calls may die meanwhile. */
  #call<T>(what: string, act: () => T): Promise<T> {
    const process = this.#time.current as SimProcess;
    return new Promise((resolve, reject) => {
      const run = (): void => {
        // It died earlier in this turn.
        if (!process.isAlive) return;
        if (this.#faults.strikes("crash")) return this.#onCrash(process);
        try {
          resolve(act());
        } catch (error) {
          reject(error as Error);
        }
      };
      if (this.#faults.random() < 0.6) run();
      else this.#time.schedule(this.#faults.span(0.05, 40), process, what, run);
    });
  }

  #mayBeFull(): void {
    if (this.#faults.strikes("disk full")) throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
  }

  #create(path: string, bytes: Buffer): void {
    this.#files.set(path, { bytes, mtimeMs: Date.now(), syncedBytes: 0 });
  }

  #file(path: string): SimFile {
    const file = this.#files.get(path);
    if (file === undefined) throw Object.assign(new Error(`no file ${path}`), { code: "ENOENT" });
    return file;
  }

  #names(folder: string): string[] {
    if (!this.#folders.has(folder)) throw Object.assign(new Error(`no folder ${folder}`), { code: "ENOENT" });
    const inside = `${folder}/`;
    return [...this.#files.keys()].filter((path) => path.startsWith(inside)).map((path) => path.slice(inside.length));
  }

  #descriptorOf(file: SimFile): number {
    this.#open.set(++this.#descriptors, file);
    return this.#descriptors;
  }

  #opened(descriptor: number): SimFile {
    return this.#open.get(descriptor) as SimFile;
  }
}

function isSnapshot(path: string): boolean {
  return path.includes("/snapshot-");
}

/** Calls about the simulated disks get here; all others, the test runner's, go to the host's own. */
function replaceOwn(holder: unknown, own: Record<string, (...given: never[]) => unknown>): (() => void)[] {
  const host = holder as Record<string, (...given: unknown[]) => unknown>;
  return Object.entries(own).map(([name, simulated]) => {
    const before = host[name] as (...given: unknown[]) => unknown;
    return replace(host, name, (...given: unknown[]) => {
      const [place] = given;
      const isOwn = typeof place === "number" ? place > 1_000_000 : String(place).startsWith(root);
      return isOwn ? simulated(...(given as never[])) : before.apply(host, given);
    });
  });
}
