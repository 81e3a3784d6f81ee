/**
 * Discrete dense associative memory: binary states, asynchronous updates by the exact energy difference.
 * Krotov and Hopfield 2016 (arXiv 1606.01164), chapter 2 of arXiv 2507.06211; labels (M1)-(M6).
 *
 *   xi     K x D in {-1, 1}   stored patterns        sigma   D in {-1, 1}   state
 *   m      K                  overlaps m_mu = xi^mu . sigma, the only state that is kept
 *
 *   (M1) E = -sum_mu F(m_mu)        (M5) flipping bit i: m_mu <- m_mu - 2 xi_i^mu sigma_i
 *   (M3) bit i is flipped iff sum_mu F(m_mu - 2 xi_i^mu sigma_i) > sum_mu F(m_mu); (M6) a tie keeps the bit
 *
 * A trial costs O(K), independent of D. Overlaps are integers: F is evaluated on m 2^-e with 2^e >= D, which is exact scaling, so that
 * no degree overflows and ties stay ties. Exponential separations are compared in the log domain.
 */
import { EngramError, exp, log } from "../numeric/index.ts";
import type { Rng } from "../numeric/index.ts";
import { checkBeta } from "./energy.ts";
import { checkDegree, integerPower } from "./separation.ts";

/** z^n/n; max(z,0)^n/n; e^z; -log sum e^{beta m} (Q = log, no 1/beta). */
export type BinarySeparation =
  | { readonly kind: "power"; readonly n: number }
  | { readonly kind: "rectified"; readonly n: number }
  | { readonly kind: "exponential" }
  | { readonly kind: "lse"; readonly beta: number };

export interface SettleOptions {
  /** Default "sweep": bits in ascending order. "random": a fresh permutation per sweep. */
  order?: "sweep" | "random";
  rng?: Rng;
  /** Default 1000. */
  maxSweeps?: number;
  /** D entries; 0 = clamped. Default: all bits may move. */
  free?: ArrayLike<number>;
}

export interface Settled {
  sigma: Int8Array;
  overlaps: Float64Array;
  /** The certificate of convergence: the last full sweep flipped nothing. */
  converged: boolean;
  sweeps: number;
  /** (M1) at the start and after every sweep. */
  energies: number[];
  /** Bits in the order they were flipped: the trajectory, without frames. */
  flips: number[];
}

export class BinaryMemory {
  readonly dim: number;
  readonly size: number;
  readonly separation: BinarySeparation;
  /** xi by columns: bit i of all patterns lies together, what a trial reads. */
  readonly #columns: Int8Array;
  /** F on the scaled overlaps -D..D (polynomials only). */
  readonly #table: Float64Array | undefined;
  readonly #scale: number;

  /** @param patterns K rows of D values, each -1 or 1. @throws EngramError naming the first value that is neither */
  constructor(patterns: readonly ArrayLike<number>[], separation: BinarySeparation) {
    this.size = patterns.length;
    this.dim = patterns[0]?.length ?? 0;
    this.separation = separation;
    if (separation.kind === "power" || separation.kind === "rectified") checkDegree(separation.n);
    if (separation.kind === "lse") checkBeta(separation.beta);
    this.#columns = new Int8Array(this.size * this.dim);
    patterns.forEach((xi, mu) => {
      if (xi.length !== this.dim) throw new EngramError(`pattern ${mu}`, `${this.dim} bits`, `${xi.length}`, "Give all patterns the same length.");
      for (let i = 0; i < this.dim; i++) this.#columns[i * this.size + mu] = bit(xi[i], `pattern ${mu}, bit ${i}`);
    });
    let scale = 1;
    while (scale * Math.max(1, this.dim) > 1) scale /= 2;
    this.#scale = scale;
    if (separation.kind === "power" || separation.kind === "rectified") {
      const { kind, n } = separation;
      this.#table = Float64Array.from({ length: 2 * this.dim + 1 }, (_, j) => {
        const m = (j - this.dim) * scale;
        return kind === "rectified" && m <= 0 ? 0 : integerPower(m, n) / n;
      });
    }
  }

  /** m_mu = xi^mu . sigma, K integers. */
  overlaps(sigma: ArrayLike<number>): Float64Array {
    if (sigma.length !== this.dim) throw new EngramError("state", `${this.dim} bits`, `${sigma.length}`, "Give the state the memory's dimension.");
    const m = new Float64Array(this.size);
    for (let i = 0; i < this.dim; i++) {
      const s = bit(sigma[i], `state, bit ${i}`);
      for (let mu = 0; mu < this.size; mu++) m[mu] += s * this.#columns[i * this.size + mu];
    }
    return m;
  }

  /** (M1), unscaled: -Infinity only where the number itself is beyond f64. */
  energy(sigma: ArrayLike<number>): number {
    return this.#energyAt(this.overlaps(sigma));
  }

  #energyAt(m: Float64Array): number {
    const { separation } = this;
    if (separation.kind === "lse") return -logSum(m, separation.beta);
    if (separation.kind === "exponential") return -m.reduce((sum, value) => sum + exp(value), 0);
    const { kind, n } = separation;
    return -m.reduce((sum, value) => sum + (kind === "rectified" && value <= 0 ? 0 : integerPower(value, n) / n), 0);
  }

  /** (M3): E after flipping bit i, minus E now, in the units of `gain`: its sign is exact up to rounding of the sum. Polynomials: times D-scaling undone. */
  energyDifference(sigma: ArrayLike<number>, i: number): number {
    const m = this.overlaps(sigma);
    const flipped = m.map((value, mu) => value - 2 * this.#columns[i * this.size + mu] * sigma[i]);
    const { separation } = this;
    if (separation.kind === "lse") return logSum(m, separation.beta) - logSum(flipped, separation.beta);
    const F = (value: number): number => {
      if (separation.kind === "exponential") return exp(value);
      return separation.kind === "rectified" && value <= 0 ? 0 : integerPower(value, separation.n) / separation.n;
    };
    let difference = 0;
    for (let mu = 0; mu < this.size; mu++) difference += F(m[mu]) - F(flipped[mu]);
    return difference;
  }

  /** Whether flipping bit i lowers the energy strictly. O(K). */
  #lowers(m: Float64Array, i: number, s: number): boolean {
    const K = this.size;
    const column = i * K;
    const columns = this.#columns;
    const table = this.#table;
    if (table !== undefined) {
      let gain = 0;
      for (let mu = 0; mu < K; mu++) {
        const j = m[mu] + this.dim;
        gain += table[j - 2 * columns[column + mu] * s] - table[j];
      }
      return gain > 0;
    }
    const beta = this.separation.kind === "lse" ? this.separation.beta : 1;
    let top = -Infinity;
    for (let mu = 0; mu < K; mu++) top = Math.max(top, m[mu], m[mu] - 2 * columns[column + mu] * s);
    let gain = 0;
    for (let mu = 0; mu < K; mu++) {
      const now = beta * (m[mu] - top);
      const then = beta * (m[mu] - 2 * columns[column + mu] * s - top);
      if (now > -746 || then > -746) gain += exp(then) - exp(now);
    }
    return gain > 0;
  }

  /** (M3) swept until a full sweep flips nothing. The state is copied. */
  settle(start: ArrayLike<number>, options: SettleOptions = {}): Settled {
    const { order = "sweep", rng, maxSweeps = 1000, free } = options;
    if (order === "random" && rng === undefined) throw new EngramError("settle", "an rng for random order", "none", "Pass seeded(seed).");
    const m = this.overlaps(start);
    const sigma = Int8Array.from(start);
    const picks = Int32Array.from({ length: this.dim }, (_, i) => i);
    const flips: number[] = [];
    const energies = [this.#energyAt(m)];
    for (let sweep = 1; sweep <= maxSweeps; sweep++) {
      if (order === "random") rng?.shuffle(picks);
      const before = flips.length;
      for (const i of picks) {
        if ((free === undefined || free[i] !== 0) && this.#lowers(m, i, sigma[i])) {
          this.#flip(m, sigma, i);
          flips.push(i);
        }
      }
      energies.push(this.#energyAt(m));
      if (flips.length === before) return { sigma, overlaps: m, converged: true, sweeps: sweep, energies, flips };
    }
    return { sigma, overlaps: m, converged: false, sweeps: maxSweeps, energies, flips };
  }

  /** The bits that one (M3) trial each, all from the same state, would flip: the one-step error count of the capacity theory. */
  unstableBits(sigma: ArrayLike<number>): number[] {
    const m = this.overlaps(sigma);
    return Array.from({ length: this.dim }, (_, i) => i).filter((i) => this.#lowers(m, i, sigma[i]));
  }

  /** (M5) */
  #flip(m: Float64Array, sigma: Int8Array, i: number): void {
    for (let mu = 0; mu < this.size; mu++) m[mu] -= 2 * this.#columns[i * this.size + mu] * sigma[i];
    sigma[i] = -sigma[i];
  }

  /** (M4), the Taylor form: the sign of sum_mu xi_i f(h_i^mu), h = m - xi_i sigma_i; 0 at a tie. No guarantee of descent; coincides with (M3) for n = 2. */
  localField(sigma: ArrayLike<number>, i: number): number {
    const m = this.overlaps(sigma);
    const { separation } = this;
    let field = 0;
    const top = m.reduce((most, value) => Math.max(most, value), -Infinity);
    for (let mu = 0; mu < this.size; mu++) {
      const xi = this.#columns[i * this.size + mu];
      const h = m[mu] - xi * sigma[i];
      let f: number;
      if (separation.kind === "power") f = integerPower(h * this.#scale, separation.n - 1);
      else if (separation.kind === "rectified") f = h > 0 ? integerPower(h * this.#scale, separation.n - 1) : 0;
      else f = exp((separation.kind === "lse" ? separation.beta : 1) * (h - top));
      field += xi * f;
    }
    return Math.sign(field);
  }
}

function logSum(m: Float64Array, beta: number): number {
  const top = m.reduce((most, value) => Math.max(most, value), -Infinity);
  return beta * top + log(m.reduce((sum, value) => sum + exp(beta * (value - top)), 0));
}

function bit(value: number, where: string): 1 | -1 {
  if (value !== 1 && value !== -1) throw new EngramError(where, "-1 or 1", String(value), "Binarise first, e.g. x > .5 ? 1 : -1.");
  return value;
}
