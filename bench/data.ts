/** Seeded data of the bench, and the loops anyone would write first. */
import { seeded } from "../src/numeric/index.ts";
import { Rows } from "../src/kernels/index.ts";

/** Uniform numbers in [0, 1). */
export function uniform(n: number, seed: number): Float32Array {
  const rng = seeded(seed);
  return Float32Array.from({ length: n }, () => rng.uniform());
}

/** N rows of D numbers: 1,000 random rows over and over (drawing 1e6 x 512 numbers would take longer than the bench). */
export function filled(N: number, D: number, seed: number): Rows {
  const rows = new Rows(D);
  rows.reserve(N);
  const piece = uniform(Math.min(N, 1000) * D, seed);
  for (let i = 0; i < N; i += 1000) rows.append(N - i >= 1000 ? piece : piece.subarray(0, (N - i) * D));
  return rows;
}

export function plainDot(X: Float32Array, q: Float32Array, out: Float32Array): void {
  const D = q.length;
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (let k = 0; k < D; k++) sum += X[i * D + k] * q[k];
    out[i] = sum;
  }
}

export function plainExp(x: Float32Array | Float64Array, out: Float32Array | Float64Array): void {
  for (let i = 0; i < x.length; i++) out[i] = Math.exp(x[i]);
}

/** The textbook softmax: maximum, exponentials, sum, quotient. */
export function plainSoftmax(x: Float64Array, out: Float64Array): void {
  let max = -Infinity;
  for (let i = 0; i < x.length; i++) max = Math.max(max, x[i]);
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    out[i] = Math.exp(x[i] - max);
    sum += out[i];
  }
  for (let i = 0; i < x.length; i++) out[i] /= sum;
}
