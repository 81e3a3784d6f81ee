/**
 * Patterns in: everything a user may hand to `store`, turned into row-major N x D numbers, with the checks
 * that keep NaN, ragged rows and wrong widths out of every memory.
 */
import { EngramError } from "./errors.ts";
import { filled } from "./vectors.ts";

/** An image as the library sees it: channel-first (C, H, W) values. Structural, so that this room needs no image room. */
export interface ImageLike {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Float32Array | Float64Array;
  /** height x width, 0 where a pixel is hidden. */
  readonly alpha?: ArrayLike<number>;
}

/** The part of an ml-matrix `Matrix` that is read here. */
export interface MatrixLike {
  readonly rows: number;
  readonly columns: number;
  get(row: number, column: number): number;
}

/** N x D numbers, row-major. */
export interface RowMajor {
  readonly rows: number;
  readonly dim: number;
  readonly data: Float64Array;
}

/** One pattern is a typed array, an array of numbers or an image; several are an array of those, a matrix, or `{rows, dim, data}`. */
export type Pattern = ArrayLike<number> | ImageLike;
export type Patterns = readonly Pattern[] | MatrixLike | { rows: number; dim: number; data: ArrayLike<number> };

/**
 * Any accepted form of patterns as row-major f64.
 * @param what names the argument in errors
 * @param dim the width every row must have; default: the width of the first
 * @throws EngramError on ragged rows, a wrong width, NaN or infinities (says row and column)
 */
export function toRows(patterns: Patterns, what = "patterns", dim?: number): RowMajor {
  const flat = flatten(patterns, what, dim);
  if (dim !== undefined && flat.rows > 0 && flat.dim !== dim) throw widthError(what, dim, flat.dim);
  for (let i = 0; i < flat.data.length; i++) {
    if (!Number.isFinite(flat.data[i])) {
      throw new EngramError(
        `${what}, row ${Math.floor(i / flat.dim)}, column ${i % flat.dim}`,
        "a finite number", String(flat.data[i]), "Clean the data before storing or recalling it.",
      );
    }
  }
  return flat;
}

/**
 * One pattern or cue as f64, checked like {@link toRows}.
 * @throws EngramError on a wrong length, NaN or infinities
 */
export function toRow(pattern: Pattern, what = "cue", dim?: number): Float64Array {
  checkPattern(pattern, what);
  return toRows([pattern], what, dim).data;
}

/** @throws EngramError unless it has the form of one pattern: an array of numbers or an image */
export function checkPattern(pattern: Pattern, what = "cue"): void {
  values(pattern, what);
}

/**
 * What a cue shows of itself: of an image with hidden pixels one entry per value, 0 where its pixel has alpha 0. Undefined where all is visible.
 * @throws EngramError for an alpha that is not one entry per pixel
 */
export function visibleOf(cue: Pattern): Uint8Array | undefined {
  if (!("data" in cue) || cue.alpha === undefined) return undefined;
  const { alpha, data, width, height } = cue;
  if (alpha?.length !== width * height) throw new EngramError("alpha", `${width} x ${height} entries, one per pixel`, String(alpha?.length), "Leave it out where nothing is hidden.");
  const visible = filled(new Uint8Array(data.length), (i) => (alpha[i % alpha.length] === 0 ? 0 : 1));
  return visible.includes(0) ? visible : undefined;
}

function flatten(patterns: Patterns, what: string, dim?: number): RowMajor {
  if (typeof patterns !== "object" || patterns === null) {
    throw new EngramError(what, "an array of patterns, a matrix or {rows, dim, data}", kindOf(patterns), "Pass rows of numbers or images.");
  }
  if (ArrayBuffer.isView(patterns) || "width" in patterns) throw new EngramError(what, "an array of patterns", "a single pattern", "Wrap it: [pattern].");
  if (Array.isArray(patterns)) {
    const list = patterns as readonly Pattern[];
    if (list.length > 0 && typeof list[0] === "number") {
      throw new EngramError(what, "an array of patterns", "an array of numbers", "Wrap a single pattern: [pattern].");
    }
    const width = list.length === 0 ? (dim ?? 0) : values(list[0], `${what}, row 0`).length;
    const data = new Float64Array(list.length * width);
    list.forEach((pattern, row) => {
      const source = values(pattern, `${what}, row ${row}`);
      if (source.length !== width) throw widthError(`${what}, row ${row}`, width, source.length);
      checkNumbers(source, (column) => `${what}, row ${row}, column ${column}`);
      data.set(source, row * width);
    });
    return { rows: list.length, dim: width, data };
  }
  if ("get" in patterns && typeof patterns.get === "function") {
    const matrix = patterns as MatrixLike;
    const data = new Float64Array(matrix.rows * matrix.columns);
    for (let i = 0; i < matrix.rows; i++) {
      for (let j = 0; j < matrix.columns; j++) {
        const value = matrix.get(i, j);
        checkNumbers([value], () => `${what}, row ${i}, column ${j}`);
        data[i * matrix.columns + j] = value;
      }
    }
    return { rows: matrix.rows, dim: matrix.columns, data };
  }
  const rows = patterns as { rows: number; dim: number; data: ArrayLike<number> };
  if (!Number.isInteger(rows.rows) || !Number.isInteger(rows.dim) || typeof rows.data !== "object" || rows.data === null) {
    throw new EngramError(what, "an array of patterns, a matrix or {rows, dim, data}", "an object of another shape", "Pass rows of numbers or images.");
  }
  if (rows.data.length !== rows.rows * rows.dim) {
    throw new EngramError(what, `${rows.rows} x ${rows.dim} = ${rows.rows * rows.dim} numbers`, `${rows.data.length}`,
      "Pass row-major data of exactly that length.");
  }
  checkNumbers(rows.data, (i) => `${what}, row ${Math.floor(i / rows.dim)}, column ${i % rows.dim}`);
  return { rows: rows.rows, dim: rows.dim, data: Float64Array.from(rows.data) };
}

function values(pattern: Pattern, what: string): ArrayLike<number> {
  const numbers = typeof pattern === "object" && pattern !== null ? ("data" in pattern ? (pattern as ImageLike).data : (pattern as ArrayLike<number>)) : undefined;
  if (!Number.isInteger(numbers?.length)) throw new EngramError(what, "an array of numbers or an image", kindOf(pattern), "Pass the numbers of one pattern.");
  return numbers!;
}

/**
 * What a Float64Array would turn into a number in silence: "1", [1], null, true. A typed array holds one type: its first entry tells.
 * @throws EngramError at the first entry that is no number
 */
function checkNumbers(source: ArrayLike<number>, where: (i: number) => string): void {
  const length = ArrayBuffer.isView(source) ? Math.min(1, source.length) : source.length;
  for (let i = 0; i < length; i++) {
    const value: unknown = source[i];
    if (typeof value === "number") continue;
    const got = typeof value === "string" ? JSON.stringify(value.slice(0, 40)) : typeof value === "object" ? kindOf(value) : String(value);
    throw new EngramError(where(i), "a number", got, "Clean the data before storing or recalling it.");
  }
}

function kindOf(value: unknown): string {
  return value === null || value === undefined ? String(value) : Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function widthError(what: string, expected: number, got: number): EngramError {
  return new EngramError(what, `${expected} numbers`, `${got}`, "Give every pattern and cue the memory's own dimension.");
}
