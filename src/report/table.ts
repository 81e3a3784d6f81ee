/** Tables of names and numbers as plain text for a terminal, and as Markdown for a README. */
import { EngramError } from "../numeric/errors.ts";
import { formatNumber } from "./numbers.ts";

/** A cell: text as it is, a number through {@link formatNumber}, nothing as a dash. */
export type Cell = string | number | boolean | null | undefined;

export interface Table {
  readonly columns: readonly string[];
  /** As many cells in each row as there are columns. */
  readonly rows: readonly (readonly Cell[])[];
  /** How numbers print. Default {@link formatNumber}. */
  readonly format?: (value: number) => string;
}

/** The cells as text, headings not among them. @throws EngramError on a row of another length */
export function cellTexts({ columns, rows, format = formatNumber }: Table): string[][] {
  return rows.map((row, i) => {
    if (row.length !== columns.length) throw new EngramError(`table, row ${i}`, `${columns.length} cells`, `${row.length}`, "Give every row a cell per column; null leaves one empty.");
    return row.map((cell) => (cell === null || cell === undefined ? "-" : typeof cell === "number" ? format(cell) : typeof cell === "boolean" ? (cell ? "yes" : "no") : cell));
  });
}

/** Whether a column stands to the right: all its filled cells are numbers, and there is one. */
export function isNumeric({ rows }: Table, column: number): boolean {
  const filled = rows.map((row) => row[column]).filter((cell) => cell !== null && cell !== undefined);
  return filled.length > 0 && filled.every((cell) => typeof cell === "number");
}

/** Whether a column of cell texts reads as numbers: `99.6`, `0 (100)`, `97.4 %`; dashes stand for nothing. */
export function looksNumeric(texts: readonly string[]): boolean {
  const filled = texts.filter((text) => text !== "-" && text !== "\u2013");
  return filled.length > 0 && filled.every((text) => /^[-+\u2212<>\u2264\u2265 ]*[\d.]+(e-?\d+)?( ?%)?( \u00b1 [\d.e-]+)?( \([\d.]+ ?%?\))?$|^[-\u2212]?(NaN|Infinity)$/.test(text));
}

/** Table for a terminal: columns two spaces apart, a rule under the heading, numbers to the right. Lines end without spaces. */
export function textTable(table: Table): string {
  const cells = cellTexts(table).map((row) => row.map(oneLine));
  const headings = table.columns.map(oneLine);
  const widths = headings.map((heading, j) => Math.max(columnsOf(heading), ...cells.map((row) => columnsOf(row[j]))));
  const line = (row: readonly string[]): string => row.map((cell, j) => pad(cell, widths[j], isNumeric(table, j))).join("  ").trimEnd();
  return [line(headings), widths.map((width) => "-".repeat(width)).join("  "), ...cells.map(line)].join("\n") + "\n";
}

/** Table in GitHub's Markdown; whatever Markdown would read in a cell is escaped, line breaks become spaces. */
export function markdownTable(table: Table): string {
  const safe = (cell: string): string => oneLine(cell).replaceAll("\\", "\\\\").replaceAll("|", "\\|").replaceAll("&", "&amp;").replaceAll("<", "&lt;").replace(/[[\]*_`~]/g, "\\$&");
  const line = (row: readonly string[]): string => `| ${row.map(safe).join(" | ")} |`;
  const rule = `|${table.columns.map((_, j) => (isNumeric(table, j) ? "--:" : "---")).join("|")}|`;
  return [line(table.columns), rule, ...cellTexts(table).map(line)].join("\n") + "\n";
}

function oneLine(cell: string): string {
  return cell.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ");
}

function pad(cell: string, width: number, right: boolean): string {
  const spaces = " ".repeat(width - columnsOf(cell));
  return right ? spaces + cell : cell + spaces;
}

/** Characters, not UTF-16 units. */
function columnsOf(cell: string): number {
  return [...cell].length;
}
