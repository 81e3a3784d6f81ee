/**
 * A table of weights as it is looked up: a column per feature, a row per level (level 0 at the bottom), the entropy of each column above it, and
 * the paths of a cue and of what was recalled through it (entropic-memory.md 2.1-2.3). Empty cells are blank: they are what rejects a cue.
 *
 *   weights     n x m   R[j,i] at j m + i            entropies   n   bits
 *   paths       n       a level per column; a number outside 0 .. m - 1 is drawn at the edge, NaN is not drawn
 */
import { EngramError } from "../numeric/errors.ts";
import { chartDocument, colour, shorten, tooltip } from "./chart-frame.ts";
import { formatNumber } from "./numbers.ts";
import { mix, RAMPS } from "./ramp.ts";
import { coordinate, element, text } from "./svg.ts";

export interface RegisterPath {
  readonly name: string;
  readonly levels: ArrayLike<number>;
}

export interface RegisterChart {
  readonly title: string;
  readonly columns: number;
  readonly levels: number;
  readonly weights: ArrayLike<number>;
  readonly entropies: ArrayLike<number>;
  /** At most three: a line each, crossed where it meets an empty cell or leaves the table. */
  readonly paths?: readonly RegisterPath[];
  /** The first column drawn, and the one after the last. Default: all. */
  readonly from?: number;
  readonly to?: number;
  /** Columns in a strip; further ones stand below. Default 128. */
  readonly perStrip?: number;
  readonly width?: number;
}

/** Shades of a cell; the lightest is well off the paper, so that a cell with a single count is seen. */
const SHADES = 24;
const LIGHTEST = 0.12;
const ENTROPY = 34;
/** Columns in one chart. */
const MOST = 4096;

/** An SVG document. @throws EngramError on counts that do not match, or a stretch of columns that is empty or too long */
export function registerChart(chart: RegisterChart): string {
  const { title, columns: n, levels: m, weights, entropies, paths = [], from = 0, to = n, perStrip = 128, width = 960 } = chart;
  if (!(Number.isInteger(n) && Number.isInteger(m) && n >= 1 && m >= 1) || weights.length !== n * m || entropies.length !== n) {
    throw new EngramError(title, "columns x levels weights and an entropy per column", `${weights.length} and ${entropies.length} for ${n} x ${m}`, "Check the sizes.");
  }
  if (!(Number.isInteger(from) && Number.isInteger(to) && Number.isInteger(perStrip) && perStrip >= 1 && from >= 0 && from < to && to <= n && to - from <= MOST)) {
    throw new EngramError(`${title}, columns`, `a stretch of 1 to ${MOST} columns of 0..${n}`, `${from} to ${to}`, "Choose another stretch.");
  }
  for (const { name, levels } of paths) if (levels.length !== n) throw new EngramError(`${title}, path ${name}`, `${n} levels`, String(levels.length), "Give a level per column.");
  let most = 1;
  for (let at = 0; at < weights.length; at++) most = Math.max(most, weights[at]);
  const across = Math.min(perStrip, to - from);
  const rowHeight = Math.max(1.5, Math.min(9, Math.floor(160 / m)));
  const [left, right, top] = [58, width - 16, 70];
  const cell = (right - left) / across;
  const body = m * rowHeight;
  const pitch = ENTROPY + 6 + body + 30;
  const strips = Math.ceil((to - from) / perStrip);
  const parts: string[] = [];
  const drawn = { weights, entropies, m, most, left, cell, rowHeight, full: Math.max(1, bitsOf(m)) };
  for (let s = 0; s < strips; s++) {
    const [a, b] = [from + s * perStrip, Math.min(to, from + (s + 1) * perStrip)];
    parts.push(...strip({ ...drawn, a, b, top: top + s * pitch }, paths));
  }
  const foot = top + strips * pitch + 8;
  const legend = [...paths.flatMap((path, k) => {
    const x = left + k * 210;
    return [element("line", { x1: x, x2: x + 22, y1: foot, y2: foot, style: `stroke:${PATHS[k % PATHS.length]};stroke-width:2${k === 0 ? "" : ";stroke-dasharray:3 2"}` }), text(x + 29, foot + 4, shorten(path.name, 26), { class: "label" })];
  }), ...ramp(right - 250, foot, most)];
  const described = `${to - from} columns of ${m} levels, heaviest cell ${most}; ${paths.map(({ name }) => name).join(", ")}`;
  return chartDocument(width, foot + 22, title, described, [text(16, 48, `columns across, levels upwards; above each column its entropy, 0 to ${formatNumber(Math.max(1, bitsOf(m)), 3)} bits`), ...parts, ...legend]);
}

/** Cue and answers: apart from each other and from the ramp of the cells. */
const PATHS = ["#d1491f", "#12823b", "#8d2f9c"];

interface Strip {
  readonly weights: ArrayLike<number>;
  readonly entropies: ArrayLike<number>;
  readonly m: number;
  readonly most: number;
  readonly left: number;
  readonly cell: number;
  readonly rowHeight: number;
  readonly full: number;
  readonly a: number;
  readonly b: number;
  readonly top: number;
}

function strip(one: Strip, paths: readonly RegisterPath[]): string[] {
  const { weights, entropies, m, most, left, cell, rowHeight, full, a, b, top } = one;
  const base = top + ENTROPY + 6;
  const x = (j: number): number => left + (j - a) * cell;
  const y = (level: number): number => base + (m - 1 - level) * rowHeight;
  const shades = Array.from({ length: SHADES }, (): string[] => []);
  for (let j = a; j < b; j++) {
    for (let i = 0; i < m; i++) {
      const held = weights[j * m + i];
      if (!(held > 0)) continue;
      // By the square root: cells of a few counts stay apart from each other.
      const shade = Math.min(SHADES - 1, Math.floor(Math.sqrt(held / most) * SHADES));
      shades[shade].push(`M${coordinate(x(j))},${coordinate(y(i))}h${coordinate(cell)}v${coordinate(rowHeight)}h${coordinate(-cell)}Z`);
    }
  }
  const cells = shades.map((drawn, k) => (drawn.length === 0 ? "" : `<path d="${drawn.join("")}" style="fill:${shadeOf(k)}"/>`));
  const bars = Array.from({ length: b - a }, (_, k) => {
    const h = (ENTROPY * Math.min(entropies[a + k], full)) / full;
    return `M${coordinate(x(a + k) + cell * 0.1)},${coordinate(top + ENTROPY)}v${coordinate(-h)}h${coordinate(cell * 0.8)}v${coordinate(h)}Z`;
  });
  const frame = element("rect", { x: left, y: base, width: (b - a) * cell, height: m * rowHeight, style: "fill:none;stroke:var(--rule)" });
  const labels = [
    text(left - 8, top + 10, "bits", { "text-anchor": "end" }), text(left - 8, base + 9, String(m - 1), { "text-anchor": "end" }), text(left - 8, base + m * rowHeight, "0", { "text-anchor": "end" }),
    text(left, base + m * rowHeight + 16, String(a)), text(x(b), base + m * rowHeight + 16, String(b - 1), { "text-anchor": "end" }),
  ];
  return [
    `<path d="${bars.join("")}" style="fill:${colour(6)};opacity:.55"/>`, element("g", { "shape-rendering": "crispEdges" }, cells), frame,
    ...paths.flatMap((path, k) => pathMarks(path, k, one, x, (level) => y(level) + rowHeight / 2)), ...labels,
  ];
}

/** The path as a line through the middles of its cells, with a cross wherever it meets nothing. */
function pathMarks({ name, levels }: RegisterPath, k: number, { weights, m, cell, a, b }: Strip, x: (j: number) => number, middle: (level: number) => number): string[] {
  const stroke = PATHS[k % PATHS.length];
  const line: string[] = [];
  const crosses: string[] = [];
  let pen = "M";
  for (let j = a; j < b; j++) {
    const level = levels[j];
    if (Number.isNaN(level)) {
      pen = "M";
      continue;
    }
    const [px, py] = [x(j) + cell / 2, middle(Math.min(m - 1, Math.max(0, level)))];
    line.push(`${pen}${coordinate(px)},${coordinate(py)}`);
    pen = "L";
    const held = level >= 0 && level < m && weights[j * m + level] > 0;
    if (!held) crosses.push(`M${coordinate(px - 3)},${coordinate(py - 3)}L${coordinate(px + 3)},${coordinate(py + 3)}M${coordinate(px - 3)},${coordinate(py + 3)}L${coordinate(px + 3)},${coordinate(py - 3)}`);
  }
  return [
    line.length === 0 ? "" : `<path class="walk" d="${line.join("")}" style="fill:none;stroke:${stroke};stroke-width:${k === 0 ? 1.6 : 1.3};stroke-linejoin:round${k === 0 ? "" : ";stroke-dasharray:3 2"}">${tooltip(name)}</path>`,
    crosses.length === 0 ? "" : `<path class="miss" d="${crosses.join("")}" style="fill:none;stroke:${stroke};stroke-width:2">${tooltip(`${name}: nothing registered there`)}</path>`,
  ];
}

function shadeOf(k: number): string {
  return mix(RAMPS.sequential, LIGHTEST + ((1 - LIGHTEST) * k) / (SHADES - 1));
}

function ramp(left: number, y: number, most: number): string[] {
  const step = 120 / SHADES;
  const boxes = Array.from({ length: SHADES }, (_, k) => `<path d="M${coordinate(left + k * step)},${coordinate(y - 6)}h${coordinate(step)}v12h${coordinate(-step)}Z" style="fill:${shadeOf(k)}"/>`);
  return [text(left - 8, y + 4, "weight 1", { "text-anchor": "end" }), ...boxes, text(left + 128, y + 4, `${formatNumber(most)} (M)`)];
}

/** log2 of a whole number, rounded up: the upper end of the axis of entropies. */
function bitsOf(m: number): number {
  let bits = 0;
  while (2 ** bits < m) bits++;
  return bits;
}
