/** Several of our charts in one SVG document: side by side, or one after the other as frames of an animation that needs no script. */
import { EngramError } from "../numeric/errors.ts";
import { chartDocument } from "./chart-frame.ts";
import { element } from "./svg.ts";

interface Inner {
  readonly width: number;
  readonly height: number;
  /** What is between the svg tags, without the style that all charts share. */
  readonly content: string;
  readonly style: string;
}

function inner(chart: string): Inner {
  const open = /^<svg [^>]*class="engram-chart" width="([\d.]+)" height="([\d.]+)"[^>]*aria-label="[^"]*">(<style>[^<]*<\/style>)/.exec(chart);
  const end = chart.lastIndexOf("</svg>");
  if (open === null || end < open[0].length) throw new EngramError("chart", "a chart of this room", `${chart.slice(0, 60)}...`, "Pass what lineChart, heatMap, barChart or contourChart returned.");
  return { width: Number(open[1]), height: Number(open[2]), content: chart.slice(open[0].length, end), style: open[3] };
}

/** Charts in a grid, row by row. @param title above all of them @throws EngramError on no charts, anything but our charts, or columns that are no whole number */
export function panels(charts: readonly string[], options: { title: string; columns: number }): string {
  const { title, columns } = options;
  if (charts.length === 0) throw new EngramError(title, "at least one chart", "none", "Pass the charts to lay out.");
  if (!Number.isInteger(columns) || columns < 1) throw new EngramError(`${title}, columns`, "a whole number, 1 or above", String(columns), "Choose another.");
  const parts = charts.map(inner);
  const [w, h] = [Math.max(...parts.map(({ width }) => width)), Math.max(...parts.map(({ height }) => height))];
  const across = Math.min(columns, parts.length);
  const placed = parts.map(({ content }, i) => element("g", { transform: `translate(${(i % across) * w},${36 + Math.floor(i / across) * h})` }, content));
  return chartDocument(across * w, 36 + Math.ceil(parts.length / across) * h, title, `${parts.length} charts`, placed);
}

/**
 * Charts of one size as frames that follow each other without end; with "reduced motion" the first stands still.
 * @param options.seconds of each frame
 * @throws EngramError on no charts, charts of several sizes, or a time that is not above 0
 */
export function frames(charts: readonly string[], options: { title: string; seconds: number }): string {
  const { title, seconds } = options;
  if (charts.length === 0) throw new EngramError("frames", "at least one chart", "none", "Pass the frames in order.");
  if (!(seconds > 0 && seconds < Infinity)) throw new EngramError("frames, seconds", "a time above 0", String(seconds), "0.25 gives four frames a second.");
  const parts = charts.map(inner);
  const { width, height } = parts[0];
  if (parts.some((part) => part.width !== width || part.height !== height)) throw new EngramError("frames", `charts of ${width} x ${height}`, "several sizes", "Give all frames one width and height.");
  const n = parts.length;
  const name = `engram-frames-${n}`;
  const style = [
    `@keyframes ${name}{0%{visibility:visible}${percent(1 / n)}{visibility:hidden}100%{visibility:hidden}}`,
    `.${name}{visibility:hidden;animation:${name} ${round(n * seconds)}s step-end infinite}`,
    `@media (prefers-reduced-motion:reduce){.${name}{animation:none}.${name}:first-of-type{visibility:visible}}`,
  ].join("");
  // A negative delay starts frame i as if the round had begun n - i frames ago.
  const shown = parts.map(({ content }, i) => element("g", { class: name, style: `animation-delay:${round((i - n) * seconds)}s` }, content));
  const attributes = { xmlns: "http://www.w3.org/2000/svg", class: "engram-chart", width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${title}. ${n} frames` };
  return `${element("svg", attributes, [parts[0].style, `<style>${style}</style>`, ...shown])}\n`;
}

function percent(share: number): string {
  return `${round(100 * share)}%`;
}

/** Three decimals. */
function round(value: number): string {
  return String(Math.round(value * 1000) / 1000 + 0);
}
