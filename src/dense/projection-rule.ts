/**
 * The classical network with the projection (pseudo-inverse) rule: every linearly independent set of patterns is a fixed point,
 * however correlated (Personnaz, Guyon, Dreyfus 1985; Kanter and Sompolinsky 1987). Decomposition by ml-matrix.
 *
 *   X   K x D in {-1, 1};   W = X^T (X X^T)^+ X  (D x D, the projector onto the patterns' span), diagonal removed in the dynamics
 *   E = -1/2 sigma^T W0 sigma, W0 = W - diag W; bit i follows the sign of its field, a tie keeps it: E never rises
 */
import { EngramError, multiply, pseudoInverse, transpose } from "../numeric/index.ts";

export class ProjectionNetwork {
  readonly dim: number;
  /** W0, row-major D x D. */
  readonly #W: Float64Array;
  /** W's diagonal, for `projection`. */
  readonly #diagonal: Float64Array;

  /** @param patterns K >= 1 rows of D numbers. @throws EngramError on ragged or empty input, or more than 4096 neurons (W is D x D) */
  constructor(patterns: readonly ArrayLike<number>[]) {
    const D = patterns[0]?.length ?? 0;
    if (D === 0) throw new EngramError("projection network", "at least one pattern", "none", "Store patterns first.");
    if (D > 4096) throw new EngramError("projection network", "at most 4096 neurons (its matrix is D x D)", String(D), "Use a dense memory for larger patterns.");
    patterns.forEach((xi, mu) => {
      if (xi.length !== D) throw new EngramError(`pattern ${mu}`, `${D} numbers`, String(xi.length), "Give all patterns the same length.");
    });
    this.dim = D;
    const X = { rows: patterns.length, columns: D, data: Float64Array.from(patterns.flatMap((xi) => Array.from(xi))) };
    const Xt = transpose(X);
    this.#W = multiply(multiply(Xt, pseudoInverse(multiply(X, Xt))), X).data;
    this.#diagonal = new Float64Array(D);
    for (let i = 0; i < D; i++) {
      this.#diagonal[i] = this.#W[i * D + i];
      this.#W[i * D + i] = 0;
    }
  }

  /** h_i = sum_j W0_ij sigma_j. */
  field(sigma: ArrayLike<number>, i: number): number {
    let h = 0;
    for (let j = 0; j < this.dim; j++) h += this.#W[i * this.dim + j] * sigma[j];
    return h;
  }

  /** W x: the orthogonal projection onto the span of the patterns. */
  projection(x: ArrayLike<number>): Float64Array {
    return Float64Array.from({ length: this.dim }, (_, i) => this.field(x, i) + this.#diagonal[i] * x[i]);
  }

  energy(sigma: ArrayLike<number>): number {
    let E = 0;
    for (let i = 0; i < this.dim; i++) E -= 0.5 * sigma[i] * this.field(sigma, i);
    return E;
  }

  /** Asynchronous sweeps until none flips a bit. Fields within rounding of 0 keep the bit. */
  settle(start: ArrayLike<number>, maxSweeps = 1000): { sigma: Int8Array; converged: boolean; sweeps: number } {
    if (start.length !== this.dim) throw new EngramError("state", `${this.dim} bits`, String(start.length), "Give the state the network's dimension.");
    const sigma = Int8Array.from(start);
    for (let sweep = 1; sweep <= maxSweeps; sweep++) {
      let flips = 0;
      for (let i = 0; i < this.dim; i++) {
        if (this.field(sigma, i) * sigma[i] < -1e-12) {
          sigma[i] = -sigma[i];
          flips++;
        }
      }
      if (flips === 0) return { sigma, converged: true, sweeps: sweep };
    }
    return { sigma, converged: false, sweeps: maxSweeps };
  }
}
