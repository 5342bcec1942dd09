import { classes } from "@antedate/schemas";
import { sumOfCounts } from "./class-counts.ts";
import { classLabels } from "./class-labels.ts";
import { countTicks, deltaTicks, shownRange, type DeltaRange } from "./delta-axis.ts";
import { deltaEdgesMs } from "./delta-bins.ts";
import { html, type Markup } from "./markup.ts";
import { formatCompact, formatCount, formatDelta, formatSpan } from "./number-format.ts";
import type { DeltaBin } from "./report-figures.ts";

/** The same chart is drawn for a desk and for a phone, because text in an SVG shrinks with it. */
export interface ChartFrame {
  name: "desk" | "phone";
  width: number;
  height: number;
}

interface Plot extends DeltaRange {
  left: number;
  right: number;
  top: number;
  bottom: number;
  x(index: number): number;
  y(count: number): number;
  countTicks: number[];
}

/** Engagement by its time from the acceptance: a bar for each bin, stacked by class, on a signed logarithmic axis. */
export function deltaChart(deltas: readonly DeltaBin[], frame: ChartFrame): Markup {
  const plot = layOut(deltas, frame);
  const id = `deltas-${frame.name}`;
  return html`<svg
    class="chart ${frame.name}"
    viewBox="0 0 ${frame.width} ${frame.height}"
    role="img"
    aria-labelledby="${id} ${id}-text"
  >
    <title id="${id}">Engagement by time from the acceptance</title>
    <desc id="${id}-text">${describe(deltas)}</desc>
    <rect
      class="before"
      x="${plot.left}"
      y="${plot.top}"
      width="${round(acceptanceX(plot) - plot.left)}"
      height="${plot.bottom - plot.top}"
    ></rect>
    ${countAxis(plot)} ${deltaAxis(plot, frame)} ${deltas.map((bin) => column(bin, plot))}
    ${acceptanceLine(plot, frame)}
  </svg>`;
}

/** `10 min to 15 min before`. The first and the last bin are open. */
export function binName(index: number): string {
  const from = deltaEdgesMs[index] as number;
  const to = deltaEdgesMs[index + 1];
  if (to === undefined) return `${formatSpan(from)} or more after`;
  if (index === 0) return `more than ${formatSpan(to)} before`;
  if (from < 0) return `${to === 0 ? "0" : formatSpan(to)} to ${formatSpan(from)} before`;
  return `${from === 0 ? "0" : formatSpan(from)} to ${formatSpan(to)} after`;
}

function layOut(deltas: readonly DeltaBin[], { width, height }: ChartFrame): Plot {
  const range = shownRange(deltas);
  const [left, right, top, bottom] = [46, width - 26, 30, height - 28];
  const ticks = countTicks(Math.max(...deltas.map(({ counts }) => sumOfCounts(counts))));
  const max = ticks.at(-1) as number;
  return {
    ...range,
    left,
    right,
    top,
    bottom,
    x: (index) => left + ((right - left) * (index - range.first)) / (range.end - range.first),
    y: (count) => bottom - ((bottom - top) * count) / max,
    countTicks: ticks,
  };
}

function countAxis({ left, right, y, countTicks: ticks }: Plot): Markup[] {
  return ticks.map(
    (count) =>
      html`<line class="grid" x1="${left}" x2="${right}" y1="${round(y(count))}" y2="${round(y(count))}"></line>
        <text class="tick" x="${left - 8}" y="${round(y(count) + 4)}" text-anchor="end">${formatCompact(count)}</text>`,
  );
}

function deltaAxis(plot: Plot, { name }: ChartFrame): Markup[] {
  const { bottom, x, first, end } = plot;
  const labelWidth = name === "desk" ? 62 : 48;
  return deltaTicks(plot, (labelWidth * (end - first)) / (plot.right - plot.left)).map(({ index, ms }) => {
    const at = round(x(index));
    return html`<line class="mark" x1="${at}" x2="${at}" y1="${bottom}" y2="${bottom + 5}"></line>
      <text class="tick" x="${at}" y="${bottom + 20}" text-anchor="middle">${formatDelta(ms)}</text>`;
  });
}

function column({ fromMs, counts }: DeltaBin, { x, y, top, bottom }: Plot): Markup {
  const index = deltaEdgesMs.indexOf(fromMs);
  const [left, width] = [round(x(index) + 0.5), round(x(index + 1) - x(index) - 1)];
  const present = classes.filter((name) => counts[name] > 0);
  let base = bottom;
  const parts = present.map((name) => {
    // What is there is seen, however small.
    const height = Math.max(1.5, bottom - y(counts[name]));
    base -= height;
    return html`<rect
      class="${name}"
      x="${left}"
      y="${round(base)}"
      width="${width}"
      height="${round(height)}"
    ></rect>`;
  });
  const tip = `${binName(index)}: ${present.map((name) => `${formatCount(counts[name])} ${classLabels[name].toLowerCase()}`).join(", ")}`;
  return html`<g
    ><title>${tip}</title
    ><rect class="hit" x="${left}" y="${top}" width="${width}" height="${bottom - top}"></rect>${parts}</g
  >`;
}

function acceptanceLine(plot: Plot, { name }: ChartFrame): Markup {
  const at = round(acceptanceX(plot));
  const [before, after] = name === "desk" ? ["◂ before the 250", "after the 250 ▸"] : ["◂ before", "after ▸"];
  return html`<line class="acceptance" x1="${at}" x2="${at}" y1="${plot.top - 8}" y2="${plot.bottom + 5}"></line>
    <text class="acceptance" x="${at}" y="${plot.top - 14}" text-anchor="middle">250 OK</text>
    <text class="side" x="${at - 34}" y="${plot.top - 14}" text-anchor="end">${before}</text>
    <text class="side" x="${at + 34}" y="${plot.top - 14}">${after}</text>`;
}

function describe(deltas: readonly DeltaBin[]): string {
  const count = (side: DeltaBin[]): string =>
    formatCount(side.reduce((sum, { counts }) => sum + sumOfCounts(counts), 0));
  const tallest = deltas.reduce((best, bin) => (sumOfCounts(bin.counts) > sumOfCounts(best.counts) ? bin : best));
  return (
    `${count(deltas.filter(({ fromMs }) => fromMs < 0))} before the 250 and ${count(deltas.filter(({ fromMs }) => fromMs >= 0))} after it. ` +
    `The most in one bin: ${formatCount(sumOfCounts(tallest.counts))}, ${binName(deltaEdgesMs.indexOf(tallest.fromMs))}. ` +
    "All numbers are in the table below the chart."
  );
}

function acceptanceX({ x }: Plot): number {
  return x(deltaEdgesMs.indexOf(0));
}

function round(pixels: number): number {
  return Math.round(100 * pixels) / 100;
}
