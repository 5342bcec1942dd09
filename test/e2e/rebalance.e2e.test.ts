import { afterAll, beforeAll, expect, test } from "vitest";
import { logLinesOf, startAntedate, type AntedateProcess } from "../support/antedate-process.ts";
import { eventually, startServers, type LocalServers } from "../support/local-servers.ts";

const partitions = 6;
let servers: LocalServers;
const members: AntedateProcess[] = [];

beforeAll(async () => {
  servers = await startServers({ infraOnly: true, partitions, env: { LOG_LEVEL: "info" } });
});

afterAll(async () => {
  await Promise.all(members.map((member) => member.kill("SIGTERM")));
  await servers.stop();
});

function start(): AntedateProcess {
  const member = startAntedate(["join"], servers.env);
  members.push(member);
  return member;
}

/** The tasks a member was given last. */
const tasksOf = (member: AntedateProcess): number[] =>
  logLinesOf(member).findLast(({ assigned }) => assigned !== undefined)?.assigned?.["email.sends"] ?? [];

const takenOver = (member: AntedateProcess): number[] =>
  logLinesOf(member).flatMap(({ msg, partition }) => (msg === "task taken over" ? (partition ?? []) : []));

const isNotTakenOver = (member: AntedateProcess): ((partition: number) => boolean) => {
  const taken = takenOver(member);
  return (partition) => !taken.includes(partition);
};

async function settled(shares: Map<AntedateProcess, number>): Promise<void> {
  await eventually(
    () => Promise.resolve([...shares].map(([member, count]) => tasksOf(member).length === count)),
    (isSettled) => isSettled.every(Boolean),
  );
  // A member that ends before it has taken over what it was given took over less.
  await eventually(
    () => Promise.resolve([...shares.keys()].flatMap((member) => tasksOf(member).filter(isNotTakenOver(member)))),
    (missing) => missing.length === 0,
  );
}

test("a member that joins or leaves moves no task but those that it takes or leaves behind", async () => {
  const first = start();
  await settled(new Map([[first, 6]]));

  const second = start();
  await settled(
    new Map([
      [first, 3],
      [second, 3],
    ]),
  );
  const before = tasksOf(first);

  const third = start();
  await settled(
    new Map([
      [first, 2],
      [second, 2],
      [third, 2],
    ]),
  );
  expect(before).toEqual(expect.arrayContaining(tasksOf(first)));
  const [ofFirst, ofSecond] = [tasksOf(first), tasksOf(second)];

  expect(await third.kill("SIGTERM")).toBe(0);
  await settled(
    new Map([
      [first, 3],
      [second, 3],
    ]),
  );
  expect(tasksOf(first)).toEqual(expect.arrayContaining(ofFirst));
  expect(tasksOf(second)).toEqual(expect.arrayContaining(ofSecond));
  await eventually(
    () => Promise.resolve([takenOver(first).length, takenOver(second).length, takenOver(third).length]),
    // Six at first and one of the third's; three of the first's and one of the third's; one of each of theirs.
    ([one, two, three]) => one === 7 && two === 4 && three === 2,
  );
});
