/**
 * Reductions: sums, means, maxima, log-sum-exp, softmax, lengths. Log-sum-exp and softmax are those of kernels/ (blocks of 256 in the fold's
 * order), evaluated at the maximum.
 */
import { EngramError } from "../numeric/index.ts";
import { type Floats, logSumExp as kernelLse, softmax as kernelSoftmax } from "../kernels/index.ts";
import { add, div, mul, sub, sumTo } from "./arithmetic.ts";
import { axisOf, show, sizeOf, zerosLike } from "./array.ts";
import { reshape, take, transpose } from "./structure.ts";
import { node, type Var } from "./tape.ts";

/** One axis, several, or (default) all. */
export type Axes = number | readonly number[];

function listed(x: Var, axes: Axes | undefined, what: string): number[] {
  const all = axes === undefined ? x.shape.map((_, i) => i) : typeof axes === "number" ? [axes] : axes;
  return all.map((axis) => axisOf(axis, x.shape.length, what));
}

/** The sum over axes. @param keep whether they stay, with size 1 @throws EngramError on an axis x does not have (as all below do) */
export function sum(x: Var, axes?: Axes, keep = false): Var {
  const gone = listed(x, axes, "sum");
  const kept = sumTo(x, x.shape.map((size, i) => (gone.includes(i) ? 1 : size)));
  return keep ? kept : reshape(kept, x.shape.filter((_, i) => !gone.includes(i)));
}

/** The mean over axes. */
export function mean(x: Var, axes?: Axes, keep = false): Var {
  const count = sizeOf(listed(x, axes, "mean").map((axis) => x.shape[axis]));
  return div(sum(x, axes, keep), count);
}

/** The mean squared distance from the mean, over axes; two passes. */
export function variance(x: Var, axes?: Axes, keep = false): Var {
  const centred = sub(x, mean(x, axes, true));
  return mean(mul(centred, centred), axes, keep);
}

/** x with `axis` moved to the end, an operation on rows, and back. */
function alongRows(x: Var, axis: number, what: string, rows: (x: Var) => Var): Var {
  const at = axisOf(axis, x.shape.length, what);
  const last = x.shape.length - 1;
  if (at === last) return rows(x);
  const order = [...x.shape.keys()].filter((i) => i !== at).concat(at);
  const result = rows(transpose(x, order));
  return transpose(result, order.map((_, i) => order.indexOf(i)));
}

/** Calls f on every row (last axis) as f64. */
function eachRow(x: Var, f: (row: Float64Array, i: number) => void): void {
  const width = x.shape[x.shape.length - 1];
  const data = x.data instanceof Float32Array ? new Float64Array(x.data) : (x.data as Float64Array);
  const count = sizeOf(x.shape.slice(0, -1));
  for (let i = 0; i < count; i++) f(data.subarray(i * width, (i + 1) * width), i);
}

/** log sum e^x along an axis, which stays with size 1 if `keep`. */
export function logSumExp(x: Var, axis = -1, keep = false): Var {
  const kept = alongRows(x, axis, "logSumExp", rowLse);
  return keep ? kept : reshape(kept, kept.shape.filter((_, i) => i !== axisOf(axis, x.shape.length, "logSumExp")));
}

function rowLse(x: Var): Var {
  const data = zerosLike(x.data, sizeOf(x.shape.slice(0, -1)));
  eachRow(x, (row, i) => (data[i] = kernelLse(row)));
  return node([...x.shape.slice(0, -1), 1], data, [[x, (g) => mul(g, rowSoftmax(x))]]);
}

/** e^x / sum e^x along an axis. */
export function softmax(x: Var, axis = -1): Var {
  return alongRows(x, axis, "softmax", rowSoftmax);
}

function rowSoftmax(x: Var): Var {
  const data = zerosLike(x.data, x.data.length);
  const width = x.shape[x.shape.length - 1];
  eachRow(x, (row, i) => data.set(kernelSoftmax(row), i * width));
  const p: Var = node(x.shape, data, [[x, (g) => {
    const weighted = mul(g, p);
    return sub(weighted, mul(p, sum(weighted, -1, true)));
  }]]);
  return p;
}

/** The largest number along an axis; the gradient goes to the first that has it. @throws EngramError also for an axis of size 0 */
export function max(x: Var, axis = -1, keep = false): Var {
  const rows = (y: Var): Var => {
    const width = y.shape[y.shape.length - 1];
    if (width === 0) throw new EngramError("max", "at least one number", `shape ${show(x.shape)}`, "Nothing has no maximum.");
    return take(y, firstMaxima(y.data, width), [...y.shape.slice(0, -1), 1]);
  };
  const kept = alongRows(x, axis, "max", rows);
  return keep ? kept : reshape(kept, kept.shape.filter((_, i) => i !== axisOf(axis, x.shape.length, "max")));
}

/** Flat positions of the first maximum of every row. */
export function firstMaxima(data: Floats, width: number): Int32Array {
  return Int32Array.from({ length: data.length / width }, (_, row) => {
    let best = row * width;
    for (let i = best + 1; i < (row + 1) * width; i++) if (data[i] > data[best] || Number.isNaN(data[i])) best = i;
    return best;
  });
}

/**
 * sqrt(sum x^2 + epsilon) along an axis, which stays with size 1; no square overflows or underflows before the result does. With epsilon 0 the
 * gradient at a row of zeros is not defined (NaN).
 */
export function norm(x: Var, epsilon = 0, axis = -1): Var {
  if (!(epsilon >= 0)) throw new EngramError("norm epsilon", "0 or above", String(epsilon), "It is added to a sum of squares.");
  const at = axisOf(axis, x.shape.length, "norm");
  const shape = x.shape.map((size, i) => (i === at ? 1 : size));
  const [size, inner] = [x.shape[at], sizeOf(x.shape.slice(at + 1))];
  const squares = new Float64Array(sizeOf(shape));
  for (let outer = 0; outer < squares.length / inner; outer++) {
    for (let k = 0; k < size; k++) {
      const from = (outer * size + k) * inner;
      for (let i = 0; i < inner; i++) squares[outer * inner + i] += x.data[from + i] * x.data[from + i];
    }
  }
  const data = zerosLike(x.data, squares.length);
  for (let i = 0; i < squares.length; i++) {
    const whole = squares[i] + epsilon;
    data[i] = whole > 1e-280 && whole < 1e280 ? Math.sqrt(whole) : scaledNorm(x.data, Math.floor(i / inner) * size * inner + (i % inner), size, inner, epsilon);
  }
  const r: Var = node(shape, data, [[x, (g) => mul(div(g, r), x)]]);
  return r;
}

/** The same of one row (first number, count, step) by way of its largest number. */
function scaledNorm(x: Floats, from: number, size: number, step: number, epsilon: number): number {
  let top = Math.sqrt(epsilon);
  for (let k = 0; k < size; k++) top = Math.max(top, Math.abs(x[from + k * step]));
  if (!(top > 0)) return top;
  let squares = 0;
  for (let k = 0; k < size; k++) squares += (x[from + k * step] / top) * (x[from + k * step] / top);
  return top * Math.sqrt(squares + epsilon / top / top);
}

/** The inner product of two arrays of one shape. */
export function dot(x: Var, y: Var): Var {
  return sum(mul(x, y));
}

/** The sum of several arrays, in order. @throws EngramError for none */
export function total(parts: readonly Var[]): Var {
  if (parts.length === 0) throw new EngramError("total", "at least one array", "none", "There is no shape to take.");
  return parts.slice(1).reduce((all, part) => add(all, part), parts[0]);
}
