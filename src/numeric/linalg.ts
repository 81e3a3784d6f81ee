/**
 * The guarded edge to ml-matrix: decompositions of small matrices. Its `mmul` ignores rows of the right factor that are too many and
 * crashes on too few, its eigensolver crashes on NaN and its SVD passes NaN on, so shapes and values are checked here. It keeps one
 * array per row, so nothing here belongs into a hot loop.
 */
import { EigenvalueDecomposition, Matrix, pseudoInverse as mlPseudoInverse, SingularValueDecomposition } from "ml-matrix";
import { EngramError } from "./errors.ts";
import type { MatrixLike } from "./patterns.ts";

/** m x n numbers, row-major. */
export interface Dense {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** A = U diag(s) V^T with k = min(m, n): U m x k, s descending, V n x k. */
export interface Svd {
  readonly U: Dense;
  readonly s: Float64Array;
  readonly V: Dense;
}

/** A = V diag(lambda) V^T: eigenvalues ascending, the columns of V their orthonormal eigenvectors. */
export interface SymmetricEigen {
  readonly lambda: Float64Array;
  readonly V: Dense;
}

const EPSILON = 2 ** -52;

/** Row-major numbers as a matrix. @throws EngramError when the length is not rows x columns */
export function denseOf(rows: number, columns: number, data: ArrayLike<number>): Dense {
  return checked({ rows, columns, data: Float64Array.from(data) }, "matrix");
}

/** A copy of an ml-matrix `Matrix` (or anything with rows, columns and get). */
export function fromMatrix(m: MatrixLike): Dense {
  const { rows, columns } = m;
  return { rows, columns, data: Float64Array.from({ length: rows * columns }, (_, i) => m.get(Math.floor(i / columns), i % columns)) };
}

/** A copy as an ml-matrix `Matrix`. */
export function toMatrix(a: Dense): Matrix {
  checked(a, "matrix");
  return a.data.length === 0 ? Matrix.zeros(a.rows, a.columns) : Matrix.from1DArray(a.rows, a.columns, Array.from(a.data));
}

function checked(a: Dense, name: string): Dense {
  const whole = Number.isSafeInteger(a.rows) && Number.isSafeInteger(a.columns) && a.rows >= 0 && a.columns >= 0;
  if (!whole || a.data.length !== a.rows * a.columns) throw new EngramError(name, `${a.rows} x ${a.columns} numbers`, `${a.data.length}`, "Check the shape.");
  return a;
}

/** A matrix to decompose: of finite numbers, at least one. */
function solid(a: Dense, name: string): Matrix {
  checked(a, name);
  const at = a.data.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw new EngramError(`${name}, row ${Math.floor(at / a.columns)}, column ${at % a.columns}`, "a finite number", String(a.data[at]), "Clean the data first.");
  if (a.data.length === 0) throw new EngramError(name, "at least one row and one column", `${a.rows} x ${a.columns}`, "There is nothing to decompose.");
  return toMatrix(a);
}

/** A B. @throws EngramError when the inner dimensions differ */
export function multiply(a: Dense, b: Dense): Dense {
  checked(a, "left factor");
  checked(b, "right factor");
  if (a.columns !== b.rows) throw new EngramError("multiply", `${a.columns} rows on the right`, `${b.rows}`, "The inner dimensions must agree.");
  return fromMatrix(toMatrix(a).mmul(toMatrix(b)));
}

export function transpose(a: Dense): Dense {
  return fromMatrix(toMatrix(a).transpose());
}

/** The thin singular value decomposition. @throws EngramError on an empty matrix, NaN or infinities (as all below do) */
export function svd(a: Dense): Svd {
  const result = new SingularValueDecomposition(solid(a, "matrix"), { autoTranspose: true });
  return { U: fromMatrix(result.leftSingularVectors), s: Float64Array.from(result.diagonal), V: fromMatrix(result.rightSingularVectors) };
}

/** How many singular values count: those above max(m, n) 2^-52 times the largest, the cut of the pseudo-inverse too. */
export function rank(a: Dense): number {
  const { s } = svd(a);
  return s.filter((value) => value > Math.max(a.rows, a.columns) * EPSILON * s[0]).length;
}

/** The Moore-Penrose inverse, n x m: sum of v u^T / s over the singular values that count (see {@link rank}). */
export function pseudoInverse(a: Dense): Dense {
  return fromMatrix(mlPseudoInverse(solid(a, "matrix")));
}

/** Eigenvalues and eigenvectors of a symmetric matrix. @throws EngramError also when it is not square, or not symmetric to 1e-12 of its largest entry */
export function symmetricEigen(a: Dense): SymmetricEigen {
  const m = solid(a, "matrix");
  const n = a.rows;
  if (n !== a.columns) throw new EngramError("symmetricEigen", "a square matrix", `${n} x ${a.columns}`, "Only square matrices have eigenvalues.");
  const largest = a.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const gap = Math.abs(a.data[i * n + j] - a.data[j * n + i]);
      if (gap > 1e-12 * largest) throw new EngramError("symmetricEigen", "a symmetric matrix", `entries (${i}, ${j}) and (${j}, ${i}) that differ by ${gap}`, "Take (A + A^T) / 2, if that is meant.");
    }
  }
  const result = new EigenvalueDecomposition(m, { assumeSymmetric: true });
  return { lambda: Float64Array.from(result.realEigenvalues), V: fromMatrix(result.eigenvectorMatrix) };
}
