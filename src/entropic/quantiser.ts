/**
 * Quantisers: features to levels and back, column by column (entropic-memory.md section 3; arXiv 2405.12500).
 *
 *   z        n     a feature vector
 *   q        n     whole numbers, 0 .. m - 1 inside the range, others outside it
 *   lo, hi   n     the range of each column
 *
 *   (E21) q_j = roundHalfEven((m - 1)(z_j - lo_j) / (hi_j - lo_j))        (E22) zhat_j = q_j (hi_j - lo_j) / (m - 1) + lo_j
 *
 *   kind         lo, hi                                   in the papers
 *   global       least and largest of all numbers         mnist2021, dimex2022, fashion2023
 *   local        least and largest of each column         cifar2024
 *   percentile   .5 and 99.5 percentiles of each column   hetero2024
 *
 * (E21) runs in f32 like the authors' networks unless told otherwise; (E22) in f64. Deviations: a constant column is refused or mapped to
 * level 0 with a warning (theirs turns into "undefined" everywhere); m = 1 dequantises to the middle of the range (theirs forgets to add
 * lo; `reference` keeps it).
 */
import { EngramError, quantile, roundHalfEven, toRows, unknownName } from "../numeric/index.ts";
import type { Patterns } from "../numeric/index.ts";

export type QuantiserKind = "global" | "local" | "percentile";
export const QUANTISER_KINDS: readonly QuantiserKind[] = ["global", "local", "percentile"];

export interface QuantiserOptions {
  /** Default `local`. */
  kind?: QuantiserKind;
  /** m, a whole number from 1. */
  levels: number;
  /** A column whose range is a point: `refuse`, or every value of it becomes level 0 (`level0`, default, with a warning). */
  constantColumns?: "refuse" | "level0";
  /** Arithmetic of (E21). Default f32. */
  precision?: "f32" | "f64";
  /** Keeps the authors' dequantisation at m = 1: hi - lo. */
  reference?: boolean;
}

/** A quantiser as plain data. */
export interface QuantiserData extends Required<QuantiserOptions> {
  /** n numbers, or one for all columns (global). */
  readonly lo: readonly number[];
  readonly hi: readonly number[];
  readonly columns: number;
  /** What it was fitted on, in words. */
  readonly fittedOn: string;
}

/** What decides how a number maps, besides lo and hi. */
const MAPPING = ["kind", "levels", "columns", "precision", "constantColumns", "reference"] as const;

export class Quantiser {
  readonly data: QuantiserData;
  /** What a user should know: constant columns. */
  readonly warnings: readonly string[];
  /** How many columns are constant: their strays are level 0 too. */
  readonly constant: number;
  readonly #lo: Float64Array;
  readonly #range: Float64Array;

  /** From plain data, as `toJSON` gives it; `fitQuantiser` makes one from patterns. @throws EngramError on anything that is no quantiser */
  constructor(data: QuantiserData) {
    this.data = checkData(data);
    const { lo, hi, columns, kind } = data;
    const at = (list: readonly number[], j: number): number => list[kind === "global" ? 0 : j];
    const inner = data.precision === "f32" ? Math.fround : (x: number): number => x;
    this.#lo = Float64Array.from({ length: columns }, (_, j) => inner(at(lo, j)));
    this.#range = Float64Array.from({ length: columns }, (_, j) => inner(inner(at(hi, j)) - inner(at(lo, j))));
    const constant = [...this.#range].flatMap((range, j) => (range > 0 ? [] : [j]));
    if (constant.length > 0 && data.constantColumns === "refuse") {
      throw new EngramError("quantiser", "columns that vary", `${named(constant)} constant`, 'Drop these columns, or choose constantColumns "level0".');
    }
    this.constant = constant.length;
    this.warnings = constant.length === 0 ? [] : [`${named(constant)} constant: level 0 whatever the value`];
  }

  get levels(): number { return this.data.levels; }
  get columns(): number { return this.data.columns; }

  /**
   * (E21) as whole numbers; outside the range below 0 or above m - 1.
   * @param z any number of rows of n numbers, one after the other @throws EngramError on a part of a row or a NaN (says where)
   */
  transform(z: ArrayLike<number>): Float64Array {
    const { columns: n, levels: m, precision } = this.data;
    whole(z, n, "features");
    const q = new Float64Array(z.length);
    const f32 = precision === "f32";
    for (let at = 0, j = 0; at < z.length; at++, j = j + 1 === n ? 0 : j + 1) {
      if (Number.isNaN(z[at])) throw new EngramError(`features, row ${Math.floor(at / n)}, column ${j}`, "a number", "NaN", "Clean the data before quantising it.");
      const range = this.#range[j];
      if (!(range > 0)) continue;
      const scaled = f32
        ? Math.fround(Math.fround((m - 1) * Math.fround(Math.fround(z[at]) - this.#lo[j])) / range)
        : (m - 1) * (z[at] - this.#lo[j]) / range;
      q[at] = roundHalfEven(scaled);
    }
    return q;
  }

  /** (E22), for whole levels and for means of levels. @throws EngramError on a part of a row */
  inverse(q: ArrayLike<number>): Float64Array {
    const { columns: n, levels: m, lo, hi, kind, reference } = this.data;
    whole(q, n, "levels");
    const z = new Float64Array(q.length);
    for (let at = 0, k = 0; at < q.length; at++, k = k + 1 === n ? 0 : k + 1) {
      const j = kind === "global" ? 0 : k;
      if (m > 1) z[at] = q[at] * (hi[j] - lo[j]) / (m - 1) + lo[j];
      else z[at] = reference ? (q[at] + 1) * (hi[j] - lo[j]) / 2 : lo[j] + (hi[j] - lo[j]) / 2;
    }
    return z;
  }

  /** hi_j - lo_j of every column: what one whole range is worth. */
  ranges(): Float64Array {
    const { columns, lo, hi, kind } = this.data;
    return Float64Array.from({ length: columns }, (_, j) => (kind === "global" ? hi[0] - lo[0] : hi[j] - lo[j]));
  }

  toJSON(): QuantiserData { return this.data; }

  /** Whether the two map every number alike. */
  equals(other: Quantiser): boolean {
    const [a, b] = [this.data, other.data];
    const same = (x: readonly number[], y: readonly number[]): boolean => x.length === y.length && x.every((value, j) => value === y[j]);
    return MAPPING.every((name) => a[name] === b[name]) && same(a.lo, b.lo) && same(a.hi, b.hi);
  }
}

/** A quantiser for patterns like these. @throws EngramError on no patterns, NaN, infinities, a range whose (m - 1)-fold overflows, or a constant column where those are refused */
export function fitQuantiser(patterns: Patterns, options: QuantiserOptions): Quantiser {
  const { kind = "local", constantColumns = "level0", precision = "f32", reference = false, levels } = options;
  const { rows, dim, data } = toRows(patterns, "patterns");
  if (rows === 0 || dim === 0) throw new EngramError("quantiser", "at least one pattern", "none", "Fit it on what will be remembered.");
  const [lo, hi]: number[][] = [[], []];
  for (let j = 0; j < (kind === "global" ? 1 : dim); j++) {
    const column = kind === "global" ? data : Float64Array.from({ length: rows }, (_, i) => data[i * dim + j]);
    lo.push(kind === "percentile" ? quantile(column, 0.005) : column.reduce((least, x) => Math.min(least, x), Infinity));
    hi.push(kind === "percentile" ? quantile(column, 0.995) : column.reduce((most, x) => Math.max(most, x), -Infinity));
  }
  const quantiser = new Quantiser({ kind, levels, constantColumns, precision, reference, lo, hi, columns: dim, fittedOn: `${rows} patterns` });
  checkWidth(quantiser);
  return quantiser;
}

/** @throws EngramError unless m is a whole number from 1 to 65,534 */
export function checkLevels(m: number): number {
  if (!Number.isInteger(m) || m < 1 || m > 65534) throw new EngramError("levels m", "a whole number from 1 to 65534", String(m), "16 is the choice of the paper.");
  return m;
}

/** @throws EngramError for another word */
export function checkConstant(columns: string = "level0"): void {
  if (columns !== "refuse" && columns !== "level0") throw unknownName("constantColumns", String(columns), ["refuse", "level0"]);
}

/** @throws EngramError on a number beyond f32, with its place */
export function checkHeld({ data, dim }: { data: Float64Array; dim: number }, what: string): void {
  const large = data.findIndex((x) => !Number.isFinite(Math.fround(x)));
  if (large >= 0) throw new EngramError(`${what}, row ${Math.floor(large / dim)}, column ${large % dim}`, "a number that f32 can hold", String(data[large]), "Scale the data.");
}

/** @throws EngramError where (E21) would overflow inside the range. Not asked of plain data: an old file with such a quantiser still opens. */
function checkWidth(quantiser: Quantiser): void {
  const { kind, levels, precision, lo, hi } = quantiser.data;
  const inner = precision === "f32" ? Math.fround : (x: number): number => x;
  const wide = lo.findIndex((low, j) => !Number.isFinite(inner(Math.max(1, levels - 1) * inner(inner(hi[j]) - inner(low)))));
  if (wide < 0) return;
  const what = kind === "global" ? "range of all columns" : `range of column ${wide}`;
  throw new EngramError(what, `hi - lo whose ${Math.max(1, levels - 1)}-fold ${precision} can hold`, `${lo[wide]} to ${hi[wide]}, too wide for ${precision}`, "Scale the data.");
}

function checkData(data: QuantiserData): QuantiserData {
  const wrong = (expected: string, got: unknown): EngramError => new EngramError("quantiser", expected, String(got).slice(0, 80), "Make it with fitQuantiser.");
  if (typeof data !== "object" || data === null) throw wrong("an object", data);
  if (!QUANTISER_KINDS.includes(data.kind)) throw wrong(`one of ${QUANTISER_KINDS.join(", ")}`, data.kind);
  checkLevels(data.levels);
  if (data.precision !== "f32" && data.precision !== "f64") throw wrong("precision f32 or f64", data.precision);
  checkConstant(data.constantColumns);
  if (!Number.isSafeInteger(data.columns) || data.columns < 1) throw wrong("at least one column", data.columns);
  const length = data.kind === "global" ? 1 : data.columns;
  for (const name of ["lo", "hi"] as const) {
    const list: unknown = data[name];
    if (!Array.isArray(list) || list.length !== length || !list.every((x) => typeof x === "number" && Number.isFinite(data.precision === "f32" ? Math.fround(x) : x))) {
      throw wrong(`${length} finite numbers in ${name}`, Array.isArray(list) ? `${list.length} entries` : list);
    }
  }
  const bad = data.lo.findIndex((low, j) => !(low <= data.hi[j]));
  if (bad >= 0) throw wrong("lo <= hi", `${data.lo[bad]} > ${data.hi[bad]} in column ${bad}`);
  return Object.freeze({ ...data });
}

function whole(values: ArrayLike<number>, n: number, what: string): void {
  if (values.length % n !== 0) throw new EngramError(what, `a multiple of ${n} numbers`, String(values.length), "Pass whole rows of the quantiser's width.");
}

/** `column 3 is`, `columns 1, 4 and 12 more are`. */
function named(columns: readonly number[]): string {
  if (columns.length === 1) return `column ${columns[0]} is`;
  const shown = columns.slice(0, 8).join(", ");
  return `columns ${shown}${columns.length > 8 ? ` and ${columns.length - 8} more` : ""} are`;
}
