/** A grid of numbers as colours, with contour lines and marked points: energy landscapes, tables of agreement. */
import { contours } from "d3-contour";
import { EngramError } from "../numeric/errors.ts";
import { axisOf, linearTicks } from "./axis.ts";
import { chartDocument, checkSize, shorten, tickLabel, tooltip, type Plot } from "./chart-frame.ts";
import { formatNumber } from "./numbers.ts";
import { mix, RAMPS } from "./ramp.ts";
import { coordinate, element, text, textWidth } from "./svg.ts";

export interface HeatMap {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly columns: number;
  readonly rows: number;
  /** rows x columns numbers, row by row; NaN stays blank. */
  readonly values: ArrayLike<number>;
  /** What columns and rows stand for: names (row 0 at the top), or the ends of a numeric axis (row 0 at the bottom). */
  readonly x: readonly string[] | { readonly from: number; readonly to: number };
  readonly y: readonly string[] | { readonly from: number; readonly to: number };
  /** What the ends of the colour scale stand for. Default: the least and largest number. */
  readonly domain?: readonly [number, number];
  /** `diverging` has its pale middle half-way. Default `sequential`. */
  readonly palette?: "sequential" | "diverging";
  /** Heights of contour lines. */
  readonly contours?: readonly number[];
  /** In the units of a numeric axis. */
  readonly points?: readonly { readonly x: number; readonly y: number; readonly label?: string }[];
  /** Whether cells carry their number. Default: where there are at most 14 columns and names on the axes. */
  readonly showValues?: boolean;
  readonly width?: number;
  readonly height?: number;
}

/** Colours along a ramp; neighbouring cells of one colour become one rectangle. */
const LEVELS = 96;
const LARGEST = 1 << 18;

/** An SVG document. @throws EngramError on counts that do not match, more than 262,144 cells, or a domain that is empty */
export function heatMap(chart: HeatMap): string {
  const { title, xLabel, yLabel, columns, rows, values, palette = "sequential", points = [], width = 640, height = 520 } = chart;
  checkSize(width, height);
  if (!Number.isInteger(columns) || !Number.isInteger(rows) || columns < 1 || rows < 1 || columns * rows > LARGEST || values.length !== columns * rows) {
    throw new EngramError(title, `rows x columns numbers, 1 to ${LARGEST}`, `${values.length} for ${rows} x ${columns}`, "Check the sizes.");
  }
  for (const [name, axis, count] of [["x", chart.x, columns], ["y", chart.y, rows]] as const) {
    if (isNames(axis) && axis.length !== count) throw new EngramError(`${title}, ${name}`, `${count} names`, `${axis.length}`, "Name each column and row.");
  }
  for (const { x, y } of points) if (!Number.isFinite(x) || !Number.isFinite(y)) throw new EngramError(`${title}, points`, "finite numbers", `${x}, ${y}`, "Leave such points out.");
  for (const level of chart.contours ?? []) if (!Number.isFinite(level)) throw new EngramError(`${title}, contours`, "finite heights", String(level), "Leave it out.");
  const [low, high] = chart.domain ?? range(values);
  if (!(low <= high) || !Number.isFinite(high - low)) throw new EngramError(`${title}, domain`, "two finite numbers, the least first", `${low}, ${high}`, "Check the data.");
  const shade = (value: number): number => (high === low ? LEVELS >> 1 : Math.round(Math.min(1, Math.max(0, (value - low) / (high - low))) * (LEVELS - 1)));
  const ramp = Array.from({ length: LEVELS }, (_, i) => mix(RAMPS[palette], i / (LEVELS - 1)));
  const ends = [low, (low + high) / 2, high].map((value) => signed(value));
  const rowLabels = isNames(chart.y) ? chart.y.map((name) => shorten(name, 24)) : ["0000000"];
  const plot: Plot = { left: 26 + Math.max(...rowLabels.map((label) => textWidth(label, 12))), top: 66, right: width - 44 - Math.max(...ends.map((label) => textWidth(label, 12))), bottom: height - 56 };
  const [w, h] = [(plot.right - plot.left) / columns, (plot.bottom - plot.top) / rows];
  const down = isNames(chart.y);
  const top = (row: number): number => plot.top + (down ? row : rows - 1 - row) * h;
  // Edges on whole pixels, so that no seam shows between cells; one path per colour.
  const strips = Array.from({ length: LEVELS }, (): string[] => []);
  for (let r = 0; r < rows; r++) {
    const [y0, y1] = [Math.round(top(r)), Math.round(top(r) + h)];
    for (let c = 0, end = 1; c < columns; c = end++) {
      if (!Number.isFinite(values[r * columns + c])) continue;
      const level = shade(values[r * columns + c]);
      while (end < columns && shade(values[r * columns + end]) === level) end++;
      const [x0, x1] = [Math.round(plot.left + c * w), Math.round(plot.left + end * w)];
      strips[level].push(`M${x0},${y0}h${x1 - x0}v${y1 - y0}h${x0 - x1}Z`);
    }
  }
  const cells = strips.map((paths, level) => (paths.length === 0 ? "" : `<path d="${paths.join("")}" style="fill:${ramp[level]}"/>`));
  const showValues = chart.showValues ?? (down && columns <= 14 && isNames(chart.x));
  const numbers = !showValues ? [] : Array.from(values, (value, i) => text(plot.left + ((i % columns) + 0.5) * w, top(Math.floor(i / columns)) + h / 2 + 4, Number.isFinite(value) ? signed(value, 2) : "\u2013", { "text-anchor": "middle", style: Number.isFinite(value) ? `fill:${isDark(ramp[shade(value)]) ? "#fff" : "#23262b"}` : undefined }));
  // d3-contour puts the value of column c at c + 1/2.
  const place = ([cx, cy]: readonly number[]): string => `${coordinate(plot.left + cx * w)},${coordinate(down ? plot.top + cy * h : plot.bottom - cy * h)}`;
  const lines = (chart.contours ?? []).map((level) => {
    const { coordinates } = contours().size([columns, rows]).contour(Array.from(values), level);
    const path = coordinates.flat().map((ring) => openRing(ring, columns, rows, place)).join("");
    return path === "" ? "" : `<path d="${path}" style="fill:none;stroke:#23262b;stroke-opacity:.45;stroke-width:.8">${tooltip(formatNumber(level))}</path>`;
  });
  const at = axisScale(chart.x, columns, plot.left, plot.right);
  const up = axisScale(chart.y, rows, down ? plot.top : plot.bottom, down ? plot.bottom : plot.top);
  const marks = points.flatMap(({ x, y, label }) => [
    element("circle", { cx: at.place(x), cy: up.place(y), r: 4, style: "fill:#fff;stroke:#23262b;stroke-width:1.5" }),
    label === undefined ? "" : text(at.place(x) + 8, up.place(y) + 4, label, { style: "fill:#23262b;paint-order:stroke;stroke:#fdfcfa;stroke-width:3px" }),
  ]);
  const axes = [
    ...at.ticks.map(({ at: px, label }) => text(px, plot.bottom + 18, shorten(label, Math.max(3, Math.floor(w < 30 && isNames(chart.x) ? 4 : w / 6 + 6))), { "text-anchor": "middle" })),
    ...up.ticks.map(({ at: py, label }) => text(plot.left - 8, py + 4, shorten(label, 24), { "text-anchor": "end" })),
    text((plot.left + plot.right) / 2, plot.bottom + 40, xLabel, { class: "label", "text-anchor": "middle" }),
    text(16, plot.top - 14, yLabel, { class: "label" }),
  ];
  const bar = Array.from({ length: LEVELS }, (_, i) => `<path d="M${coordinate(plot.right + 16)},${coordinate(plot.bottom - ((i + 1) * (plot.bottom - plot.top)) / LEVELS)}h12v${coordinate((plot.bottom - plot.top) / LEVELS)}h-12Z" style="fill:${ramp[i]}"/>`);
  const barLabels = ends.map((label, i) => text(plot.right + 33, plot.bottom - ((plot.bottom - plot.top - 8) * i) / 2, label));
  const colours = element("g", { "shape-rendering": "crispEdges" }, [...cells, ...bar]);
  return chartDocument(width, height, title, `${yLabel} against ${xLabel}, from ${ends[0]} to ${ends[2]}`, [colours, ...lines, ...numbers, ...marks, ...axes, ...barLabels]);
}

/** A contour as a path, without the stretches that only run along the edge of the grid. */
function openRing(ring: readonly (readonly number[])[], columns: number, rows: number, place: (point: readonly number[]) => string): string {
  const along = ([ax, ay]: readonly number[], [bx, by]: readonly number[]): boolean => (ax === bx && (ax <= 0 || ax >= columns)) || (ay === by && (ay <= 0 || ay >= rows));
  return ring.map((point, i) => `${i === 0 || along(ring[i - 1], point) ? "M" : "L"}${place(point)}`).join("");
}

function isNames(axis: HeatMap["x"]): axis is readonly string[] {
  return Array.isArray(axis);
}

/** Ticks in pixels, and where a number stands. */
function axisScale(axis: HeatMap["x"], count: number, from: number, to: number): { ticks: { at: number; label: string }[]; place: (value: number) => number } {
  if (isNames(axis)) {
    const place = (value: number): number => from + ((value + 0.5) * (to - from)) / count;
    return { ticks: axis.map((label, i) => ({ at: place(i), label })), place };
  }
  if (!Number.isFinite(axis.to - axis.from) || axis.from === axis.to) throw new EngramError("axis", "two finite ends that differ", `${axis.from}, ${axis.to}`, "Check the axis.");
  const place = axisOf("linear", [axis.from, axis.to], [from, to]);
  return { ticks: linearTicks(axis.from, axis.to, 6).map((value) => ({ at: place(value), label: tickLabel(value, "number") })), place };
}

function signed(value: number, digits = 3): string {
  return formatNumber(value, digits).replace(/^-/, "\u2212");
}

function range(values: ArrayLike<number>): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i])) [low, high] = [Math.min(low, values[i]), Math.max(high, values[i])];
  return low > high ? [0, 1] : [low, high];
}

function isDark(hex: string): boolean {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return 0.299 * r + 0.587 * g + 0.114 * b < 140;
}
