import { expect, test } from "vitest";
import { createLiveLine } from "./live-line.ts";

function onTerminal(env: { TERM?: string; CI?: string } = {}, isTTY = true) {
  const written: string[] = [];
  const stream = { isTTY, columns: 20, write: (text: string) => written.push(text) };
  const clock = { ms: 0 };
  return { line: createLiveLine(stream, env, () => clock.ms), written, clock };
}

test("a text is written over the one before, cut to the terminal's width", () => {
  const { line, written, clock } = onTerminal();
  line.show(() => "one");
  clock.ms += 200;
  line.show(() => "x".repeat(50));
  line.clear();
  expect(written).toEqual(["\r\u001b[2Kone", `\r\u001b[2K${"x".repeat(19)}`, "\r\u001b[2K"]);
});

test("what comes within 200 ms is not even made", () => {
  const { line, written, clock } = onTerminal();
  for (clock.ms = 0; clock.ms < 1_000; clock.ms++) line.show(() => "tick");
  expect(written).toHaveLength(5);
});

test("nothing is cleared where nothing is shown", () => {
  const { line, written } = onTerminal();
  line.clear();
  expect(written).toEqual([]);
});

test.each([
  ["a pipe", {}, false],
  ["a dumb terminal", { TERM: "dumb" }, true],
  ["CI", { CI: "true" }, true],
] as const)("on %s nothing is written", async (_, env, isTTY) => {
  const { line, written } = onTerminal(env, isTTY);
  line.show(() => "text");
  line.clear();
  expect(await line.during("waiting", Promise.resolve(7))).toBe(7);
  expect(line.isSeen).toBe(false);
  expect(written).toEqual([]);
});

test("a wait is shown with its seconds once it is long, and taken away", async () => {
  const { line, written, clock } = onTerminal();
  let end = (): void => {};
  const waiting = line.during("waiting", new Promise<void>((resolve) => (end = resolve)));
  await new Promise((resolve) => setTimeout(resolve, 250));
  expect(written).toEqual([]);
  clock.ms = 3_100;
  await new Promise((resolve) => setTimeout(resolve, 250));
  end();
  await waiting;
  expect(written).toEqual(["\r\u001b[2Kwaiting  3 s", "\r\u001b[2K"]);
});
