/**
 * Principal components as a feature map (semantic-memory.md T0d), whitened where asked.
 *
 *   X  n x d   patterns;  m  d  their mean;  C = (X - m)^T (X - m) / n
 *   C v_j = lambda_j v_j, descending;   phi(x)_j = v_j . (x - m) / sqrt(max(lambda_j, floor lambda_1))     floor 1e-3
 *
 * Where n or d is at most 400 the decomposition is exact (the smaller of C and the Gram matrix). Otherwise subspace iteration with 32
 * surplus directions and 10 rounds, and Rayleigh-Ritz at the end: leading components exact to rounding, the last ones to their gap.
 */
import { dgemm } from "../kernels/index.ts";
import { checkNames, EngramError, filled, seeded, symmetricEigen } from "../numeric/index.ts";
import type { FeatureMap, Fit } from "./feature-map.ts";
import { linearMap } from "./linear-map.ts";

export interface PcaOptions {
  /** Components kept; fewer where the patterns span fewer. Default 128. */
  readonly dim?: number;
  /** Divide each by its standard deviation. Default true. */
  readonly whiten?: boolean;
}

/** Variances below this share of the largest are not blown up further. */
const FLOOR = 1e-3;
/** Components below this share of the largest variance are rounding. */
const NOTHING = 1e-12;
const EXACT = 400;
const SURPLUS = 32;
const ROUNDS = 10;

/** The map still to be learned from the patterns a memory stores first; `pca(...).fit(X, n)` learns it from others. */
export function pca(options: PcaOptions = {}): Fit {
  checkNames("pca option", options, ["dim", "whiten"] satisfies (keyof PcaOptions)[]);
  const { dim = 128, whiten = true } = options;
  if (!Number.isInteger(dim) || dim < 1) throw new EngramError("pca, dim", "a whole number from 1", String(dim), "128 is the default.");
  if (typeof whiten !== "boolean") throw new EngramError("pca, whiten", "true or false", String(whiten), "true is the default.");
  return { name: whiten ? "whitened PCA" : "PCA", fit: (X, rows) => fitted(X, rows, dim, whiten) };
}

function fitted(X: Float64Array, n: number, dim: number, whiten: boolean): FeatureMap {
  if (n < 2) throw new EngramError("pca", "at least two patterns to learn from", String(n), "Store them in one call, or fit the map on others.");
  const { mean, lambda, V } = principal(X, n, dim);
  if (lambda.length === 0) throw new EngramError("pca", "patterns that differ", "equal ones", "There are no components.");
  const d = mean.length;
  const W = filled(new Float64Array(V.length), (i) => (whiten ? V[i] / Math.sqrt(Math.max(lambda[Math.floor(i / d)], FLOOR * lambda[0])) : V[i]));
  return linearMap(`${whiten ? "whitened PCA" : "PCA"} to ${lambda.length}`, W, mean);
}

export interface Principal {
  /** d. */
  readonly mean: Float64Array;
  /** Descending, at most `dim`. */
  readonly lambda: Float64Array;
  /** One unit row per component; the largest entry of each is positive. */
  readonly V: Float64Array;
}

/** The leading components of some patterns. @param X n * d numbers */
export function principal(X: Float64Array, n: number, dim: number): Principal {
  const d = X.length / n;
  const mean = new Float64Array(d);
  for (let i = 0; i < X.length; i++) mean[i % d] += X[i] / n;
  const A = X.map((x, i) => x - mean[i % d]);
  const At = transpose(A, n, d);
  const { lambda, V } = n <= EXACT || d <= EXACT ? exact(A, At, n, d) : iterated(A, At, n, d, dim);
  const kept = Math.min(dim, lambda.filter((value) => value > NOTHING * lambda[0]).length);
  for (let j = 0; j < kept; j++) orient(V.subarray(j * d, (j + 1) * d));
  return { mean, lambda: lambda.slice(0, kept), V: V.slice(0, kept * d) };
}

function exact(A: Float64Array, At: Float64Array, n: number, d: number): { lambda: Float64Array; V: Float64Array } {
  if (d <= n) {
    const { lambda, V } = descending(dgemm(d, d, n, At, A).map((value) => value / n), d);
    return { lambda, V };
  }
  // The eigenvectors u of A A^T / n give those of C: v = A^T u / |A^T u|
  const { lambda, V: U } = descending(dgemm(n, n, d, A, At).map((value) => value / n), n);
  const V = dgemm(n, d, n, U, A);
  for (let j = 0; j < n; j++) unit(V.subarray(j * d, (j + 1) * d));
  return { lambda, V };
}

function iterated(A: Float64Array, At: Float64Array, n: number, d: number, dim: number): { lambda: Float64Array; V: Float64Array } {
  const b = Math.min(dim + SURPLUS, n - 1, d);
  const rng = seeded(0);
  let Y: Float64Array = Float64Array.from({ length: b * d }, () => rng.normal());
  orthonormalise(Y, b, d);
  for (let round = 0; round < ROUNDS; round++) {
    Y = dgemm(b, d, n, dgemm(b, n, d, Y, At), A); // rows of Y times C, times n
    orthonormalise(Y, b, d);
  }
  const T = dgemm(b, n, d, Y, At);
  const { lambda, V } = descending(dgemm(b, b, n, T, transpose(T, b, n)).map((value) => value / n), b);
  return { lambda, V: dgemm(b, d, b, V, Y) };
}

/** Eigenvalues descending, eigenvectors as rows, of a symmetric n x n matrix. */
function descending(C: Float64Array, n: number): { lambda: Float64Array; V: Float64Array } {
  const data = C.map((_, i) => 0.5 * (C[i] + C[(i % n) * n + Math.floor(i / n)]));
  const { lambda, V } = symmetricEigen({ rows: n, columns: n, data });
  return { lambda: lambda.slice().reverse(), V: filled(new Float64Array(n * n), (i) => V.data[(i % n) * n + (n - 1 - Math.floor(i / n))]) };
}

/** Gram-Schmidt on rows, each twice. */
function orthonormalise(Y: Float64Array, b: number, d: number): void {
  for (let j = 0; j < b; j++) {
    const row = Y.subarray(j * d, (j + 1) * d);
    for (let pass = 0; pass < 2; pass++) {
      for (let l = 0; l < j; l++) {
        const other = Y.subarray(l * d, (l + 1) * d);
        let along = 0;
        for (let i = 0; i < d; i++) along += row[i] * other[i];
        for (let i = 0; i < d; i++) row[i] -= along * other[i];
      }
      unit(row);
    }
  }
}

function unit(row: Float64Array): void {
  let squares = 0;
  for (let i = 0; i < row.length; i++) squares += row[i] * row[i];
  const length = Math.sqrt(squares);
  if (length > 0) for (let i = 0; i < row.length; i++) row[i] /= length;
}

function orient(row: Float64Array): void {
  let peak = 0;
  for (let i = 1; i < row.length; i++) if (Math.abs(row[i]) > Math.abs(row[peak])) peak = i;
  if (row[peak] < 0) for (let i = 0; i < row.length; i++) row[i] = -row[i];
}

export function transpose(A: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(A.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = A[r * columns + c];
  return out;
}
