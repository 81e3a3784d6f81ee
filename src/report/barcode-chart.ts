/** Intervals as a barcode: one thin bar each, in coloured groups stacked from the bottom; open ends run to the edge of the plot. */
import { scaleLinear, scaleLog } from "d3-scale";
import { EngramError } from "../numeric/errors.ts";
import { chartDocument, checkSize, colour, shorten, tickLabel, tooltip, xAxis, type Plot } from "./chart-frame.ts";
import { formatNumber } from "./numbers.ts";
import { coordinate, element, text, textWidth } from "./svg.ts";

export interface Bar {
  readonly from: number;
  /** Above `from`; Infinity runs to the edge. */
  readonly to: number;
  /** Index into `groups`. */
  readonly group: number;
  /** For the tooltip. */
  readonly label?: string;
}

export interface BarcodeChart {
  readonly title: string;
  readonly xLabel: string;
  /** Names, from the bottom of the chart upwards. */
  readonly groups: readonly string[];
  /** In any order; within a group they are drawn by `from`, then `to`, upwards. */
  readonly bars: readonly Bar[];
  /** Default: from the finite ends, with a little room. */
  readonly xDomain?: readonly [number, number];
  /** Default "log", where `from` = 0 runs to the edge. */
  readonly xScale?: "linear" | "log";
  readonly references?: readonly { readonly x: number; readonly label: string }[];
  /** Default 860, and as high as the bars need, 320 to 900; always as high as the legend. */
  readonly width?: number;
  readonly height?: number;
}

/** Up to this many bars carry a tooltip of their own; more are one path a group. */
const NAMED = 400;
const MOST = 20_000;

/** An SVG document. @throws EngramError on bars that are empty or not numbers, groups that do not exist, or more than 20,000 bars */
export function barcodeChart(chart: BarcodeChart): string {
  const { title, xLabel, groups, bars, xScale = "log", references = [], width = 860 } = chart;
  if (bars.length > MOST) throw new EngramError(title, `at most ${MOST} bars`, `${bars.length}`, "Draw a part, or the counts instead.");
  bars.forEach(({ from, to, group }, i) => {
    if (!(from < to) || from === Infinity || (xScale === "log" && from < 0)) throw new EngramError(`${title}, bar ${i}`, xScale === "log" ? "0 <= from < to" : "from < to", `${from}, ${to}`, "Check the data.");
    if (!(Number.isInteger(group) && group >= 0 && group < groups.length)) throw new EngramError(`${title}, bar ${i}`, `a group below ${groups.length}`, String(group), "Name every group.");
  });
  const used = groups.map((_, g) => g).filter((g) => bars.some(({ group }) => group === g));
  // At least as high as the legend.
  const height = Math.max(chart.height ?? Math.min(900, Math.max(320, 130 + 4 * bars.length)), 80 + 20 * used.length);
  checkSize(width, height);
  const [low, high] = domainOf(chart, xScale);
  const legendWidth = Math.min(width * 0.35, Math.max(40, ...used.map((g) => textWidth(shorten(groups[g], 28), 12))) + 40);
  const plot: Plot = { left: 20, top: 50, right: width - legendWidth - 14, bottom: height - 56 };
  const x = (xScale === "log" ? scaleLog() : scaleLinear()).domain([low, high]).range([plot.left, plot.right]);
  const at = (value: number): number => (value <= low ? plot.left : value >= high ? plot.right : x(value));
  const sorted = bars.map((bar, i) => ({ bar, i })).sort((a, b) => a.bar.group - b.bar.group || a.bar.from - b.bar.from || (a.bar.to === b.bar.to ? a.i - b.i : a.bar.to - b.bar.to));
  const step = (plot.bottom - plot.top - 8) / Math.max(1, sorted.length + 2 * (used.length - 1));
  const thickness = Math.min(6, Math.max(0.4, step * 0.7));
  const place = (row: number): number => plot.bottom - 4 - (row + 0.5 + 2 * used.indexOf(sorted[row].bar.group)) * step;
  const shown = sorted.map(({ bar }, row) => ({ bar, d: `M${coordinate(at(bar.from))},${coordinate(place(row))}H${coordinate(at(bar.to))}` })).filter(({ bar }) => bar.to > low && bar.from < high);
  const style = (g: number): string => `fill:none;stroke:${colour(g)};stroke-width:${formatNumber(thickness)}`;
  const lines = bars.length <= NAMED
    ? shown.map(({ bar, d }) => element("g", {}, [tooltip(`${bar.label ?? groups[bar.group]}: ${formatNumber(bar.from, 4)} to ${bar.to === Infinity ? "\u221e" : formatNumber(bar.to, 4)}`), element("path", { class: "bar", d, style: style(bar.group) })]))
    : used.map((g) => element("g", {}, [tooltip(groups[g]), element("path", { class: "bar", d: shown.filter(({ bar }) => bar.group === g).map(({ d }) => d).join(""), style: style(g) })]));
  const hints = references.flatMap(({ x: value, label }) => [
    element("line", { class: "hint", x1: at(value), x2: at(value), y1: plot.top, y2: plot.bottom }),
    text(at(value) + 5, plot.top - 6, label),
  ]);
  const legend = [...used].reverse().map((g, row) => {
    const [lx, ly] = [plot.right + 16, plot.top + 10 + row * 20];
    const count = bars.filter(({ group }) => group === g).length;
    return element("g", {}, [
      tooltip(`${groups[g]}: ${count}`), element("rect", { x: lx, y: ly - 8, width: 14, height: 8, rx: 2, style: `fill:${colour(g)}` }), text(lx + 21, ly, shorten(groups[g], 28), { class: "label" }),
    ]);
  });
  const ticks = (xScale === "log" ? x.ticks(8).filter((value) => /^[125]/.test(value.toExponential())) : x.ticks(8)).map((value) => ({ at: x(value), label: tickLabel(value, "number") }));
  const grid = ticks.map((tick) => element("line", { class: "grid", x1: tick.at, x2: tick.at, y1: plot.top, y2: plot.bottom }));
  return chartDocument(width, height, title, `${bars.length} intervals of ${xLabel} in ${used.length} groups`, [...grid, ...hints, ...lines, ...xAxis(plot, ticks, xLabel), ...legend]);
}

function domainOf({ title, bars, xDomain, references = [] }: BarcodeChart, kind: "linear" | "log"): [number, number] {
  const positive = (value: number): boolean => Number.isFinite(value) && (kind === "linear" || value > 0);
  const ends = [...bars.flatMap(({ from, to }) => [from, to]), ...references.map(({ x }) => x)].filter(positive);
  let [low, high] = xDomain ?? [ends.reduce((a, b) => Math.min(a, b), Infinity), ends.reduce((a, b) => Math.max(a, b), -Infinity)];
  if (low === Infinity) [low, high] = [1, 10];
  const room = kind === "log" ? 1.15 : 0.04 * (high - low || 1);
  if (xDomain === undefined) [low, high] = kind === "log" ? [low / room, high * room] : [low - room, high + room];
  if (!(low < high) || !Number.isFinite(high - low) || (kind === "log" && !(low > 0))) throw new EngramError(`${title}, x`, kind === "log" ? "a range above 0" : "a range", `${low}..${high}`, "Check the data.");
  return [low, high];
}
