/**
 * The squared distance of the kernels (kernels/scalar.ts: one sum, k ascending in blocks of 256), given up as soon as its partial sum is
 * beyond a limit: a sum of squares never falls, rounded or not. f32 where the numbers are.
 */
import { BLOCK_K, type Floats } from "../kernels/index.ts";

/** Coordinates between two looks at the limit. */
const PIECE = 16;

/** ||x - X[at..]||^2 to the kernels' bits where it is at most `limit`; otherwise something above `limit`. x and X in the same precision. */
export function distanceUpTo(x: Floats, X: Floats, at: number, limit: number): number {
  return x instanceof Float32Array ? single(x, X as Float32Array, at, limit) : double(x, X as Float64Array, at, limit);
}

function single(x: Float32Array, X: Float32Array, at: number, limit: number): number {
  let total = Math.fround(0);
  for (let block = 0; block < x.length; block += BLOCK_K) {
    const end = Math.min(x.length, block + BLOCK_K);
    let sum = Math.fround(0);
    for (let k = block; k < end;) {
      for (const stop = Math.min(end, k + PIECE); k < stop; k++) {
        const d = Math.fround(X[at + k] - x[k]);
        sum = Math.fround(sum + Math.fround(d * d));
      }
      if (sum > limit) return sum;
    }
    total = Math.fround(total + sum);
    if (total > limit) return total;
  }
  return total;
}

function double(x: Float64Array, X: Float64Array, at: number, limit: number): number {
  let total = 0;
  for (let block = 0; block < x.length; block += BLOCK_K) {
    const end = Math.min(x.length, block + BLOCK_K);
    let sum = 0;
    for (let k = block; k < end;) {
      for (const stop = Math.min(end, k + PIECE); k < stop; k++) {
        const d = X[at + k] - x[k];
        sum += d * d;
      }
      if (sum > limit) return sum;
    }
    total += sum;
    if (total > limit) return total;
  }
  return total;
}
