/**
 * The guarded edge to ml-matrix: decompositions of small matrices. Its `mmul` silently truncates mismatched shapes, so shapes are
 * checked here; it keeps one array per row, so nothing here belongs into a hot loop.
 */
import { Matrix, pseudoInverse as mlPseudoInverse } from "ml-matrix";
import { EngramError } from "./errors.ts";

/** m x n numbers, row-major. */
export interface Dense {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

function matrix(a: Dense, name: string): Matrix {
  if (a.data.length !== a.rows * a.columns) throw new EngramError(name, `${a.rows} x ${a.columns} numbers`, `${a.data.length}`, "Check the shape.");
  return Matrix.from1DArray(a.rows, a.columns, Array.from(a.data));
}

function dense(m: Matrix): Dense {
  return { rows: m.rows, columns: m.columns, data: Float64Array.from(m.to1DArray()) };
}

/** A B. @throws EngramError when the inner dimensions differ */
export function multiply(a: Dense, b: Dense): Dense {
  if (a.columns !== b.rows) throw new EngramError("multiply", `${a.columns} rows on the right`, `${b.rows}`, "The inner dimensions must agree.");
  return dense(matrix(a, "left factor").mmul(matrix(b, "right factor")));
}

/** The Moore-Penrose inverse, n x m. */
export function pseudoInverse(a: Dense): Dense {
  return dense(mlPseudoInverse(matrix(a, "matrix")));
}

export function transpose(a: Dense): Dense {
  return dense(matrix(a, "matrix").transpose());
}
