/**
 * The classical network with the projection (pseudo-inverse) rule: every linearly independent set of patterns is a fixed point,
 * however correlated (Personnaz, Guyon, Dreyfus 1985; Kanter and Sompolinsky 1987). Decomposition by ml-matrix.
 *
 *   X   K x D in {-1, 1};   W = X^T (X X^T)^+ X = X^T X (X^T X)^+  (D x D, the projector onto the patterns' span), by the smaller Gram matrix
 *   E = -1/2 sigma^T W0 sigma, W0 = W - diag W (the diagonal is removed in the dynamics)
 *   h_i = sum_j W0_ij sigma_j; bit i follows the sign of its field, a tie keeps it: E never rises. A trial costs O(1), a flip O(D).
 */
import { EngramError, multiply, pseudoInverse, transpose } from "../numeric/index.ts";

/** Fields within this of 0 are ties: W has rounding of about D 2^-52. */
const TIE = 1e-12;

export interface ProjectionOptions {
  /** Default 1000. */
  maxSweeps?: number;
  /** D entries; 0 = clamped. Default: all bits may move. */
  free?: ArrayLike<number>;
}

export class ProjectionNetwork {
  readonly dim: number;
  /** W0, row-major D x D, symmetric. */
  readonly #W: Float64Array;
  /** W's diagonal, for `projection`. */
  readonly #diagonal: Float64Array;

  /** @param patterns K >= 1 rows of D values, each -1 or 1. @throws EngramError on ragged or empty input, other values, or more than 4096 neurons (W is D x D) */
  constructor(patterns: readonly ArrayLike<number>[]) {
    const D = patterns[0]?.length ?? 0;
    if (D === 0) throw new EngramError("projection network", "at least one pattern", "none", "Store patterns first.");
    if (D > 4096) throw new EngramError("projection network", "at most 4096 neurons (its matrix is D x D)", String(D), "Use a dense memory for larger patterns.");
    this.dim = D;
    patterns.forEach((xi, mu) => this.#check(xi, `pattern ${mu}`));
    const X = { rows: patterns.length, columns: D, data: Float64Array.from(patterns.flatMap((xi) => Array.from(xi))) };
    const Xt = transpose(X);
    const gram = X.rows <= D ? multiply(X, Xt) : multiply(Xt, X);
    const inverse = pseudoInverse(gram);
    const W = X.rows <= D ? multiply(multiply(Xt, inverse), X) : multiply(gram, inverse);
    this.#W = new Float64Array(D * D);
    this.#diagonal = new Float64Array(D);
    for (let i = 0; i < D; i++) {
      this.#diagonal[i] = W.data[i * D + i];
      for (let j = 0; j < i; j++) this.#W[i * D + j] = this.#W[j * D + i] = (W.data[i * D + j] + W.data[j * D + i]) / 2;
    }
  }

  #check(x: ArrayLike<number>, what: string): void {
    if (x.length !== this.dim) throw new EngramError(what, `${this.dim} bits`, String(x.length), "Patterns and states have the same length.");
    for (let i = 0; i < x.length; i++) {
      if (x[i] !== 1 && x[i] !== -1) throw new EngramError(`${what}, bit ${i}`, "-1 or 1", String(x[i]), "Binarise first, e.g. x > .5 ? 1 : -1.");
    }
  }

  /** h_i = sum_j W0_ij sigma_j, for any vector of D numbers. @throws EngramError for a wrong length or a neuron that is not there */
  field(sigma: ArrayLike<number>, i: number): number {
    if (sigma.length !== this.dim) throw new EngramError("state", `${this.dim} numbers`, String(sigma.length), "Give the state the network's dimension.");
    if (!(Number.isInteger(i) && i >= 0 && i < this.dim)) throw new EngramError("neuron", `0..${this.dim - 1}`, String(i), "Check the number.");
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

  /** Asynchronous sweeps until none flips a bit. The fields are kept up to date by every flip and computed afresh for every sweep. */
  settle(start: ArrayLike<number>, options: ProjectionOptions = {}): { sigma: Int8Array; converged: boolean; sweeps: number; energies: number[] } {
    const { maxSweeps = 1000, free } = options;
    const D = this.dim;
    this.#check(start, "state");
    if (free !== undefined && free.length !== D) throw new EngramError("free", `${D} entries`, String(free.length), "One entry per bit: 0 clamped, anything else free.");
    const sigma = Int8Array.from(start);
    const energies = [this.energy(sigma)];
    for (let sweep = 1; sweep <= maxSweeps; sweep++) {
      const h = Float64Array.from({ length: D }, (_, i) => this.field(sigma, i));
      let flips = 0;
      for (let i = 0; i < D; i++) {
        if ((free !== undefined && free[i] === 0) || h[i] * sigma[i] >= -TIE) continue;
        sigma[i] = -sigma[i];
        for (let j = 0; j < D; j++) h[j] += 2 * sigma[i] * this.#W[i * D + j];
        flips++;
      }
      energies.push(this.energy(sigma));
      if (flips === 0) return { sigma, converged: true, sweeps: sweep, energies };
    }
    return { sigma, converged: false, sweeps: maxSweeps, energies };
  }
}
