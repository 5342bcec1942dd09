import { expect, test } from "vitest";
import { assignTasks, type MemberClaims } from "./assign-tasks.ts";

type Offsets = Record<number, number>;

const toMap = (offsets: Offsets): Map<number, number> =>
  new Map(Object.entries(offsets).map(([task, offset]) => [Number(task), offset]));

function member(memberId: string, owned: Offsets = {}, snapshots: Offsets = {}): MemberClaims {
  return { memberId, owned: toMap(owned), snapshots: toMap(snapshots) };
}

function assigned(members: MemberClaims[], taskCount: number): Record<string, number[]> {
  return Object.fromEntries(assignTasks(members, taskCount));
}

test("members that have nothing take the tasks in turn", () => {
  expect(assigned([member("b"), member("a")], 4)).toEqual({ a: [0, 2], b: [1, 3] });
});

test("a member that joins takes its share and no more, the others keep theirs", () => {
  const members = [member("a", { 0: 9, 1: 9, 2: 9 }), member("b", { 3: 9, 4: 9, 5: 9 }), member("c")];
  expect(assigned(members, 6)).toEqual({ a: [0, 1], b: [3, 4], c: [2, 5] });
});

test("a member that leaves gives its tasks to the others, which keep theirs", () => {
  const members = [member("a", { 0: 9, 1: 9 }), member("b", { 3: 9, 4: 9 })];
  expect(assigned(members, 6)).toEqual({ a: [0, 1, 2], b: [3, 4, 5] });
});

test("a task that must move goes where its snapshot is newest", () => {
  const members = [member("a"), member("b", {}, { 0: 50 }), member("c", {}, { 0: 70, 1: 10 })];
  expect(assigned(members, 3)).toEqual({ a: [1], b: [2], c: [0] });
});

test("a snapshot does not outweigh the balance", () => {
  const members = [member("a", {}, { 0: 5, 1: 5, 2: 5, 3: 5 }), member("b")];
  expect(assigned(members, 4)).toEqual({ a: [0, 1], b: [2, 3] });
});

test("of what a member must give away, it gives what costs least to load elsewhere", () => {
  const members = [member("a", { 0: 100, 1: 100 }), member("b", {}, { 0: 90 })];
  expect(assigned(members, 2)).toEqual({ a: [1], b: [0] });
});

test("what is still loading is given away before what runs", () => {
  expect(assigned([member("a", { 0: -1, 1: 100 }), member("b")], 2)).toEqual({ a: [1], b: [0] });
});

test("of two that claim a task, the one whose memory is further has it", () => {
  const members = [member("a", { 0: 40, 1: 40 }), member("b", { 0: 90, 1: 90 })];
  expect(assigned([...members, member("c", { 2: 1 })], 4)).toEqual({ a: [3], b: [0, 1], c: [2] });
});

test("more members than tasks leave some without", () => {
  expect(assigned([member("a"), member("b", { 0: 1 }), member("c")], 1)).toEqual({ a: [], b: [0], c: [] });
});
