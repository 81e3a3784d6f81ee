/**
 * Operations that move numbers without changing them: reshape, transpose, and the pair take and place, which every gather, slice, window and
 * their adjoints are made of.
 *
 *   take   y[i] = x[index[i]], 0 where index[i] = -1
 *   place  x[index[i]] += y[i], in ascending i; the adjoint of take
 */
import { EngramError } from "../numeric/index.ts";
import type { Floats } from "../kernels/index.ts";
import { axisOf, sameShape, show, sizeOf, strides, walk, zerosLike } from "./array.ts";
import { node, operands, type Var } from "./tape.ts";

/** The same numbers under another shape. @throws EngramError when the counts differ */
export function reshape(x: Var, shape: readonly number[]): Var {
  if (sameShape(x.shape, shape)) return x;
  if (sizeOf(shape) !== x.data.length) throw new EngramError("reshape", `a shape of ${x.data.length} numbers, as ${show(x.shape)}`, show(shape), "The numbers must fit exactly.");
  return node([...shape], x.data, [[x, (g) => reshape(g, x.shape)]]);
}

/**
 * The axes in another order: axis i of the result is axis order[i] of x. Default: the last two exchanged.
 * @throws EngramError unless `order` names every axis once
 */
export function transpose(x: Var, order: readonly number[] = lastTwo(x.shape.length)): Var {
  const rank = x.shape.length;
  if (order.length !== rank || new Set(order).size !== rank || order.some((axis) => !Number.isInteger(axis) || axis < 0 || axis >= rank)) {
    throw new EngramError("transpose", `every axis of ${show(x.shape)} once`, show(order), "Give the new order of the axes.");
  }
  if (order.every((axis, i) => axis === i)) return x;
  const shape = order.map((axis) => x.shape[axis]);
  const own = strides(x.shape, x.shape);
  const from = order.map((axis) => own[axis]);
  const data = zerosLike(x.data, x.data.length);
  if (rank >= 2 && order.every((axis, i) => axis === lastTwo(rank)[i])) exchangeLastTwo(x.data, data, shape[rank - 1], shape[rank - 2]);
  else {
    walk(shape, from, from, (at, length, a, step) => {
      for (let i = 0; i < length; i++) data[at + i] = x.data[a + i * step];
    });
  }
  const back = order.map((_, axis) => order.indexOf(axis));
  return node(shape, data, [[x, (g) => transpose(g, back)]]);
}

/** m x n matrices to n x m, tile by tile: both sides stay in the cache. */
function exchangeLastTwo(from: Floats, to: Floats, m: number, n: number): void {
  const tile = 32;
  for (let start = 0; start < from.length; start += m * n) {
    for (let i0 = 0; i0 < m; i0 += tile) for (let j0 = 0; j0 < n; j0 += tile) {
      const [i1, j1] = [Math.min(m, i0 + tile), Math.min(n, j0 + tile)];
      for (let j = j0; j < j1; j++) for (let i = i0; i < i1; i++) to[start + j * m + i] = from[start + i * n + j];
    }
  }
}

function lastTwo(rank: number): number[] {
  const order = Array.from({ length: rank }, (_, i) => i);
  return rank < 2 ? order : [...order.slice(0, -2), rank - 1, rank - 2];
}

/** y[i] = x[index[i]] over flat positions; -1 gives 0. @param shape that of the result @throws EngramError on an index outside x */
export function take(x: Var, index: Int32Array, shape: readonly number[]): Var {
  checkIndex("take", index, shape, x.data.length);
  const data = zerosLike(x.data, index.length);
  for (let i = 0; i < index.length; i++) if (index[i] >= 0) data[i] = x.data[index[i]];
  return node([...shape], data, [[x, (g) => place(g, index, x.shape)]]);
}

/** The adjoint of {@link take}: adds y[i] to position index[i] of an array of zeros of shape `shape`. */
export function place(y: Var, index: Int32Array, shape: readonly number[]): Var {
  checkIndex("place", index, y.shape, sizeOf(shape));
  const sums = new Float64Array(sizeOf(shape));
  for (let i = 0; i < index.length; i++) if (index[i] >= 0) sums[index[i]] += y.data[i];
  return node([...shape], y.data instanceof Float32Array ? new Float32Array(sums) : sums, [[y, (g) => take(g, index, y.shape)]]);
}

function checkIndex(what: string, index: Int32Array, shape: readonly number[], length: number): void {
  if (index.length !== sizeOf(shape)) throw new EngramError(what, `${sizeOf(shape)} positions for shape ${show(shape)}`, `${index.length}`, "Give one position per number.");
  // A plain loop: convolutions pass through here with millions of positions.
  let bad = 0;
  while (bad < index.length && index[bad] >= -1 && index[bad] < length) bad++;
  if (bad < index.length) throw new EngramError(`${what}, position ${bad}`, `-1..${length - 1}`, String(index[bad]), "Positions count from 0 in row-major order.");
}

/** Rows of x (entries along axis 0) in any order, with repetition: [n, ...rest]. @throws EngramError on a row that x does not have */
export function gather(x: Var, rows: ArrayLike<number>): Var {
  axisOf(0, x.shape.length, "gather");
  const [count, ...rest] = x.shape;
  const width = sizeOf(rest);
  const index = new Int32Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    if (!Number.isInteger(rows[i]) || rows[i] < 0 || rows[i] >= count) throw new EngramError(`gather, row ${i}`, `a row of ${show(x.shape)}, 0..${count - 1}`, String(rows[i]), "Ask for rows the array has.");
    for (let k = 0; k < width; k++) index[i * width + k] = rows[i] * width + k;
  }
  return take(x, index, [rows.length, ...rest]);
}

/** Entries from..to - 1 along an axis. @throws EngramError on a range outside the axis */
export function slice(x: Var, axis: number, from: number, to: number): Var {
  const at = axisOf(axis, x.shape.length, "slice");
  const size = x.shape[at];
  if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || to < from || to > size) {
    throw new EngramError("slice", `a range within 0..${size} of axis ${at} of ${show(x.shape)}`, `${from}..${to}`, "Check the range.");
  }
  const shape = x.shape.map((n, i) => (i === at ? to - from : n));
  const inner = sizeOf(x.shape.slice(at + 1));
  const width = (to - from) * inner;
  const index = Int32Array.from({ length: sizeOf(shape) }, (_, i) => Math.floor(i / width) * size * inner + from * inner + (i % width));
  return take(x, index, shape);
}

/** Arrays of one shape as one array with a new first axis. @throws EngramError for none, or when the shapes differ */
export function stack(parts: readonly Var[]): Var {
  if (parts.length === 0) throw new EngramError("stack", "at least one array", "none", "There is no shape to take.");
  const vars = operands("stack", ...parts);
  const { shape, data: first } = vars[0];
  const data = zerosLike(first, parts.length * first.length);
  vars.forEach((part, i) => {
    if (!sameShape(part.shape, shape)) throw new EngramError(`stack, array ${i}`, `shape ${show(shape)}, as the first`, show(part.shape), "Give all arrays one shape.");
    data.set(part.data, i * first.length);
  });
  return node([parts.length, ...shape], data, vars.map((part, i) => [part, (g) => reshape(slice(g, 0, i, i + 1), shape)]));
}
