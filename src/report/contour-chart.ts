/**
 * A landscape seen from above: filled levels, their contour lines, a grey region where it means nothing (off the support), and marked
 * points by kind. Everything is drawn from samples on a grid whose first and last row and column lie on the ends of the axes.
 */
import { contours } from "d3-contour";
import { exp } from "../numeric/elementary/exp.ts";
import { log } from "../numeric/elementary/log.ts";
import { EngramError } from "../numeric/errors.ts";
import { axisOf, linearTicks } from "./axis.ts";
import { chartDocument, checkSize, tickLabel, tooltip, xAxis, yAxis, type Plot } from "./chart-frame.ts";
import { type Mark, MARK_KINDS, MARK_NAMES, type MarkKind, markLegend, markSymbol } from "./marks.ts";
import { formatNumber } from "./numbers.ts";
import { mix, RAMPS } from "./ramp.ts";
import { coordinate, element, text, textWidth } from "./svg.ts";

export interface ContourChart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Samples along x and y, 2 to 1,000 each. */
  readonly columns: number;
  readonly rows: number;
  /** rows x columns numbers, row by row from the bottom; Infinity and NaN count as above every level. */
  readonly values: ArrayLike<number>;
  /** Ends of the axes: where the first and last sample stand. */
  readonly x: { readonly from: number; readonly to: number };
  readonly y: { readonly from: number; readonly to: number };
  /** Ascending heights; see {@link logLevels}. */
  readonly levels: readonly number[];
  /** Grey where this is 0 or above: rows x columns numbers. */
  readonly grey?: ArrayLike<number>;
  readonly marks?: readonly Mark[];
  /** What the kinds are called in the legend. Default: minimum at a pattern, novel minimum, pattern without a minimum. */
  readonly names?: Readonly<Partial<Record<MarkKind, string>>>;
  readonly width?: number;
  readonly height?: number;
}

/** n heights from `low` to `high` whose distances above `low` grow geometrically from `floor`: close lines in the valleys. @throws EngramError unless low < high, 0 < floor < high - low and n >= 2 */
export function logLevels(low: number, high: number, n: number, floor = 1e-3): number[] {
  if (!(Number.isFinite(high - low) && floor > 0 && high - low > floor && Number.isInteger(n) && n >= 2)) throw new EngramError("logLevels", "low + floor < high, floor above 0 and at least 2 levels", `${low}, ${high}, ${n}, ${floor}`, "Check the range of the heights.");
  const ratio = log((high - low) / floor) / (n - 1);
  return Array.from({ length: n }, (_, i) => low + floor * exp(i * ratio));
}

/** An SVG document. @throws EngramError on counts that do not match, levels that are not finite and ascending, or points that are not finite */
export function contourChart(chart: ContourChart): string {
  const { title, xLabel, yLabel, columns, rows, levels, grey, marks = [], width = 560, height = 520 } = chart;
  check(chart, width, height);
  const values = Array.from(chart.values, (value) => (Number.isFinite(value) ? value : Number.MAX_VALUE));
  const [xTicks, yTicks] = [linearTicks(chart.x.from, chart.x.to, 7), linearTicks(chart.y.from, chart.y.to, 6)];
  const tickTexts = yTicks.map((value) => tickLabel(value, "number"));
  const barTexts = barHeights(levels).map((at) => formatNumber(levels[at], 3).replace(/^-/, "\u2212"));
  const left = 24 + Math.max(10, ...tickTexts.map((label) => textWidth(label, 12)));
  const plot: Plot = { left, top: 66, right: width - 46 - Math.max(...barTexts.map((label) => textWidth(label, 12))), bottom: height - 84 };
  const at = axisOf("linear", [chart.x.from, chart.x.to], [plot.left, plot.right]);
  const up = axisOf("linear", [chart.y.from, chart.y.to], [plot.bottom, plot.top]);
  // d3-contour puts sample c at c + 1/2: the outer half cells fall outside the plot and are cut away.
  const place = ([cx, cy]: readonly number[]): string => {
    const px = plot.left + ((clamp(cx - 0.5, columns - 1)) * (plot.right - plot.left)) / (columns - 1);
    const py = plot.bottom - ((clamp(cy - 0.5, rows - 1)) * (plot.bottom - plot.top)) / (rows - 1);
    return `${tenths(px)},${tenths(py)}`;
  };
  const area = (field: readonly number[], level: number): string => {
    const { coordinates } = contours().size([columns, rows]).contour(field as number[], level);
    return coordinates.flat().map((ring) => `${ring.slice(0, -1).map((point, i) => (i === 0 ? "M" : "L") + place(point)).join("")}Z`).join("");
  };
  const shade = (i: number): string => mix(RAMPS.sequential, 1 - i / levels.length);
  const ground = element("rect", { x: plot.left, y: plot.top, width: plot.right - plot.left, height: plot.bottom - plot.top, style: `fill:${shade(0)}` });
  const bands = levels.map((level, i) => {
    const d = area(values, level);
    return d === "" ? "" : `<path d="${d}" style="fill:${shade(i + 1)};fill-rule:evenodd;stroke:#23262b;stroke-opacity:.35;stroke-width:.6">${tooltip(formatNumber(level))}</path>`;
  });
  const off = grey === undefined ? "" : area(Array.from(grey), 0);
  const cover = off === "" ? "" : `<path d="${off}" style="fill:#b9b7b2;fill-rule:evenodd;stroke:#7b7872;stroke-width:.8">${tooltip("off the support")}</path>`;
  const frame = element("rect", { x: plot.left, y: plot.top, width: plot.right - plot.left, height: plot.bottom - plot.top, style: "fill:none;stroke:var(--soft)" });
  const points = marks.flatMap(({ x, y, kind, label }) => [
    markSymbol(kind, at(x), up(y)), label === undefined ? "" : text(at(x) + 9, up(y) - 6, label, { style: "fill:#23262b;paint-order:stroke;stroke:#fdfcfa;stroke-width:3px" }),
  ]);
  const axes = [
    ...yAxis({ ...plot, right: plot.left - 4 }, yTicks.map((value) => ({ at: up(value), label: tickLabel(value, "number") })), yLabel),
    ...xAxis(plot, xTicks.map((value) => ({ at: at(value), label: tickLabel(value, "number") })), xLabel),
  ];
  const content = [ground, ...bands, cover, frame, ...points, ...axes, ...markLegend(marks, chart.names ?? {}, plot.left + 8, plot.bottom + 66, off === "" ? [] : [["off the support", greyBox]]), ...bar(levels, plot, shade, barTexts)];
  const counts = MARK_KINDS.map((kind) => `${marks.filter((mark) => mark.kind === kind).length} ${chart.names?.[kind] ?? MARK_NAMES[kind]}`).join(", ");
  return chartDocument(width, height, title, `${yLabel} against ${xLabel}: ${counts}`, content);
}

function check({ title, columns, rows, values, grey, levels, x, y, marks = [] }: ContourChart, width: number, height: number): void {
  checkSize(width, height);
  const counts = [columns, rows].every((count) => Number.isInteger(count) && count >= 2 && count <= 1000);
  if (!counts || values.length !== columns * rows) throw new EngramError(title, "rows x columns samples, 2 to 1,000 each", `${values.length} for ${rows} x ${columns}`, "Check the sizes.");
  if (grey !== undefined && grey.length !== values.length) throw new EngramError(`${title}, grey`, `${values.length} samples`, `${grey.length}`, "It stands on the same grid.");
  if (grey !== undefined && !Array.from(grey).every(Number.isFinite)) throw new EngramError(`${title}, grey`, "finite numbers", "NaN or an infinity among them", "Give a distance from the support.");
  if (levels.length < 2 || !levels.every((level, i) => Number.isFinite(level) && (i === 0 || level > levels[i - 1]))) throw new EngramError(`${title}, levels`, "two finite heights or more, ascending", levels.join(", "), "logLevels makes such a list.");
  for (const axis of [x, y]) if (!(Number.isFinite(axis.to - axis.from) && axis.from < axis.to)) throw new EngramError(`${title}, axis`, "two finite ends, the least first", `${axis.from}, ${axis.to}`, "Check the axis.");
  for (const mark of marks) if (!Number.isFinite(mark.x + mark.y)) throw new EngramError(`${title}, marks`, "finite numbers", `${mark.x}, ${mark.y}`, "Leave such points out.");
}

const greyBox = (x: number, y: number): string => element("rect", { x: x - 6, y: y - 5, width: 12, height: 10, style: "fill:#b9b7b2;stroke:#7b7872" });

const clamp = (value: number, most: number): number => Math.min(most, Math.max(0, value));

/** One decimal: contours have thousands of points, and a tenth of a pixel is not seen. */
function tenths(value: number): string {
  return coordinate(Math.round(value * 10) / 10);
}

/** Up to six levels that carry a number. */
function barHeights(levels: readonly number[]): number[] {
  const steps = Math.min(5, levels.length - 1);
  return Array.from({ length: steps + 1 }, (_, i) => Math.round((i * (levels.length - 1)) / steps));
}

function bar(levels: readonly number[], plot: Plot, shade: (i: number) => string, texts: readonly string[]): string[] {
  const step = (plot.bottom - plot.top) / (levels.length + 1);
  const x = plot.right + 14;
  const boxes = Array.from({ length: levels.length + 1 }, (_, i) => `<path d="M${coordinate(x)},${coordinate(plot.bottom - (i + 1) * step)}h11v${coordinate(step)}h-11Z" style="fill:${shade(i)}"/>`);
  const labels = barHeights(levels).map((at, i) => (i > 0 && texts[i] === texts[i - 1] ? "" : text(x + 15, plot.bottom - (at + 1) * step + 4, texts[i])));
  return [element("g", { "shape-rendering": "crispEdges" }, boxes), ...labels];
}
