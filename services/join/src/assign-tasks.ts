/** What a member of the group says it has, by task. Offsets are of the join log: the higher, the less is to be read again. */
export interface MemberClaims {
  memberId: string;
  /** Tasks it runs, with the offset up to which its memory is; -1 where it is still loading. */
  owned: ReadonlyMap<number, number>;
  /** Tasks of which it has a snapshot on its disk, with the offset of the newest one. */
  snapshots: ReadonlyMap<number, number>;
}

/**
 * Gives each of `taskCount` tasks to one member, by member ID. Members have as many as each other, or one more; as few
 * tasks as possible leave the member that runs them; those that must move go where a snapshot is newest. The result
 * depends on the claims alone, in whatever order they come. A claim to a task that is not there, and all but the
 * furthest claim to one task (a member that was frozen still believes in its own), count for nothing.
 */
export function assignTasks(members: readonly MemberClaims[], taskCount: number): Map<string, number[]> {
  const sorted = [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
  const kept = ownedBy(sorted, taskCount);
  const share = new Share(sorted, taskCount);
  const byMost = [...sorted].sort((a, b) => countOf(kept, b) - countOf(kept, a));
  for (const member of byMost) {
    const own = kept.get(member.memberId) ?? [];
    const byWorth = [...own].sort((a, b) => costOfMove(b, member, sorted) - costOfMove(a, member, sorted) || a - b);
    for (const task of byWorth) if (share.hasRoom(member)) share.give(task, member);
  }
  const moving = Array.from({ length: taskCount }, (_, task) => task).filter((task) => !share.isGiven(task));
  for (const task of moving) {
    const [best] = sorted
      .filter((member) => member.snapshots.has(task) && share.hasRoom(member))
      .sort((a, b) => (b.snapshots.get(task) as number) - (a.snapshots.get(task) as number));
    if (best) share.give(task, best);
  }
  for (const task of moving) if (!share.isGiven(task)) share.give(task, share.emptiest());
  return share.tasks();
}

/** Each task's one owner, as lists of tasks by member ID. */
function ownedBy(sorted: readonly MemberClaims[], taskCount: number): Map<string, number[]> {
  const owned = new Map<string, number[]>();
  for (let task = 0; task < taskCount; task++) {
    const [owner] = sorted
      .filter((member) => member.owned.has(task))
      .sort((a, b) => (b.owned.get(task) as number) - (a.owned.get(task) as number));
    if (owner) owned.set(owner.memberId, [...(owned.get(owner.memberId) ?? []), task]);
  }
  return owned;
}

function countOf(owned: ReadonlyMap<string, number[]>, { memberId }: MemberClaims): number {
  return owned.get(memberId)?.length ?? 0;
}

/** How much of the log would be read that need not be, were the task to leave its owner. */
function costOfMove(task: number, owner: MemberClaims, sorted: readonly MemberClaims[]): number {
  const others = sorted.filter((member) => member !== owner);
  const newest = Math.max(-1, ...others.map(({ snapshots }) => snapshots.get(task) ?? -1));
  return (owner.owned.get(task) as number) - newest;
}

/** Who has got what, within one of each other. */
class Share {
  readonly #tasks: Map<string, number[]>;
  readonly #given = new Set<number>();
  readonly #sorted: readonly MemberClaims[];
  readonly #least: number;
  /** How many members may still have one more than the least. */
  #extra: number;

  constructor(sorted: readonly MemberClaims[], taskCount: number) {
    this.#sorted = sorted;
    this.#tasks = new Map(sorted.map(({ memberId }) => [memberId, []]));
    this.#least = Math.floor(taskCount / sorted.length);
    this.#extra = taskCount % sorted.length;
  }

  hasRoom({ memberId }: MemberClaims): boolean {
    const count = this.#count(memberId);
    return count < this.#least || (count === this.#least && this.#extra > 0);
  }

  isGiven(task: number): boolean {
    return this.#given.has(task);
  }

  give(task: number, { memberId }: MemberClaims): void {
    if (this.#count(memberId) === this.#least) this.#extra--;
    this.#tasks.get(memberId)?.push(task);
    this.#given.add(task);
  }

  emptiest(): MemberClaims {
    const least = Math.min(...this.#sorted.map(({ memberId }) => this.#count(memberId)));
    return this.#sorted.find(({ memberId }) => this.#count(memberId) === least) as MemberClaims;
  }

  tasks(): Map<string, number[]> {
    return new Map([...this.#tasks].map(([memberId, tasks]) => [memberId, tasks.sort((a, b) => a - b)]));
  }

  #count(memberId: string): number {
    return this.#tasks.get(memberId)?.length ?? 0;
  }
}
