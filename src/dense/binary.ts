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
 * A trial costs O(K), independent of D, and so does a flip. F and the comparison are those of overlap-energy.ts.
 */
import { EngramError } from "../numeric/index.ts";
import type { Rng } from "../numeric/index.ts";
import { type BinarySeparation, OverlapEnergy } from "./overlap-energy.ts";

export interface SettleOptions {
  /** Default "sweep": bits in ascending order. "random": a fresh permutation per sweep. */
  order?: "sweep" | "random";
  rng?: Rng;
  /** Default 1000. */
  maxSweeps?: number;
  /** D entries; 0 = clamped. Default: all bits may move. */
  free?: ArrayLike<number>;
  /** Default "difference" (M3). "taylor" (M4) lowers the energy for certain only where both coincide (power, n = 2), and may cycle. */
  rule?: "difference" | "taylor";
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
  /** xi by columns, 0 for -1 and 1 for 1: bit i of all patterns lies together, what a trial reads. */
  readonly #bits: Uint8Array;
  readonly #energy: OverlapEnergy;

  /**
   * @param patterns K >= 1 rows of D values, each -1 or 1
   * @throws EngramError naming the first value that is neither, for no patterns, ragged rows, a degree or beta out of range
   */
  constructor(patterns: readonly ArrayLike<number>[], separation: BinarySeparation) {
    this.size = patterns.length;
    this.dim = patterns[0]?.length ?? 0;
    if (this.dim === 0) throw new EngramError("binary memory", "at least one pattern of at least one bit", "none", "Store patterns first.");
    this.separation = separation;
    this.#energy = new OverlapEnergy(separation, this.dim);
    this.#bits = new Uint8Array(this.size * this.dim);
    patterns.forEach((xi, mu) => {
      if (xi.length !== this.dim) throw new EngramError(`pattern ${mu}`, `${this.dim} bits`, `${xi.length}`, "Give all patterns the same length.");
      for (let i = 0; i < this.dim; i++) this.#bits[i * this.size + mu] = bit(xi[i], `pattern ${mu}, bit ${i}`) > 0 ? 1 : 0;
    });
  }

  /** m_mu = xi^mu . sigma, K integers. @throws EngramError for a wrong length or a value that is no bit */
  overlaps(sigma: ArrayLike<number>): Float64Array {
    return Float64Array.from(this.#overlaps(sigma));
  }

  #overlaps(sigma: ArrayLike<number>): Int32Array {
    if (sigma.length !== this.dim) throw new EngramError("state", `${this.dim} bits`, `${sigma.length}`, "Give the state the memory's dimension.");
    const m = new Int32Array(this.size);
    for (let i = 0; i < this.dim; i++) {
      const s = bit(sigma[i], `state, bit ${i}`);
      for (let mu = 0; mu < this.size; mu++) m[mu] += s * (2 * this.#bits[i * this.size + mu] - 1);
    }
    return m;
  }

  /** (M1): -Infinity only where the number itself is beyond f64. */
  energy(sigma: ArrayLike<number>): number {
    return this.#energy.value(this.#overlaps(sigma));
  }

  /** (M3): E after flipping bit i less E now; +-Infinity only where the number itself is beyond f64. O(K D). */
  energyDifference(sigma: ArrayLike<number>, i: number): number {
    return this.#energy.difference(this.#overlaps(sigma), this.#bits, i * this.size, sigma[i]);
  }

  /** (M3) or (M4), swept until a full sweep flips nothing. The state is copied. @throws EngramError for a wrong state or mask, or random order without an rng */
  settle(start: ArrayLike<number>, options: SettleOptions = {}): Settled {
    const { order = "sweep", rng, maxSweeps = 1000, free, rule = "difference" } = options;
    if (order === "random" && rng === undefined) throw new EngramError("settle", "an rng for random order", "none", "Pass seeded(seed).");
    if (free !== undefined && free.length !== this.dim) throw new EngramError("free", `${this.dim} entries`, String(free.length), "One entry per bit: 0 clamped, anything else free.");
    const m = this.#overlaps(start);
    const sigma = Int8Array.from(start);
    const picks = Int32Array.from({ length: this.dim }, (_, i) => i);
    const flips: number[] = [];
    const energies = [this.#energy.value(m)];
    const turns = rule === "taylor"
      ? (i: number): boolean => this.#energy.field(m, this.#bits, i * this.size, sigma[i]) === -sigma[i]
      : (i: number): boolean => this.#energy.lowers(m, this.#bits, i * this.size, sigma[i]);
    for (let sweep = 1; sweep <= maxSweeps; sweep++) {
      if (order === "random") rng?.shuffle(picks);
      const before = flips.length;
      for (const i of picks) {
        if ((free === undefined || free[i] !== 0) && turns(i)) {
          this.#flip(m, sigma, i);
          flips.push(i);
        }
      }
      energies.push(this.#energy.value(m));
      if (flips.length === before) return { sigma, overlaps: Float64Array.from(m), converged: true, sweeps: sweep, energies, flips };
    }
    return { sigma, overlaps: Float64Array.from(m), converged: false, sweeps: maxSweeps, energies, flips };
  }

  /** The bits that one (M3) trial each, all from the same state, would flip: the one-step error count of the capacity theory. */
  unstableBits(sigma: ArrayLike<number>): number[] {
    const m = this.#overlaps(sigma);
    return Array.from({ length: this.dim }, (_, i) => i).filter((i) => this.#energy.lowers(m, this.#bits, i * this.size, sigma[i]));
  }

  /** (M4), the Taylor form: the sign of sum_mu xi_i f(h_i^mu), h = m - xi_i sigma_i; 0 at a tie. No guarantee of descent; coincides with (M3) for n = 2. */
  localField(sigma: ArrayLike<number>, i: number): number {
    return this.#energy.field(this.#overlaps(sigma), this.#bits, i * this.size, sigma[i]);
  }

  /** (M5) */
  #flip(m: Int32Array, sigma: Int8Array, i: number): void {
    for (let mu = 0; mu < this.size; mu++) m[mu] -= 2 * (2 * this.#bits[i * this.size + mu] - 1) * sigma[i];
    sigma[i] = -sigma[i];
  }
}

function bit(value: number, where: string): 1 | -1 {
  if (value !== 1 && value !== -1) throw new EngramError(where, "-1 or 1", String(value), "Binarise first, e.g. x > .5 ? 1 : -1.");
  return value;
}
