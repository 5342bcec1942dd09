import type { EngagementRow } from "@antedate/schemas";
import { expect, test } from "vitest";
import { createScannerTally, medianLeadMs } from "./scanner-tally.ts";

function row(ip: string | null, deltaMs: number, own: EngagementRow["class"] = "pre_acceptance"): EngagementRow {
  return { ip, delta_ms: deltaMs, class: own } as EngagementRow;
}

test("addresses are ranked by what came before the acceptance, and nothing else counts", () => {
  const tally = createScannerTally(100);
  for (const each of [
    row("a", -60_000),
    row("b", -60_000),
    row("b", -7_000),
    row("b", -3_000, "near_acceptance"),
    row(null, -9_000),
  ]) {
    tally.addEngagement(each);
  }
  expect(tally.ranking(10).listed.map(({ ip, before }) => `${ip} ${before}`)).toEqual(["b 2", "a 1"]);
});

test("half of it came at least as long before as the later edge of the median's bin", () => {
  const tally = createScannerTally(100);
  for (const deltaMs of [-3_600_000, -110_000, -100_000, -20_000]) tally.addEngagement(row("a", deltaMs));
  const [scanner] = tally.ranking(10).listed;
  // -110 s and -100 s lie between -2 min and -1.5 min.
  expect(scanner && medianLeadMs(scanner)).toBe(90_000);
});

test("what is not listed is summed up", () => {
  const tally = createScannerTally(100);
  for (const ip of ["a", "a", "b", "c"]) tally.addEngagement(row(ip, -60_000));
  expect(tally.ranking(1)).toMatchObject({
    listed: [{ ip: "a", before: 2 }],
    others: { ip: null, before: 2 },
    othersCount: 2,
  });
});
