import { expect, test } from "vitest";
import { progressText } from "./progress.ts";

const reading = { what: "Reading", unit: "bytes" } as const;

test.each([
  [0, 100, "Reading  ░░░░░░░░░░░░░░░░░░░░  0 %  0 B of 129 MB"],
  [64_700_000, 2_000, "Reading  ██████████░░░░░░░░░░  50 %  65 MB of 129 MB  32 MB/s  0:02 left"],
  [1_000_000, 100_000, "Reading  ░░░░░░░░░░░░░░░░░░░░  0 %  1.0 MB of 129 MB  10 kB/s  3:34:00 left"],
  [0, 5_000, "Reading  ░░░░░░░░░░░░░░░░░░░░  0 %  0 B of 129 MB  0 B/s"],
  [200_000_000, 2_000, "Reading  ████████████████████  100 %  129 MB of 129 MB  100 MB/s  0:00 left"],
])("%i bytes of 129.4 MB after %i ms", (done, elapsedMs, text) => {
  expect(progressText({ ...reading, total: 129_400_000 }, done, elapsedMs)).toBe(text);
});

test("an unknown total gives a counter", () => {
  expect(progressText({ ...reading, total: null }, 1_500_000, 3_000)).toBe("Reading  1.5 MB  500 kB/s");
});

test("counts have their unit", () => {
  expect(progressText({ what: "Simulating", unit: "messages", total: 2_000 }, 1_000, 500)).toBe(
    "Simulating  ██████████░░░░░░░░░░  50 %  1,000 of 2,000 messages",
  );
});
