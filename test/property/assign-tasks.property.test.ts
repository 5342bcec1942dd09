import fc from "fast-check";
import { expect, test } from "vitest";
import { assignTasks, type MemberClaims } from "../../services/join/src/assign-tasks.ts";

const offsets = (tasksMax: number) =>
  fc
    .array(fc.tuple(fc.nat(tasksMax), fc.integer({ min: -1, max: 100 })), { maxLength: 8 })
    .map((pairs) => new Map(pairs));

/** Anything members could say: claims that collide, tasks that are not there. */
const anyMembers = fc
  .array(fc.record({ owned: offsets(40), snapshots: offsets(40) }), { minLength: 1, maxLength: 8 })
  .map((all) => all.map((claims, index): MemberClaims => ({ memberId: `m${index}`, ...claims })));

/** Members that agree on who has what: the owner of each task, or nobody. */
const agreeing = fc
  .record({
    owners: fc.array(fc.integer({ min: -1, max: 2 }), { minLength: 1, maxLength: 6 }),
    memberCount: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ owners, memberCount }) => ({
    owners: owners.map((owner) => (owner < memberCount ? owner : -1)),
    memberCount,
  }));

test("each task has one owner, and nobody has two more than another", () => {
  fc.assert(
    fc.property(anyMembers, fc.nat(40), (members, taskCount) => {
      const shares = [...assignTasks(members, taskCount).values()];
      expect(shares.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: taskCount }, (_, task) => task));
      expect(shares.length).toBe(members.length);
      const counts = shares.map(({ length }) => length);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }),
  );
});

test("the order in which members are told of changes nothing", () => {
  const shuffled = anyMembers.chain((members) =>
    fc.tuple(fc.constant(members), fc.shuffledSubarray(members, { minLength: members.length })),
  );
  fc.assert(
    fc.property(shuffled, fc.nat(40), ([members, others], taskCount) => {
      expect(assignTasks(others, taskCount)).toEqual(assignTasks(members, taskCount));
    }),
  );
});

test("what was assigned is assigned again where nobody joins or leaves", () => {
  fc.assert(
    fc.property(anyMembers, fc.nat(40), fc.nat(100), (members, taskCount, offset) => {
      const first = assignTasks(members, taskCount);
      const again = members.map((member) => ({
        ...member,
        owned: new Map(first.get(member.memberId)?.map((task) => [task, offset])),
      }));
      expect(assignTasks(again, taskCount)).toEqual(first);
    }),
  );
});

test("no balanced assignment moves fewer tasks", () => {
  fc.assert(
    fc.property(agreeing, fc.array(fc.nat(5)), ({ owners, memberCount }, snapshots) => {
      const members = Array.from({ length: memberCount }, (_, index): MemberClaims => {
        const own = owners.flatMap((owner, task) => (owner === index ? [[task, 10] as const] : []));
        const stored = snapshots.flatMap((task, at) => (at % memberCount === index ? [[task, 5] as const] : []));
        return { memberId: `m${index}`, owned: new Map(own), snapshots: new Map(stored) };
      });
      const found = assignTasks(members, owners.length);
      const keptNow = owners.filter((owner, task) => found.get(`m${owner}`)?.includes(task)).length;
      expect(keptNow).toBe(mostKept(owners, memberCount));
    }),
  );
});

/** By trying all assignments. */
function mostKept(owners: readonly number[], memberCount: number): number {
  let most = 0;
  for (let code = 0; code < memberCount ** owners.length; code++) {
    const tried = owners.map((_, task) => Math.floor(code / memberCount ** task) % memberCount);
    const counts = Array.from({ length: memberCount }, (_, index) => tried.filter((own) => own === index).length);
    if (Math.max(...counts) - Math.min(...counts) > 1) continue;
    most = Math.max(most, owners.filter((owner, task) => owner === tried[task]).length);
  }
  return most;
}
