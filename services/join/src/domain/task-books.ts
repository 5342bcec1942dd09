import type { Counters, Input, InputOffsets } from "@antedate/schemas/model";
import type { Position } from "./draft.ts";
import type { OffsetChecksum } from "./offset-set.ts";
import type { TaskStart } from "./task-start.ts";

/** What a task's next COMMIT says beside its rows. */
export class TaskBooks {
  readonly nextOffsets: InputOffsets;
  readonly counters: Counters;
  /** Of all that is parked: a piece that is sealed while messages are resumed carries the checksum of the whole. */
  readonly parked: OffsetChecksum;
  /** Task time after the last whole step: that of a commit. */
  taskTime: number;

  constructor(start: TaskStart) {
    this.nextOffsets = { ...start.nextOffsets };
    this.counters = { ...start.counters };
    this.parked = start.parked;
    this.taskTime = start.taskTime;
  }

  /** Only after the record: a piece that was sealed on the way carries the position from before it. */
  pass(input: Input, offset: number, taskTime: number): void {
    const { counters, nextOffsets } = this;
    // Spelt out: a name that varies takes ten times as long to look up.
    if (input === "sends") {
      counters.sends_read++;
      nextOffsets.sends = offset + 1;
    } else if (input === "deliveries") {
      counters.deliveries_read++;
      nextOffsets.deliveries = offset + 1;
    } else {
      counters.engagements_read++;
      nextOffsets.engagements = offset + 1;
    }
    this.taskTime = taskTime;
  }

  get position(): Position {
    const { nextOffsets, taskTime, counters, parked } = this;
    return { nextOffsets, taskTime, counters, parkedCount: parked.count, parkedXor: parked.xor };
  }
}
