/**
 * One self-contained page: inline style for light and dark, tables, figures, pictures as data URIs. Nothing is fetched and no script
 * runs, and the page's own policy forbids both to whatever its texts may hold.
 */
import { escapeXml } from "./svg.ts";
import { formatNumber } from "./numbers.ts";
import type { Check, Relation, Result, Value } from "./result.ts";
import { cellTexts, looksNumeric, type Table } from "./table.ts";

/** A part of a page, as markup. */
export interface Section {
  readonly heading: string;
  readonly parts: readonly string[];
}

/** @param text plain; paragraphs are split at blank lines */
export function paragraph(text: string): string {
  return text.split(/\n\s*\n/).map((part) => `<p>${escapeXml(part.trim())}</p>`).join("\n");
}

/** @param markup an SVG or an `img` @param caption plain text */
export function figure(markup: string, caption: string): string {
  return `<figure>${markup}<figcaption>${escapeXml(caption)}</figcaption></figure>`;
}

/** A PNG inside the page. @param width CSS pixels, default its own size */
export function picture(png: Uint8Array, alt: string, width?: number): string {
  return `<img src="data:image/png;base64,${base64(png)}" alt="${escapeXml(alt)}"${width === undefined ? "" : ` width="${width}"`}>`;
}

/** @param caption plain text above the table */
export function htmlTable(table: Table, caption?: string): string {
  const cells = cellTexts(table);
  const right = table.columns.map((_, j) => looksNumeric(cells.map((texts) => texts[j])));
  const row = (tag: "td" | "th", texts: readonly string[]): string =>
    `<tr>${texts.map((text, j) => `<${tag}${tag === "th" ? ' scope="col"' : ""}${right[j] ? ' class="n"' : ""}>${escapeXml(text)}</${tag}>`).join("")}</tr>`;
  const head = caption === undefined ? "" : `<caption>${escapeXml(caption)}</caption>`;
  return `<div class="scroll"><table>${head}<thead>${row("th", table.columns)}</thead><tbody>${cells.map((texts) => row("td", texts)).join("\n")}</tbody></table></div>`;
}

/** Checks as a table: what was measured, what was expected, and from where. */
export function checksTable(checks: readonly Check[]): string {
  const signs: Readonly<Record<Relation, string>> = { within: "", "at least": "≥ ", "at most": "≤ ", equals: "" };
  const shown = (value: Check["measured"]): string => (typeof value === "number" ? formatNumber(value) : String(value));
  return htmlTable({
    columns: ["check", "measured", "expected", "verdict", "target from"],
    rows: checks.map(({ name, measured, expected, tolerance, relation, origin, pass }) => [
      name, shown(measured), `${signs[relation]}${shown(expected)}${tolerance === 0 ? "" : ` ± ${formatNumber(tolerance)}`}`, pass ? "✓ pass" : "✗ fail", origin,
    ]),
  });
}

/** The page of a result as UTF-8. @param lead one or two sentences below the title */
export function page(result: Result, lead: string, sections: readonly Section[]): Uint8Array {
  const verdict = result.checks.length === 0 ? "no checks" : result.pass ? `all ${result.checks.length} checks pass` : `${result.checks.filter(({ pass }) => !pass).length} of ${result.checks.length} checks fail`;
  const parameters: Table = { columns: ["parameter", "value"], rows: Object.entries(result.parameters).map(([name, value]) => [name, plainValue(value)]) };
  return document(result.title, [paragraph(lead), `<p class="verdict ${result.pass ? "pass" : "fail"}">${verdict}</p>`], [
    ...sections, ...(result.checks.length === 0 ? [] : [{ heading: "Checks", parts: [checksTable(result.checks)] }]), { heading: "Parameters", parts: [htmlTable(parameters)] },
  ], `Engram, experiment ${result.experiment}, seed ${result.seed}, ${result.seconds.toFixed(1)} s. The numbers are in result.json.`);
}

/** A page of anything else: a title, a lead, sections and a last line, all plain text but the parts. */
export function plainPage(title: string, lead: string, sections: readonly Section[], last: string): Uint8Array {
  return document(title, [paragraph(lead)], sections, last);
}

function document(title: string, head: readonly string[], sections: readonly Section[], last: string): Uint8Array {
  const body = [
    `<header><h1>${escapeXml(title)}</h1>${head.join("")}</header>`,
    ...sections.map(({ heading, parts }) => `<section><h2>${escapeXml(heading)}</h2>${parts.join("\n")}</section>`),
    `<footer>${escapeXml(last)}</footer>`,
  ].join("\n");
  return new TextEncoder().encode(
    `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeXml(title)}</title><style>${STYLE}</style></head><body><main>\n${body}\n</main></body></html>\n`,
  );
}

/** A parameter for people: plain lists with commas, anything deeper as JSON. */
function plainValue(value: Value): string {
  if (Array.isArray(value) && value.every((each) => typeof each !== "object" || each === null)) return value.join(", ");
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

/** RFC 4648, with padding. */
export function base64(bytes: Uint8Array): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const out: string[] = [];
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const word = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    out.push(alphabet[word >>> 18] + alphabet[(word >>> 12) & 63] + (left > 1 ? alphabet[(word >>> 6) & 63] : "=") + (left > 2 ? alphabet[word & 63] : "="));
  }
  return out.join("");
}

const STYLE = `
:root{--paper:#fdfcfa;--ink:#23262b;--soft:#646a73;--rule:#e3e0da;--band:#f5f2ec;--pass:#1b6e53;--fail:#a63a2b;color-scheme:light dark}
@media (prefers-color-scheme:dark){:root{--paper:#17191d;--ink:#e6e4df;--soft:#a0a5ad;--rule:#33373e;--band:#1f2228;--pass:#6fc3a4;--fail:#ea8d7d}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 ui-sans-serif,system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:60rem;margin:0 auto;padding:3rem 1.25rem 4rem}h1{font-size:1.9rem;line-height:1.2;margin:0 0 .6rem;letter-spacing:-.01em}h2{font-size:1.2rem;margin:2.6rem 0 .6rem}
p{margin:.5rem 0;max-width:46rem}.verdict{font-weight:600}.pass{color:var(--pass)}.fail{color:var(--fail)}
figure{margin:1.2rem 0;overflow-x:auto}figure svg{min-width:34rem}figure svg,figure img{display:block;max-width:100%;height:auto}figure img{image-rendering:pixelated;border-radius:6px}figcaption{color:var(--soft);font-size:.9rem;margin-top:.5rem;max-width:46rem}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums;margin:.6rem 0}caption{text-align:left;color:var(--soft);padding:.2rem 0}
th,td{padding:.32rem .7rem;text-align:left;border-bottom:1px solid var(--rule);vertical-align:top}th{font-weight:600;white-space:nowrap}th.n,td.n{text-align:right;white-space:nowrap}tbody tr:hover{background:var(--band)}
footer{margin-top:3rem;padding-top:1rem;border-top:1px solid var(--rule);color:var(--soft);font-size:.85rem}
`;
