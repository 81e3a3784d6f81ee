/** Curves over a linear or logarithmic axis, with bands of error, markers, and reference lines. */
import { area, line } from "d3-shape";
import { EngramError } from "../numeric/errors.ts";
import { axisOf, linearTicks, logTicks, roundEnds } from "./axis.ts";
import { chartDocument, checkSize, colour, marker, shorten, tickLabel, tooltip, xAxis, yAxis, type NumberStyle, type Plot, type Tick } from "./chart-frame.ts";
import { type Mark, markLegend, markSymbol } from "./marks.ts";
import { element, text, textWidth } from "./svg.ts";

export interface Series {
  readonly name: string;
  readonly x: ArrayLike<number>;
  /** As long as x; NaN leaves a gap. */
  readonly y: ArrayLike<number>;
  /** Lower and upper edge of a band, as long as x each. */
  readonly band?: { readonly low: ArrayLike<number>; readonly high: ArrayLike<number> };
  /** For baselines and controls. */
  readonly dashed?: boolean;
}

export interface LineChart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
  readonly xScale?: "linear" | "log";
  readonly yScale?: "linear" | "log";
  /** Default: from the data, rounded outwards. */
  readonly yDomain?: readonly [number, number];
  /** Where the x axis has ticks. Default: chosen. */
  readonly xTicks?: readonly number[];
  readonly yStyle?: NumberStyle;
  /** Dotted lines across the plot: values of a paper, thresholds. */
  readonly references?: readonly { readonly y?: number; readonly x?: number; readonly label: string }[];
  /** Shaded stretches of the x axis: where something holds. */
  readonly regions?: readonly { readonly from: number; readonly to: number; readonly label?: string }[];
  /** Minima, with a legend below the plot. */
  readonly marks?: readonly Mark[];
  /** Default 760 x 420, and higher where the legend needs it. */
  readonly width?: number;
  readonly height?: number;
}

/** Markers are drawn up to this many points in a series. */
const MARKED = 40;

/**
 * An SVG document. The legend stands right of the plot, in the order in which the curves end.
 * @throws EngramError on series of unequal lengths, x or references that are not finite, or numbers below or at 0 on a logarithmic axis whose
 * domain is not given
 */
export function lineChart(chart: LineChart): string {
  const { title, xLabel, yLabel, series, xScale = "linear", yScale = "linear", yStyle = "number", references = [], regions = [], marks = [], width = 760 } = chart;
  // At least as high as the legend.
  const height = Math.max(chart.height ?? 420, 110 + 20 * series.length);
  checkSize(width, height);
  series.forEach((one) => checkSeries(one, title));
  for (const { x = 0, y = 0, label } of references) if (!Number.isFinite(x) || !Number.isFinite(y)) throw new EngramError(`${title}, reference ${label}`, "finite numbers", `${x}, ${y}`, "Leave it out.");
  for (const { from, to } of regions) if (!(Number.isFinite(to - from) && from <= to)) throw new EngramError(`${title}, regions`, "two finite ends, the least first", `${from}, ${to}`, "Leave it out.");
  for (const mark of marks) if (!Number.isFinite(mark.x + mark.y)) throw new EngramError(`${title}, marks`, "finite numbers", `${mark.x}, ${mark.y}`, "Leave it out.");
  const xs = [...series.flatMap(({ x }) => Array.from(x)), ...references.flatMap(({ x }) => (x === undefined ? [] : [x]))];
  const ys = [...series.flatMap(({ y, band }) => [...Array.from(y), ...Array.from(band?.low ?? []), ...Array.from(band?.high ?? [])]), ...references.flatMap(({ y }) => (y === undefined ? [] : [y]))].filter(Number.isFinite);
  const xDomain = domain(xs, undefined, xScale, `${title}, x`);
  const yDomain = domain(ys, chart.yDomain, yScale, `${title}, y`);
  const legendWidth = Math.min(width * 0.4, Math.max(0, ...series.map(({ name }) => textWidth(shorten(name, 36), 12))) + 46);
  const top = 78;
  const bottom = height - (marks.length > 0 ? 80 : 56);
  const y = axisOf(yScale, chart.yDomain === undefined && yScale === "linear" ? roundEnds(yDomain) : yDomain, [bottom, top]);
  const yTicks = ticksOf(yScale, y, 6).map((value): Tick => ({ at: y(value), label: tickLabel(value, yStyle) }));
  const left = 24 + Math.max(...yTicks.map(({ label }) => textWidth(label, 12)), 10);
  const plot: Plot = { left, top, right: width - legendWidth - 12, bottom };
  const x = axisOf(xScale, xDomain, [plot.left + 6, plot.right - 6]);
  const xTicks = [...(chart.xTicks ?? ticksOf(xScale, x, 8))].filter((value) => value >= xDomain[0] && value <= xDomain[1]).sort((a, b) => a - b);
  const inside = (value: number): boolean => Number.isFinite(value);
  // Compared as numbers, not as pixels: those of 1e308 overflow, and a logarithmic axis has none for the lower edge of a band at 0.
  const { from, to } = y;
  const [below, above] = from < to ? [bottom + 1, top - 1] : [top - 1, bottom + 1];
  const clamp = (value: number): number => (value < Math.min(from, to) ? below : value > Math.max(from, to) ? above : y(value));
  const curves = series.map((one, i) => {
    const at = Array.from(one.x, (_, k) => k).filter((k) => inside(one.x[k]));
    const path = line<number>((k) => x(one.x[k]), (k) => clamp(one.y[k])).defined((k) => inside(one.y[k])).digits(2)(at) ?? "";
    const marks = at.length > MARKED ? [] : at.filter((k) => inside(one.y[k]) && clamp(one.y[k]) !== below && clamp(one.y[k]) !== above).map((k) => marker(i, x(one.x[k]), y(one.y[k])));
    return element("g", {}, [tooltip(one.name), element("path", { class: "curve", d: path, style: `stroke:${colour(i)}`, "stroke-dasharray": one.dashed ? "6 4" : undefined }), ...marks]);
  });
  const bands = series.map(({ x: sx, band }, i) => {
    if (band === undefined) return "";
    const at = Array.from(sx, (_, k) => k);
    const path = area<number>((k) => x(sx[k]), (k) => clamp(band.low[k]), (k) => clamp(band.high[k])).defined((k) => inside(band.low[k]) && inside(band.high[k])).digits(2)(at) ?? "";
    return element("path", { d: path, style: `fill:${colour(i)};opacity:.14` });
  });
  const hints = references.flatMap(({ x: rx, y: ry, label }) => [
    ...(ry === undefined ? [] : [element("line", { class: "hint", x1: plot.left, x2: plot.right, y1: clamp(ry), y2: clamp(ry) }), text(plot.right - 4, clamp(ry) - 5, label, { "text-anchor": "end" })]),
    ...(rx === undefined ? [] : [element("line", { class: "hint", x1: x(rx), x2: x(rx), y1: top, y2: bottom }), text(x(rx) + 5, top + 11, label)]),
  ]);
  const spans = regions.map(({ from, to, label }) => ({ label, ends: [from, to].map((value) => x(Math.min(xDomain[1], Math.max(xDomain[0], value)))) }));
  const shades = spans.map(({ ends: [x0, x1] }) => element("rect", { x: x0, y: top, width: x1 - x0, height: bottom - top, style: "fill:var(--ink);opacity:.07" }));
  const names = spans.flatMap(({ label, ends: [x0, x1] }) => (label === undefined ? [] : [text((x0 + x1) / 2, top + 13, label, { "text-anchor": "middle", style: "paint-order:stroke;stroke:var(--paper);stroke-width:3px" })]));
  const spots = [...marks.map((mark) => markSymbol(mark.kind, x(mark.x), clamp(mark.y))), ...markLegend(marks, {}, plot.left + 8, bottom + 64)];
  const last = (one: Series): number => Array.from(one.y).filter(inside).at(-1) ?? -Infinity;
  const order = series.map((_, i) => i).sort((a, b) => (last(series[b]) === last(series[a]) ? a - b : last(series[b]) - last(series[a])));
  const legend = order.map((i, row) => {
    const [lx, ly] = [plot.right + 18, top + 8 + row * 20];
    const sample = element("line", { class: "curve", x1: lx, x2: lx + 20, y1: ly, y2: ly, style: `stroke:${colour(i)}`, "stroke-dasharray": series[i].dashed ? "6 4" : undefined });
    return element("g", {}, [tooltip(series[i].name), sample, marker(i, lx + 10, ly), text(lx + 27, ly + 4, shorten(series[i].name, 36), { class: "label" })]);
  });
  const axes = [...yAxis(plot, yTicks, yLabel), ...xAxis(plot, xTicks.map((value) => ({ at: x(value), label: tickLabel(value, "number") })), xLabel)];
  const description = `${yLabel} against ${xLabel} for ${series.map(({ name }) => name).join(", ")}`;
  return chartDocument(width, height, title, description, [...shades, ...axes, ...bands, ...hints, ...curves, ...names, ...spots, ...legend]);
}

function checkSeries({ name, x, y, band }: Series, title: string): void {
  const lengths = [y.length, ...(band === undefined ? [] : [band.low.length, band.high.length])];
  if (lengths.some((length) => length !== x.length)) throw new EngramError(`${title}, series ${name}`, `${x.length} numbers for each x`, lengths.join(", "), "Give x, y and the band's edges the same length.");
  for (let i = 0; i < x.length; i++) if (!Number.isFinite(x[i])) throw new EngramError(`${title}, series ${name}, x[${i}]`, "a finite number", String(x[i]), "Leave such points out.");
}

/** The given range, or that of the numbers; never empty. */
function domain(values: readonly number[], given: readonly [number, number] | undefined, kind: "linear" | "log", what: string): [number, number] {
  let [low, high] = given ?? values.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity]);
  if (low > high) [low, high] = kind === "log" ? [1, 10] : [0, 1];
  if (kind === "log" && !(low > 1e-300)) throw new EngramError(what, "numbers above 0 (and 1e-300) on a logarithmic axis", String(low), "Use a linear axis.");
  if (!Number.isFinite(high - low)) throw new EngramError(what, "finite numbers", `${low}..${high}`, "Check the data.");
  if (low === high) [low, high] = kind === "log" ? [low / 2, high * 2] : [low - Math.max(0.5, Math.abs(low) / 2), high + Math.max(0.5, Math.abs(high) / 2)];
  return [low, high];
}

function ticksOf(kind: "linear" | "log", { from, to }: { readonly from: number; readonly to: number }, count: number): number[] {
  return kind === "linear" ? linearTicks(from, to, count) : logTicks(from, to);
}
