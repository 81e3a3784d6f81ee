/**
 * Small vector arithmetic in f64. Sums over coordinates run as in the score kernels: k ascending in blocks of 256 whose sums are
 * added in order, so `dot` and the distances here are, bit for bit, the scores of an f64 store.
 *
 *   x, y   D numbers each; visible: D entries, 0 = the coordinate is left out
 */
import { EngramError } from "./errors.ts";
import { highestFew } from "./highest.ts";

/** Coordinates per block of a sum over k. */
const BLOCK_K = 256;

type Vector = ArrayLike<number>;

/**
 * `out`, filled by place, first to last. `Float64Array.from(x, f)` walks x by its iterator and takes some 20 times as long, which in scores of many
 * memories is longer than the scores themselves.
 */
export function filled<T extends Float32Array | Float64Array | Int32Array | Uint8Array>(out: T, f: (i: number) => number): T {
  for (let i = 0; i < out.length; i++) out[i] = f(i);
  return out;
}

function sameLength(x: Vector, y: Vector, what: string): void {
  if (x.length !== y.length) throw new EngramError(what, `${x.length} numbers`, String(y.length), "Both vectors need the same length.");
}

/** sum_k term(x_k, y_k) in blocks. */
function blocked(x: Vector, y: Vector, visible: Vector | undefined, term: (a: number, b: number) => number): number {
  sameLength(x, y, "vector");
  if (visible !== undefined) sameLength(x, visible, "visible");
  let total = 0;
  for (let block = 0; block < x.length; block += BLOCK_K) {
    const end = Math.min(x.length, block + BLOCK_K);
    let sum = 0;
    for (let k = block; k < end; k++) if (visible === undefined || visible[k] !== 0) sum += term(x[k], y[k]);
    total += sum;
  }
  return total;
}

/** x . y. @throws EngramError when the lengths differ (as all functions here do) */
export function dot(x: Vector, y: Vector, visible?: Vector): number {
  return blocked(x, y, visible, (a, b) => a * b);
}

/** |x - y|^2 from direct differences, never negative. */
export function squaredDistance(x: Vector, y: Vector, visible?: Vector): number {
  return blocked(x, y, visible, (a, b) => (a - b) * (a - b));
}

/** The sum of |x_k - y_k|. */
export function l1Distance(x: Vector, y: Vector, visible?: Vector): number {
  return blocked(x, y, visible, (a, b) => Math.abs(a - b));
}

/** The Euclidean length; neither overflows nor underflows before the result does. */
export function norm(x: Vector): number {
  const square = dot(x, x);
  if (square >= 1e-280 && square < Infinity) return Math.sqrt(square);
  if (Number.isNaN(square)) return NaN;
  const largest = maxAbs(x);
  if (largest === 0 || largest === Infinity) return largest;
  // Powers of two that bring the squares back among the normal numbers; scaling by them is exact.
  const [up, down] = square > 1 ? [2 ** -600, 2 ** 600] : [2 ** 600, 2 ** -600];
  return Math.sqrt(blocked(x, x, undefined, (value) => value * up * (value * up))) * down;
}

/** The largest |x_k|; 0 for no coordinates. */
export function maxAbs(x: Vector): number {
  let largest = 0;
  for (let k = 0; k < x.length; k++) if (Math.abs(x[k]) > largest) largest = Math.abs(x[k]);
  return largest;
}

/** The largest |x_k - y_k|; 0 for no coordinates. */
export function largestDifference(x: Vector, y: Vector): number {
  sameLength(x, y, "vector");
  let largest = 0;
  for (let k = 0; k < x.length; k++) if (Math.abs(x[k] - y[k]) > largest) largest = Math.abs(x[k] - y[k]);
  return largest;
}

/** y + a x as a new vector, each coordinate rounded after the product and after the sum. */
export function axpy(a: number, x: Vector, y: Vector): Float64Array {
  sameLength(x, y, "vector");
  return filled(new Float64Array(x.length), (k) => y[k] + a * x[k]);
}

/** a x as a new vector. */
export function scale(a: number, x: Vector): Float64Array {
  return filled(new Float64Array(x.length), (k) => a * x[k]);
}

/** Where the largest entry stands, the lowest index among equals. @throws EngramError on no entries or a NaN (which has no order) */
export function argmax(x: Vector): number {
  return best(x, "argmax", (a, b) => a > b);
}

/** Where the smallest entry stands, the lowest index among equals. @throws EngramError on no entries or a NaN */
export function argmin(x: Vector): number {
  return best(x, "argmin", (a, b) => a < b);
}

function best(x: Vector, what: string, better: (a: number, b: number) => boolean): number {
  if (x.length === 0) throw new EngramError(what, "at least one number", "none", "Store a pattern first.");
  let at = 0;
  for (let i = 0; i < x.length; i++) {
    if (Number.isNaN(x[i])) throw new EngramError(`${what}, entry ${i}`, "a number", "NaN", "NaN has no place in an order; find where it arose.");
    if (better(x[i], x[at])) at = i;
  }
  return at;
}

/** The indices of the k best entries, largest first, lower indices first among equals; all of them if k is larger. @throws EngramError on a NaN */
export function topIndices(x: Vector, k: number): number[] {
  if (!(Number.isInteger(k) && k >= 0)) throw new EngramError("top", "a whole number, 0 or above", String(k), "Ask for as many as you want to see.");
  for (let i = 0; i < x.length; i++) if (Number.isNaN(x[i])) throw new EngramError(`top, entry ${i}`, "a number", "NaN", "NaN has no place in an order.");
  return highestFew(x, k);
}

/** The parts one after the other; a single one as it is. */
export function joined(parts: readonly Float64Array[]): Float64Array {
  if (parts.length === 1) return parts[0];
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
