/**
 * The Fréchet distance of two sets of features, each taken for a Gaussian (Dowson and Landau 1982; with features of a network the "FID" of
 * Heusel et al., arXiv 1706.08500):
 *
 *   a, b   N x e, M x e   features in rows            mu, C   mean and covariance (by N - 1)
 *
 *   d^2 = |mu_a - mu_b|^2 + tr(C_a + C_b - 2 (C_a C_b)^(1/2)),     tr (C_a C_b)^(1/2) = sum of sqrt of the eigenvalues of C_b^(1/2) C_a C_b^(1/2)
 *
 * Depends on how many rows there are (few rows, larger distance): compare numbers of the same counts only.
 */
import { EngramError } from "./errors.ts";
import { type Dense, denseOf, multiply, symmetricEigen, transpose } from "./linalg.ts";

/** d^2. @param e numbers in a row @throws EngramError on parts of a row, fewer than two rows, NaN or infinities */
export function frechetDistance(a: ArrayLike<number>, b: ArrayLike<number>, e: number): number {
  const [A, B] = [moments(a, e, "first features"), moments(b, e, "second features")];
  const root = squareRoot(B.C);
  const { lambda } = symmetricEigen(symmetric(multiply(multiply(root, A.C), root)));
  let d = 0;
  for (let i = 0; i < e; i++) d += (A.mu[i] - B.mu[i]) ** 2 + A.C.data[i * e + i] + B.C.data[i * e + i];
  // Rounding leaves eigenvalues of 0 a little below it.
  for (const value of lambda) d -= 2 * Math.sqrt(Math.max(value, 0));
  return Math.max(d, 0);
}

function moments(x: ArrayLike<number>, e: number, name: string): { mu: Float64Array; C: Dense } {
  const N = x.length / e;
  if (!Number.isInteger(N) || N < 2) throw new EngramError(name, `at least two rows of ${e} numbers`, `${x.length} numbers`, "Give more rows.");
  const mu = new Float64Array(e);
  for (let at = 0; at < x.length; at++) {
    if (!Number.isFinite(x[at])) throw new EngramError(`${name}, row ${Math.floor(at / e)}, column ${at % e}`, "a finite number", String(x[at]), "Clean the features first.");
    mu[at % e] += x[at] / N;
  }
  const C = new Float64Array(e * e);
  const row = new Float64Array(e);
  for (let r = 0; r < N; r++) {
    for (let i = 0; i < e; i++) row[i] = x[r * e + i] - mu[i];
    for (let i = 0; i < e; i++) for (let j = 0; j <= i; j++) C[i * e + j] += row[i] * row[j];
  }
  for (let i = 0; i < e; i++) for (let j = 0; j <= i; j++) C[i * e + j] = C[j * e + i] = C[i * e + j] / (N - 1);
  return { mu, C: denseOf(e, e, C) };
}

/** Of a symmetric matrix without negative eigenvalues but for rounding. */
function squareRoot(C: Dense): Dense {
  const { lambda, V } = symmetricEigen(C);
  const scaled = denseOf(V.rows, V.columns, V.data.map((v, at) => v * Math.sqrt(Math.max(lambda[at % V.columns], 0))));
  return symmetric(multiply(scaled, transpose(V)));
}

function symmetric({ rows, columns, data }: Dense): Dense {
  return denseOf(rows, columns, data.map((v, at) => (v + data[(at % columns) * columns + Math.floor(at / columns)]) / 2));
}
