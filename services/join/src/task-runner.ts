import { setImmediate as yieldToIo } from "node:timers/promises";
import { inputs, type Input, type InputOffsets, type WriterSchemas } from "@antedate/schemas";
import { errorCode, FatalError, Wake, type Fetched, type Flow, type HealthPlace, type Logger } from "@antedate/runtime";
import { freshStart, Recovery, Task, type SettingsLookup } from "./domain/index.ts";
import type { Books, TaskMetrics, TaskStanding } from "./join-metrics.ts";
import type { KeySampler } from "./key-sampler.ts";
import { isBug } from "./is-bug.ts";
import { LogWriter } from "./log-writer.ts";
import { RecordReader } from "./record-reader.ts";
import { replayRecords, takeRecords } from "./take-records.ts";
import { takeOver, type Identity } from "./take-over.ts";
import type { TaskKeeper } from "./task-keeper.ts";
import { TaskInputs } from "./task-inputs.ts";
import type { TaskPorts } from "./task-ports.ts";

export interface TaskRunnerOptions {
  identity: Identity;
  /** Full topic names, for the places of rejects. */
  topics: Record<Input, string>;
  ports: TaskPorts;
  settings: SettingsLookup;
  schemas: WriterSchemas;
  log: Logger;
  metrics: TaskMetrics;
  health: HealthPlace;
  /** Null where keys are not to be sampled. */
  keys: KeySampler | null;
  /** Keeps the state on disk, one for each take-over; without it, nothing is kept. */
  createKeeper?(): TaskKeeper;
  /** Host clock, ms: paces commits, never decides anything. */
  now(): number;
}

const commitIntervalMs = 500;
/** An idle task with something waiting commits this often, to learn the time from the broker's answer. */
const idleCommitMs = 2_000;
/** A task without work commits this often: the log's retention must leave a COMMIT that a snapshot can be found by, and a FENCE. */
const keepMs = 3_600_000;
const recordsPerTurn = 2_000;
/** What is taken sooner is not worth a copy. */
const heldMsMax = 1_000;
const restartMsMax = 5_000;
/** A commit that takes longer is told as a wait. */
const slowCommitMs = 10_000;

/**
 * One task on one partition: takes the log over, recovers, then takes records and commits. Its loop is the only one that
 * changes its state; fetched records and learnt ends only queue up. Whatever goes wrong with the log, it begins anew
 * with a FENCE: what was applied in memory but not committed is read again.
 */
export class TaskRunner implements Flow {
  readonly #options: TaskRunnerOptions;
  readonly #wake = new Wake();
  #inputs: TaskInputs | null = null;
  #task: Task | null = null;
  #stopping: "no" | "drain" | "drop" = "no";
  readonly #records: RecordReader;
  /** What the last COMMIT of the log says; null where it has none. */
  #committed: Books | null = null;
  #writer: LogWriter | null = null;
  #keeper: TaskKeeper | null = null;
  #committedAt = 0;
  #letGoAt = 0;
  /** Take-overs since the last commit that succeeded. */
  #restarts = 0;
  #moved = false;

  constructor(options: TaskRunnerOptions) {
    this.#options = options;
    this.#records = new RecordReader({ ...options, partition: options.identity.partition });
  }

  position(topic: string): number | null {
    return this.#inputs?.position(this.#inputOf(topic)) ?? null;
  }

  /** The last own append's time where a wait for time could end; null where nothing waits. */
  get timeToLearn(): number | null {
    return this.#stopping === "no" && this.#task?.isWaiting ? (this.#writer?.ackTime ?? null) : null;
  }

  /** Offset of the log up to which its memory is, -1 while it loads; null once it was told to stop. */
  get ownedTo(): number | null {
    if (this.#stopping !== "no") return null;
    return this.#task === null ? -1 : (this.#writer?.lastOffset ?? -1);
  }

  /** For metrics; null while it has no log. */
  get standing(): TaskStanding | null {
    const [task, queued] = [this.#task, this.#inputs];
    if (task === null || queued === null) return null;
    const { messageCount: messages, sealedCount: sealed, isWaiting, taskTime } = task;
    return {
      partition: this.#options.identity.partition,
      committed: this.#committed,
      messages,
      sealed,
      snapshotAgeMs: this.#keeper?.snapshotAgeMs ?? null,
      isWaiting,
      taskTime,
      lag: queued.lag,
    };
  }

  receive(topic: string, fetched: Fetched): boolean {
    const input = this.#inputOf(topic);
    if (this.#inputs === null || fetched.fetchedOffset !== this.#inputs.position(input)) return false;
    this.#letGo(this.#inputs);
    this.#inputs.push(input, fetched);
    if (this.#inputs.isFull(input)) this.#options.ports.inputs.pause(input);
    this.#wake.call();
    return true;
  }

  passOver(topic: string, offset: number): void {
    this.#inputs?.moveTo(this.#inputOf(topic), offset);
    this.#wake.call();
  }

  /**
   * The inputs end at `ends`, asked for after the append that was acknowledged with `ackTime`: an input that is read up
   * to there has nothing older than `ackTime` left.
   */
  learnEnds(ends: InputOffsets, ackTime: number): void {
    const queued = this.#inputs;
    if (queued === null) return;
    for (const input of inputs) {
      queued.learnEnd(input, ends[input]);
      if (queued.isEmpty(input) && queued.position(input) >= ends[input]) this.#task?.reachEnd(input, ackTime);
    }
    this.#wake.call();
  }

  async run(): Promise<void> {
    try {
      await this.#run();
    } finally {
      this.#keeper?.stop();
      this.#drop();
      this.#options.health.goOn();
    }
  }

  async #run(): Promise<void> {
    while (this.#stopping === "no") {
      try {
        this.#options.health.waitFor("no log yet");
        await this.#begin();
        this.#options.health.goOn();
        await this.#work();
      } catch (error) {
        if (error instanceof FatalError || isBug(error)) throw error;
        await this.#keeper?.failed(error);
        if (this.#stopping !== "no") return;
        const waitMs = Math.min(restartMsMax, 100 * 2 ** Math.min(this.#restarts++, 10));
        this.#options.log.warn({ code: errorCode(error), waitMs }, "join log not writable, taking it over anew");
        this.#drop();
        for (const input of inputs) this.#options.ports.inputs.pause(input);
        await this.#wake.wait(waitMs);
      }
    }
  }

  /** A task that is over must not hold its memory as long as somebody still knows it. */
  #drop(): void {
    this.#inputs?.drop();
    this.#inputs = null;
    this.#task = null;
  }

  stop(how: "drain" | "drop"): void {
    this.#stopping = how;
    this.#wake.call();
  }

  #inputOf(topic: string): Input {
    return inputs.find((input) => this.#options.topics[input] === topic) as Input;
  }

  async #begin(): Promise<void> {
    const { ports, identity, settings, log, metrics, health } = this.#options;
    this.#keeper?.stop();
    this.#keeper = this.#options.createKeeper?.() ?? null;
    const kept = (await this.#keeper?.load(ports.log)) ?? null;
    const taken = await takeOver(ports, identity, () => this.#stopping !== "no", kept?.place);
    const { summary } = taken;
    // Where the inputs do not reach back to the snapshot, the replay begins behind it, from a FENCE with nothing known.
    const start = summary.pastMs === null ? kept?.start : undefined;
    const recovery = new Recovery(settings, summary, start ?? this.#keeper?.fresh() ?? freshStart());
    this.#inputs = new TaskInputs(summary.from, taken.ends);
    ports.inputs.start(summary.from);
    health.waitFor("its inputs are read again");
    await this.#replay(recovery);
    this.#task = new Task(settings, recovery.finish());
    this.#records.takeRejects();
    this.#committed = summary.last && { counters: summary.last.counters, parked_count: summary.last.parked_count };
    metrics.tookOver();
    this.#writer = new LogWriter(ports.log, identity, taken, this.#options.now);
    this.#committedAt = this.#options.now();
    log.info(
      {
        logId: taken.fence.log_id,
        snapshot: start ? kept?.place.lastValid : null,
        from: this.#task.nextOffsets,
        messages: this.#task.messageCount,
        parked: this.#task.parkedCount,
      },
      "task taken over",
    );
  }

  async #replay(recovery: Recovery): Promise<void> {
    const { to } = recovery;
    const queued = this.#inputs as TaskInputs;
    const isDone = (): boolean =>
      queued.next(to) === null && inputs.every((input) => queued.position(input) >= to[input]);
    for (;;) {
      const taken = this.#resume(queued, replayRecords(queued, this.#records, recovery, to, recordsPerTurn));
      if (this.#stopping !== "no") throw new Error("stopped while recovering");
      if (taken === 0 && isDone()) return;
      if (taken === 0) await this.#wake.wait(1_000);
      else await yieldToIo();
    }
  }

  async #work(): Promise<void> {
    const queued = this.#inputs as TaskInputs;
    const task = this.#task as Task;
    for (;;) {
      if (this.#stopping === "drop") return;
      const isDraining = this.#stopping === "drain";
      const taken = isDraining ? 0 : this.#resume(queued, takeRecords(queued, this.#records, task, recordsPerTurn));
      if (taken > 0) this.#moved = true;
      const dueInMs = this.#commitDueInMs(task);
      if (dueInMs <= 0) await this.#commit(task);
      if (this.#stopping === "drain") return;
      this.#letGo(queued);
      if (taken > 0) await yieldToIo();
      else await this.#wake.wait(Math.max(1, this.#commitDueInMs(task)));
    }
  }

  /** Batches that wait must not hold fetch responses that other tasks have walked, one that rests none and no rooms. */
  #letGo(queued: TaskInputs): void {
    if (this.#options.now() - this.#letGoAt < heldMsMax) return;
    this.#letGoAt = this.#options.now();
    queued.keepOwnBytes();
    this.#records.letGo();
    if (this.#options.now() - this.#committedAt > idleCommitMs) this.#task?.draft.letGo();
  }

  /** Lets go on what was paused and has room again, now that so many records were taken. */
  #resume(queued: TaskInputs, taken: number): number {
    if (taken > 0) for (const input of inputs) if (queued.hasRoom(input)) this.#options.ports.inputs.resume(input);
    return taken;
  }

  /** How long the next commit may wait, ms; 0 or less is now. */
  #commitDueInMs(task: Task): number {
    if (task.draft.isFull || this.#records.isFull) return 0;
    const { hasContent, rowCount } = task.draft;
    const { rowsSinceCut, cutDueInMs } = this.#writer as LogWriter;
    const hasUncut = rowsSinceCut + rowCount > 0;
    if (this.#stopping !== "no") return this.#moved || hasContent || hasUncut ? 0 : Infinity;
    const since = (time: number): number => this.#options.now() - time;
    const waits = [idleCommitMs, cutDueInMs, keepMs - since(this.#committedAt)];
    if (this.#moved || hasContent) waits.push(commitIntervalMs - since(this.#committedAt));
    if (task.isWaiting) waits.push(idleCommitMs - since(this.#committedAt));
    return Math.min(...waits);
  }

  async #commit(task: Task): Promise<void> {
    const { ports, metrics, health, now } = this.#options;
    const beganAt = now();
    health.waitFor("its log has taken no commit", slowCommitMs);
    const rejects = this.#records.takeRejects();
    this.#moved = false;
    this.#keeper?.seal(task);
    const pieces = task.takePieces();
    // Before the offsets that pass them: a crash in between repeats rejects, it never loses one.
    if (rejects.length > 0) await ports.reject(rejects);
    const writer = this.#writer as LogWriter;
    for (const [index, piece] of pieces.entries()) {
      await writer.commit(piece, { step: index === pieces.length - 1, writing: this.#stopping !== "no" });
      this.#committed = piece.books;
      this.#restarts = 0;
    }
    this.#keeper?.committed(task, writer);
    if (this.#keeper?.takeFence()) await writer.fence(task.nextOffsets, task.taskTime);
    this.#committedAt = now();
    metrics.committed(pieces.length, (this.#committedAt - beganAt) / 1_000);
    health.goOn();
    ports.committed(task.nextOffsets);
  }
}
