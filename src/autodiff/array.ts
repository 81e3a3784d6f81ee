/**
 * Arrays with a shape, and how two shapes meet (the broadcasting of numpy: shapes are aligned at their last axis; a size of 1, or a
 * missing axis, is repeated).
 */
import { EngramError } from "../numeric/index.ts";
import type { Floats } from "../kernels/index.ts";

/** Row-major numbers; `data.length` is the product of `shape` (1 for the empty shape, a single number). */
export interface NdArray {
  readonly shape: readonly number[];
  readonly data: Floats;
}

/** How many numbers a shape holds. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** `[2, 3]`. */
export function show(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/**
 * Numbers as an array with a shape; typed arrays are kept, others become f64.
 * @throws EngramError when the count does not fit the shape, or a size is no whole number
 */
export function ndArray(shape: readonly number[], data: ArrayLike<number>, what = "array"): NdArray {
  const bad = shape.find((size) => !Number.isSafeInteger(size) || size < 0);
  if (bad !== undefined) throw new EngramError(what, "sizes that are whole numbers, 0 or above", show(shape), "Check the shape.");
  if (data.length !== sizeOf(shape)) throw new EngramError(what, `${sizeOf(shape)} numbers for shape ${show(shape)}`, `${data.length}`, "Pass row-major numbers of exactly that count.");
  return { shape: [...shape], data: data instanceof Float32Array || data instanceof Float64Array ? data : Float64Array.from(data) };
}

export function zerosLike(data: Floats, length: number): Floats {
  return data instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

/** The shape two arrays broadcast to. @throws EngramError where they do not meet, with both shapes */
export function meet(a: readonly number[], b: readonly number[], what: string): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [m, n] = [a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1];
    if (m !== n && m !== 1 && n !== 1) {
      throw new EngramError(what, "shapes that are equal, or 1, axis by axis from the last", `${show(a)} and ${show(b)}`, "Reshape one of them.");
    }
    return m === 1 ? n : m;
  });
}

/** Numbers between neighbours along every axis of `to`, when an array of shape `from` is repeated to it: 0 where it is repeated. */
export function strides(from: readonly number[], to: readonly number[]): number[] {
  const all = new Array<number>(to.length).fill(0);
  let stride = 1;
  for (let i = 1; i <= from.length; i++) {
    const size = from[from.length - i];
    if (size !== 1) all[to.length - i] = stride;
    stride *= size;
  }
  return all;
}

/** An axis counted from the front; negative ones count from the end. @throws EngramError where there is none */
export function axisOf(axis: number, rank: number, what: string): number {
  const at = axis < 0 ? rank + axis : axis;
  if (!Number.isInteger(axis) || at < 0 || at >= rank) throw new EngramError(what, `an axis in ${-rank}..${rank - 1}`, String(axis), "The array has no such axis.");
  return at;
}

/** The axes of a walk: its shape, and per array what one step along each axis means. */
interface Walk {
  readonly shape: readonly number[];
  readonly a: readonly number[];
  readonly b: readonly number[];
}

/** Neighbouring axes that both arrays cross without a jump, joined into one. */
function joined({ shape, a, b }: Walk): Walk {
  const out = { shape: [] as number[], a: [] as number[], b: [] as number[] };
  for (let i = 0; i < shape.length; i++) {
    if (shape[i] === 1) continue;
    const last = out.shape.length - 1;
    if (last >= 0 && out.a[last] === a[i] * shape[i] && out.b[last] === b[i] * shape[i]) {
      out.shape[last] *= shape[i];
      out.a[last] = a[i];
      out.b[last] = b[i];
    } else {
      out.shape.push(shape[i]);
      out.a.push(a[i]);
      out.b.push(b[i]);
    }
  }
  return out;
}

/**
 * Visits the positions of `shape` in row-major order, a run along the last joined axis at a time:
 * visit(first position, length, start in a, step in a, start in b, step in b).
 */
export function walk(
  shape: readonly number[], strideA: readonly number[], strideB: readonly number[],
  visit: (at: number, length: number, a: number, stepA: number, b: number, stepB: number) => void,
): void {
  if (shape.includes(0)) return;
  const { shape: sizes, a, b } = joined({ shape, a: strideA, b: strideB });
  const last = sizes.length - 1;
  if (last < 0) return visit(0, 1, 0, 0, 0, 0);
  const index = new Array<number>(last).fill(0);
  const length = sizes[last];
  let [fromA, fromB] = [0, 0];
  for (let at = 0; ; at += length) {
    visit(at, length, fromA, a[last], fromB, b[last]);
    let axis = last - 1;
    for (; axis >= 0; axis--) {
      fromA += a[axis];
      fromB += b[axis];
      if (++index[axis] < sizes[axis]) break;
      fromA -= a[axis] * sizes[axis];
      fromB -= b[axis] * sizes[axis];
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}
