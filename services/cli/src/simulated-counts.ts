import type { SimulationCounts } from "@antedate/simulate";

/** What a simulation wrote, and who it was in truth. */
export function simulatedCounts(counts: SimulationCounts): string {
  const events = `${grouped(counts.sends)} sends, ${grouped(counts.deliveries)} delivery events`;
  const truth = `${grouped(counts.human)} human and ${grouped(counts.machine)} machine`;
  return [
    `${grouped(counts.messages)} messages: ${events}, ${grouped(counts.engagements)} opens and clicks, repeats included.`,
    `In truth ${truth} ones; ${grouped(counts.pending)} messages stay without an outcome.`,
  ].join("\n");
}

function grouped(count: number): string {
  return count.toLocaleString("en");
}
