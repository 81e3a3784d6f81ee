/**
 * SVG as text: elements with escaped attributes and content, and numbers that print the same on every host and in
 * every locale (a point as decimal mark, at most two decimals, never an exponent or -0).
 */
import { EngramError } from "../numeric/errors.ts";

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Text made safe for element content and attribute values. Characters XML forbids become U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** A coordinate: two decimals, no trailing zeros. @throws EngramError unless finite and below 1e12 */
export function coordinate(value: number): string {
  if (!(Math.abs(value) < 1e12)) throw new EngramError("SVG coordinate", "a finite number below 1e12", String(value), "Check the chart's data and scales.");
  const rounded = Math.round(value * 100) / 100;
  return String(rounded === 0 ? 0 : rounded);
}

/**
 * One element. Numbers among the attributes are coordinates, `undefined` leaves an attribute out.
 * @param content markup made by this file's functions, not raw text (see {@link text})
 */
export function element(name: string, attributes: Attributes = {}, content: string | readonly string[] = ""): string {
  const parts = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? coordinate(value) : escapeXml(value as string)}"`)
    .join("");
  const inner = typeof content === "string" ? content : content.join("");
  return inner === "" ? `<${name}${parts}/>` : `<${name}${parts}>${inner}</${name}>`;
}

/** A text element at (x, y). */
export function text(x: number, y: number, content: string, attributes: Attributes = {}): string {
  return element("text", { x, y, ...attributes }, escapeXml(content));
}

/**
 * Width in pixels that a sans-serif line will take, for margins and legends: a sum of rough widths per kind of character
 * in units of the font size, a little generous, since the font itself is the viewer's.
 */
export function textWidth(content: string, size: number): number {
  let sum = 0;
  for (const character of content) {
    if ("ijl.,:;|!'()[] ".includes(character)) sum += 0.32;
    else if ("mwMW@%".includes(character)) sum += 0.9;
    else if (character >= "A" && character <= "Z") sum += 0.68;
    else sum += character > "\u2e80" ? 1.05 : 0.57;
  }
  return sum * size;
}
