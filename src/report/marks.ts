/** Minima of an energy in a chart: each kind has a symbol of its own, so that they stay apart without colour. */
import { shorten } from "./chart-frame.ts";
import { coordinate, text, textWidth } from "./svg.ts";

/** A minimum at a stored pattern, one elsewhere, a pattern that is none. */
export type MarkKind = "kept" | "novel" | "lost";

export interface Mark {
  readonly x: number;
  readonly y: number;
  readonly kind: MarkKind;
  readonly label?: string;
}

export const MARK_KINDS: readonly MarkKind[] = ["kept", "novel", "lost"];

/** What the kinds are called where the chart does not say. */
export const MARK_NAMES: Readonly<Record<MarkKind, string>> = { kept: "minimum at a pattern", novel: "novel minimum", lost: "pattern, no minimum" };

const SYMBOLS: Readonly<Record<MarkKind, { path: string; style: string }>> = {
  kept: { path: "M-5,0a5,5 0 1,0 10,0a5,5 0 1,0 -10,0Z", style: "fill:#ffffff;stroke:#23262b;stroke-width:1.5" },
  novel: { path: "M0,-6.5L6.5,0L0,6.5L-6.5,0Z", style: "fill:#ef9a2c;stroke:#23262b;stroke-width:1.5" },
  lost: { path: "M-4.5,-4.5L4.5,4.5M-4.5,4.5L4.5,-4.5", style: "fill:none;stroke:#a63a2b;stroke-width:2.2" },
};

export function markSymbol(kind: MarkKind, x: number, y: number): string {
  const { path, style } = SYMBOLS[kind];
  return `<path class="mark" d="${path}" transform="translate(${coordinate(x)},${coordinate(y)})" style="${style}"/>`;
}

/** The kinds that occur, then what else the chart shows, in a row from (x, y). */
export function markLegend(
  marks: readonly Mark[], names: Readonly<Partial<Record<MarkKind, string>>>, x: number, y: number, others: readonly (readonly [string, (x: number, y: number) => string])[] = [],
): string[] {
  const kinds = MARK_KINDS.filter((kind) => marks.some((mark) => mark.kind === kind));
  const entries = [...kinds.map((kind): readonly [string, (x: number, y: number) => string] => [names[kind] ?? MARK_NAMES[kind], (px, py) => markSymbol(kind, px, py)]), ...others];
  let at = x;
  return entries.flatMap(([name, draw]) => {
    const label = shorten(name, 28);
    const parts = [draw(at, y - 4), text(at + 12, y, label, { class: "label" })];
    at += 36 + textWidth(label, 12);
    return parts;
  });
}
