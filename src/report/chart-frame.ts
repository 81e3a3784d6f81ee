/**
 * What all charts share: paper and ink for light and dark, eight colours that stay apart for colour-blind readers (hues after
 * Okabe and Ito, each with a marker of its own), the frame with its title, axes and grid, and legends.
 */
import { EngramError } from "../numeric/errors.ts";
import { formatNumber } from "./numbers.ts";
import { element, escapeXml, text, textWidth } from "./svg.ts";

const LIGHT = ["#2b6cb0", "#c8553d", "#23876a", "#8d5a97", "#b7791f", "#2f8fb3", "#6b7280", "#a63a63"] as const;
const DARK = ["#7fb2e5", "#ef9a83", "#6fc3a4", "#c79bd1", "#e2b45f", "#7ecbe8", "#a9b0bb", "#e58bab"] as const;

/** Colours before they repeat. */
export const COLOURS: number = LIGHT.length;

const variables = (colours: readonly string[]): string => colours.map((colour, i) => `--c${i}:${colour}`).join(";");

const STYLE: string = [
  `.engram-chart{--paper:#fdfcfa;--ink:#23262b;--soft:#646a73;--rule:#e3e0da;${variables(LIGHT)};font-family:ui-sans-serif,system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-size:12px}`,
  `@media (prefers-color-scheme:dark){.engram-chart{--paper:#17191d;--ink:#e6e4df;--soft:#a0a5ad;--rule:#33373e;${variables(DARK)}}}`,
  ".engram-chart text{fill:var(--soft)}.engram-chart .title{fill:var(--ink);font-size:15px;font-weight:600}.engram-chart .label{fill:var(--ink)}",
  ".engram-chart .grid{stroke:var(--rule);stroke-width:1}.engram-chart .axis{stroke:var(--soft);stroke-width:1}",
  ".engram-chart .curve{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}.engram-chart .hint{stroke:var(--soft);stroke-width:1;stroke-dasharray:2 4}",
].join("");

/** Style value of series `i`, as fill or stroke. */
export function colour(i: number): string {
  return `var(--c${i % COLOURS})`;
}

/** Pixels between the chart's edge and its plot. */
export interface Plot {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Tick {
  /** Pixels. */
  readonly at: number;
  readonly label: string;
}

/** @throws EngramError unless both are finite and from 120 to 10,000 */
export function checkSize(width: number, height: number): void {
  if (!(width >= 120 && height >= 120 && width <= 10000 && height <= 10000)) throw new EngramError("chart size", "width and height in 120..10000", `${width} x ${height}`, "Choose another size.");
}

/** The whole SVG document; `description` is what a screen reader says after the title. */
export function chartDocument(width: number, height: number, title: string, description: string, content: readonly string[]): string {
  const attributes = { xmlns: "http://www.w3.org/2000/svg", class: "engram-chart", width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${title}. ${description}` };
  const paper = element("rect", { width, height, style: "fill:var(--paper)" });
  return `${element("svg", attributes, [`<style>${STYLE}</style>`, paper, text(16, 26, shorten(title, Math.floor((width - 32) / 7.6)), { class: "title" }), ...content])}\n`;
}

/** Horizontal grid lines with their numbers to the left, and the label above them. */
export function yAxis(plot: Plot, ticks: readonly Tick[], label: string): string[] {
  return [
    ...ticks.map(({ at }) => element("line", { class: "grid", x1: plot.left, x2: plot.right, y1: at, y2: at })),
    ...ticks.map(({ at, label }) => text(plot.left - 8, at + 4, label, { "text-anchor": "end" })),
    text(16, plot.top - 14, label, { class: "label" }),
  ];
}

/** The line below the plot with ticks, their labels, and the axis label; labels that would touch the one before are left out. */
export function xAxis(plot: Plot, ticks: readonly Tick[], label: string): string[] {
  const out = [element("line", { class: "axis", x1: plot.left, x2: plot.right, y1: plot.bottom, y2: plot.bottom })];
  let free = -Infinity;
  for (const { at, label } of ticks) {
    out.push(element("line", { class: "axis", x1: at, x2: at, y1: plot.bottom, y2: plot.bottom + 4 }));
    const half = textWidth(label, 12) / 2;
    if (at - half < free) continue;
    out.push(text(at, plot.bottom + 18, label, { "text-anchor": "middle" }));
    free = at + half + 6;
  }
  out.push(text((plot.left + plot.right) / 2, plot.bottom + 38, label, { class: "label", "text-anchor": "middle" }));
  return out;
}

/** How tick numbers read. */
export type NumberStyle = "number" | "percent";

export function tickLabel(value: number, style: NumberStyle): string {
  return style === "percent" ? `${formatNumber(value * 100)} %` : formatNumber(value, 4).replace(/^-/, "\u2212");
}

/** The marker of series `i` centred at (x, y): disc, square, triangle, diamond, and rings of these. */
export function marker(i: number, x: number, y: number): string {
  const shape = [
    "M-3.5,0a3.5,3.5 0 1,0 7,0a3.5,3.5 0 1,0 -7,0Z", "M-3,-3H3V3H-3Z", "M0,-4L3.8,3H-3.8Z", "M0,-4.4L4.4,0L0,4.4L-4.4,0Z",
  ][i % 4];
  const hollow = Math.floor(i / 4) % 2 === 1;
  return `<path d="${shape}" transform="translate(${Math.round(x * 100) / 100},${Math.round(y * 100) / 100})" style="fill:${hollow ? "var(--paper)" : colour(i)};stroke:${hollow ? colour(i) : "var(--paper)"};stroke-width:${hollow ? 1.6 : 1}"/>`;
}

/** At most `most` characters, the last an ellipsis where some are cut. */
export function shorten(name: string, most: number): string {
  const characters = [...name];
  return characters.length <= most ? name : `${characters.slice(0, most - 1).join("")}\u2026`;
}

/** Words in lines of at most `width` pixels, at most three lines. */
export function wrap(label: string, width: number, size = 12): string[] {
  const lines: string[] = [];
  for (const word of label.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(`${last} ${word}`, size) <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.length <= 3 ? lines : [lines[0], lines[1], shorten(lines.slice(2).join(" "), Math.max(3, Math.floor(width / (size * 0.57))))];
}

/** A tooltip for what it stands in. */
export function tooltip(content: string): string {
  return `<title>${escapeXml(content)}</title>`;
}
