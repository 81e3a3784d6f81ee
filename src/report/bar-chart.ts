/** Bars in groups: one group per condition, one bar per series in each. */
import { scaleBand } from "d3-scale";
import { EngramError } from "../numeric/errors.ts";
import { axisOf, linearTicks, roundEnds } from "./axis.ts";
import { chartDocument, checkSize, colour, shorten, tickLabel, tooltip, wrap, yAxis, type NumberStyle, type Plot } from "./chart-frame.ts";
import { formatNumber } from "./numbers.ts";
import { element, text, textWidth } from "./svg.ts";

export interface BarSeries {
  readonly name: string;
  /** One per group; null where there is none. */
  readonly values: readonly (number | null)[];
  /** Half length of a whisker per group. */
  readonly errors?: readonly (number | null)[];
}

export interface BarChart {
  readonly title: string;
  readonly yLabel: string;
  readonly groups: readonly string[];
  readonly series: readonly BarSeries[];
  /** Default: from 0, or below it, to the largest value. */
  readonly yDomain?: readonly [number, number];
  readonly yStyle?: NumberStyle;
  /** Default 860 x 420. */
  readonly width?: number;
  readonly height?: number;
}

/** Bars at least this wide carry their value. */
const VALUED = 20;

/** An SVG document; the legend stands above the plot. @throws EngramError on values that do not match the groups, or are not finite */
export function barChart(chart: BarChart): string {
  const { title, yLabel, groups, series, yStyle = "number", width = 860, height = 420 } = chart;
  checkSize(width, height);
  for (const { name, values, errors } of series) {
    if (values.length !== groups.length || (errors !== undefined && errors.length !== groups.length)) throw new EngramError(`${title}, series ${name}`, `${groups.length} values, one per group`, `${values.length}`, "Use null where there is none.");
    for (const value of [...values, ...(errors ?? [])]) if (value !== null && !Number.isFinite(value)) throw new EngramError(`${title}, series ${name}`, "finite numbers or null", String(value), "Use null where there is none.");
  }
  const ends = series.flatMap(({ values, errors }) => values.flatMap((value, g) => (value === null ? [] : [value - (errors?.[g] ?? 0), value + (errors?.[g] ?? 0)])));
  const [low, high] = chart.yDomain ?? [Math.min(0, ...ends), Math.max(0, ...ends)];
  if (!Number.isFinite(high - low)) throw new EngramError(`${title}, range`, "finite numbers that are not 1.8e308 apart", `${low}, ${high}`, "Check the data.");
  const legend = legendRows(series, width - 32);
  const top = 72 + legend.rows * 20;
  const bottom = height - 62;
  const range: [number, number] = [low, high > low ? high : low + 1];
  const y = axisOf("linear", chart.yDomain === undefined ? roundEnds(range) : range, [bottom, top]);
  const ticks = linearTicks(y.from, y.to, 6).map((value) => ({ at: y(value), label: tickLabel(value, yStyle) }));
  const plot: Plot = { left: 24 + Math.max(10, ...ticks.map(({ label }) => textWidth(label, 12))), top, right: width - 16, bottom };
  const outer = scaleBand<number>().domain(groups.map((_, i) => i)).range([plot.left, plot.right]).paddingInner(0.22).paddingOuter(0.11);
  const inner = scaleBand<number>().domain(series.map((_, i) => i)).range([0, outer.bandwidth()]).paddingInner(0.12);
  const zero = y(Math.min(y.to, Math.max(y.from, 0)));
  const clamp = (value: number): number => Math.min(bottom, Math.max(top, y(value)));
  const bars = series.flatMap(({ name, values, errors }, s) =>
    groups.map((group, g) => {
      const value = values[g];
      const x = (outer(g) as number) + (inner(s) as number);
      const w = inner.bandwidth();
      if (value === null) return text(x + w / 2, zero - 4, "\u2013", { "text-anchor": "middle" });
      const tip = clamp(value);
      const shown = yStyle === "percent" ? formatNumber(Math.round(value * 1000) / 10) : formatNumber(value);
      const whisker = errors?.[g];
      const up = value >= 0;
      return element("g", {}, [
        tooltip(`${group}, ${name}: ${tickLabel(value, yStyle)}`),
        element("rect", { x, y: Math.min(tip, zero), width: w, height: Math.max(0.75, Math.abs(zero - tip)), rx: Math.min(2, w / 4), style: `fill:${colour(s)}` }),
        whisker === null || whisker === undefined ? "" : element("line", { class: "axis", x1: x + w / 2, x2: x + w / 2, y1: clamp(value - whisker), y2: clamp(value + whisker) }),
        w < VALUED ? "" : text(x + w / 2, (up ? Math.min(tip, clamp(value + (whisker ?? 0))) - 5 : tip + 13), shown, { "text-anchor": "middle", "font-size": 10.5 }),
      ]);
    }),
  );
  const labels = groups.flatMap((group, g) =>
    wrap(group, outer.step() - 6).map((part, row) => text((outer(g) as number) + outer.bandwidth() / 2, bottom + 18 + row * 14, shorten(part, Math.max(4, Math.floor(outer.step() / 6))), { class: "label", "text-anchor": "middle" })),
  );
  const floor = element("line", { class: "axis", x1: plot.left, x2: plot.right, y1: zero, y2: zero });
  return chartDocument(width, height, title, `${yLabel} of ${series.map(({ name }) => name).join(", ")} for ${groups.join(", ")}`, [...legend.markup, ...yAxis(plot, ticks, yLabel), ...bars, floor, ...labels]);
}

function legendRows(series: readonly BarSeries[], width: number): { rows: number; markup: string[] } {
  const markup: string[] = [];
  let [x, row] = [16, 0];
  series.forEach(({ name }, i) => {
    const label = shorten(name, 36);
    const needed = textWidth(label, 12) + 36;
    if (x > 16 && x + needed > width) [x, row] = [16, row + 1];
    markup.push(element("g", {}, [tooltip(name), element("rect", { x, y: 40 + row * 20, width: 12, height: 12, rx: 2, style: `fill:${colour(i)}` }), text(x + 18, 50 + row * 20, label, { class: "label" })]));
    x += needed;
  });
  return { rows: series.length === 0 ? 0 : row + 1, markup };
}
