import type { SimulationCounts } from "@antedate/simulate";

const progressMs = 2_000;

/** Says at most every two seconds how far a simulation is. */
export function progressLine(
  messages: number,
  say: (text: string) => void,
): (counts: Readonly<SimulationCounts>) => void {
  let saidAt = performance.now();
  return (counts) => {
    if (performance.now() - saidAt < progressMs) return;
    saidAt = performance.now();
    const share = Math.floor((100 * counts.messages) / messages);
    say(`${grouped(counts.messages)} messages begun (${share} %), ${grouped(eventCount(counts))} events written`);
  };
}

/** What a simulation wrote, and who it was in truth. */
export function simulatedCounts(counts: SimulationCounts): string {
  const events = `${grouped(counts.sends)} sends, ${grouped(counts.deliveries)} delivery events`;
  const truth = `${grouped(counts.human)} human and ${grouped(counts.machine)} machine`;
  return [
    `${grouped(counts.messages)} messages: ${events}, ${grouped(counts.engagements)} opens and clicks, repeats included.`,
    `In truth ${truth} ones; ${grouped(counts.pending)} messages stay without an outcome.`,
  ].join("\n");
}

function eventCount({ sends, deliveries, engagements }: SimulationCounts): number {
  return sends + deliveries + engagements;
}

function grouped(count: number): string {
  return count.toLocaleString("en");
}
