/**
 * The energy of a binary dense memory as a function of its overlaps, and the sign of its change when a bit flips; safe at any degree.
 * arXiv 2507.06211 chapter 2: (M1) E = -sum_mu F(m_mu), (M3) exact difference, (M4) Taylor form.
 *
 *   m      K   overlaps xi^mu . sigma, integers in -D..D        s   bit i of the state
 *   b      K   bit i of all patterns, 0 for -1 and 1 for 1;  c = 2 b - 1
 *   flip   m' = m - 2 c s: overlaps with c s = -1 rise by 2, the others fall by 2
 *
 * m + D is always even: the change F(m') - F(m) has its table at m + D + b, one for each s.
 *
 * Polynomials: F(m) is tabulated as (m 2^-e)^n with 2^e >= D. The scaling is exact and 1/n is left out, so that no degree overflows and
 * a tie is a tie wherever K D^n < 2^53. At degrees whose small overlaps would vanish in that table (n e > 900) e follows the largest
 * overlap present. Exponentials: sum e^{beta m'} > sum e^{beta m} iff sum_{c s = -1} e^{beta (m + 2)} > sum_{c s = 1} e^{beta m}, by
 * the factor 1 - e^{-2 beta}; the terms are tabulated as e^{-beta k}, k below the largest of them. Both sides change places when the
 * bit has flipped, so rounding cannot make a bit flip twice in a row.
 * A separation of the user's is tabulated as it is, F(m).
 */
import { EngramError, exp, integerPower, log, log1p, unknownName } from "../numeric/index.ts";
import { checkBeta } from "./parameters.ts";
import { checkDegree, type Separation } from "./separation.ts";
import { foldSum } from "./sums.ts";

/** z^n/n; max(z,0)^n/n; e^z; -log sum e^{beta m} (Q = log, no 1/beta); any F of the user's, finite at every whole number from -D to D. */
export type BinarySeparation =
  | { readonly kind: "power"; readonly n: number }
  | { readonly kind: "rectified"; readonly n: number }
  | { readonly kind: "exponential" }
  | { readonly kind: "lse"; readonly beta: number }
  | { readonly kind: "own"; readonly separation: Separation };

const KINDS: readonly string[] = ["power", "rectified", "exponential", "lse", "own"];

/** Where a table of scaled powers keeps its smallest non-zero overlap, 2^-e to the n, well inside f64. */
const STEEP = 900;

export class OverlapEnergy {
  readonly separation: BinarySeparation;
  readonly #D: number;
  /** The user's, if it is one. */
  readonly #own?: Separation;
  /** n of a polynomial, else 0. */
  readonly #n: number;
  /** beta of an exponential (1 for e^z), else 0. */
  readonly #beta: number;
  /** Whether F is tabulated: polynomials and the user's own. */
  readonly #tabulated: boolean;
  readonly #rectified: boolean;
  /** F(m) at index m + D, of a polynomial (m 2^-e)^n, by e; 0 where m + D is odd. Made when first used. */
  readonly #values = new Map<number, Float64Array>();
  /** Their changes (see above), for s = -1 and 1, by e. */
  readonly #changes = new Map<number, readonly [Float64Array, Float64Array]>();
  /** e with 2^e >= D. */
  readonly #e: number;
  readonly #steep: boolean;
  /** Exponentials: e^{-beta k}, k = 0 .. 2 D + 2. */
  readonly #falling: Float64Array;

  /** @throws EngramError for a degree or beta out of range, an unknown kind, an F that is not finite */
  constructor(separation: BinarySeparation, D: number) {
    this.separation = separation;
    this.#D = D;
    const { kind } = separation;
    if (!KINDS.includes(kind)) throw unknownName("separation", String(kind), KINDS);
    if (kind === "own") {
      const { separation: own } = separation;
      if (typeof own?.F !== "function" || typeof own.f !== "function") throw new EngramError("separation", "an object with name, F and f", String(own), "F(z) and its derivative f(z), as in power(3).");
      this.#own = own;
    }
    this.#n = kind === "power" || kind === "rectified" ? checkDegree(separation.n) : 0;
    const beta = kind === "lse" ? checkBeta(separation.beta) : 1;
    this.#tabulated = this.#own !== undefined || this.#n > 0;
    this.#beta = this.#tabulated ? 0 : beta;
    this.#rectified = kind === "rectified";
    this.#e = this.#own === undefined ? exponentOf(D) : 0;
    this.#steep = this.#n * this.#e > STEEP;
    this.#falling = Float64Array.from({ length: this.#tabulated ? 0 : 2 * D + 3 }, (_, k) => exp(-beta * k));
    if (this.#own !== undefined) this.#table(0); // says at once where F is no number
  }

  /** (M1): -Infinity only where the number itself is beyond f64. Summed in the fold order. */
  value(m: Int32Array): number {
    if (this.#tabulated) {
      const e = this.#exponent(m);
      const table = this.#table(e);
      return this.#unscaled(0 - foldSum(m, (value) => table[value + this.#D]), e);
    }
    const level = logSum(m, this.#beta);
    return this.separation.kind === "lse" ? 0 - level : -exp(level);
  }

  /** (M3) E after flipping the bit less E now; its sign is that of {@link lowers}. */
  difference(m: Int32Array, bits: Uint8Array, at: number, s: number): number {
    const flipped = m.map((value, mu) => value - 2 * (2 * bits[at + mu] - 1) * s);
    if (this.#tabulated) {
      const e = Math.max(this.#exponent(m), this.#exponent(flipped));
      const table = this.#table(e);
      return this.#unscaled(foldSum(m, (value, mu) => table[value + this.#D] - table[flipped[mu] + this.#D]), e);
    }
    const beta = this.#beta;
    const { up, down, top } = this.#sides(m, bits, at, s);
    if (up === down) return 0;
    const change = (1 - exp(-2 * beta)) * (up - down); // of sum e^{beta m}, in units of e^{beta top}
    if (this.separation.kind === "exponential") return -change * exp(beta * top);
    const ratio = change / foldSum(m, (value) => exp(beta * (value - top)));
    return Math.abs(ratio) < 0.5 ? -log1p(ratio) : logSum(m, beta) - logSum(flipped, beta);
  }

  /** (M3), (M6): whether flipping the bit lowers the energy strictly. O(K). @param at where the bit's K entries start in `bits` */
  lowers(m: Int32Array, bits: Uint8Array, at: number, s: number): boolean {
    if (!this.#tabulated) {
      const { up, down } = this.#sides(m, bits, at, s);
      return up > down;
    }
    const table = this.#change(this.#steep ? this.#exponent(m, 2) : this.#e)[s < 0 ? 0 : 1];
    const D = this.#D;
    let [even, odd] = [0, 0]; // two sums: neither waits for the other
    let mu = 0;
    for (; mu + 1 < m.length; mu += 2) {
      even += table[m[mu] + D + bits[at + mu]];
      odd += table[m[mu + 1] + D + bits[at + mu + 1]];
    }
    if (mu < m.length) even += table[m[mu] + D + bits[at + mu]];
    return even + odd > 0;
  }

  /** (M4) the sign of sum_mu c_mu f(h_mu), h = m - c s: what the Taylor form would set the bit to; 0 at a tie. */
  field(m: Int32Array, bits: Uint8Array, at: number, s: number): number {
    const c = Float64Array.from(m, (_, mu) => 2 * bits[at + mu] - 1);
    const h = m.map((value, mu) => value - c[mu] * s);
    const own = this.#own;
    if (own !== undefined) return Math.sign(h.reduce((sum, value, mu) => sum + c[mu] * own.f(value), 0));
    if (this.#n === 0) {
      const top = h.reduce((most, value) => Math.max(most, value), -Infinity);
      return Math.sign(h.reduce((sum, value, mu) => sum + c[mu] * this.#falling[top - value], 0));
    }
    const rectified = this.#rectified;
    const scale = twoTo(-exponentOf(h.reduce((most, value) => Math.max(most, rectified ? value : Math.abs(value)), 0)));
    return Math.sign(h.reduce((sum, value, mu) => sum + (rectified && value <= 0 ? 0 : c[mu] * integerPower(value * scale, this.#n - 1)), 0));
  }

  /** The two sides of the exponential comparison, in units of e^{beta top}. */
  #sides(m: Int32Array, bits: Uint8Array, at: number, s: number): { up: number; down: number; top: number } {
    const against = s < 0 ? 1 : 0; // the b of c s = -1
    let top = -Infinity;
    for (let mu = 0; mu < m.length; mu++) top = Math.max(top, bits[at + mu] === against ? m[mu] + 2 : m[mu]);
    const falling = this.#falling;
    let up = 0;
    let down = 0;
    for (let mu = 0; mu < m.length; mu++) {
      if (bits[at + mu] === against) up += falling[top - m[mu] - 2];
      else down += falling[top - m[mu]];
    }
    return { up, down, top };
  }

  /** The e to use for these overlaps (and those `reach` farther out). */
  #exponent(m: Int32Array, reach = 0): number {
    if (!this.#steep) return this.#e;
    let largest = 0; // of a rectified energy negative overlaps count for nothing
    for (let mu = 0; mu < m.length; mu++) largest = Math.max(largest, this.#rectified ? m[mu] : Math.abs(m[mu]));
    return exponentOf(Math.min(this.#D, largest + reach));
  }

  /** Entries beyond 2^e are no overlaps of the state it is used for: 0, so that none overflows. */
  #table(e: number): Float64Array {
    let table = this.#values.get(e);
    if (table === undefined) {
      const scale = twoTo(-e);
      table = Float64Array.from({ length: 2 * this.#D + 1 }, (_, j) => {
        if (j % 2 === 1) return 0; // no overlap
        const z = (j - this.#D) * scale;
        if (this.#own !== undefined) return finiteF(this.#own, z);
        return Math.abs(z) > 1 || (this.#rectified && z <= 0) ? 0 : integerPower(z, this.#n);
      });
      this.#values.set(e, table);
    }
    return table;
  }

  /** F(m') - F(m) at m + D + b, for s = -1 and 1. Where m' would be beyond +-D, which no state meets, F(m') counts as 0. */
  #change(e: number): readonly [Float64Array, Float64Array] {
    let change = this.#changes.get(e);
    if (change === undefined) {
      const F = this.#table(e);
      const tableOf = (s: number): Float64Array => Float64Array.from({ length: 2 * this.#D + 2 }, (_, j) => {
        const b = j % 2;
        return (F[j - b - 2 * (2 * b - 1) * s] ?? 0) - F[j - b];
      });
      change = [tableOf(-1), tableOf(1)];
      this.#changes.set(e, change);
    }
    return change;
  }

  /** A sum of scaled powers as a sum of m^n / n. Step by step: 2^{e n} alone may be beyond f64 where the product is not. */
  #unscaled(sum: number, e: number): number {
    if (this.#own !== undefined) return sum;
    let value = sum;
    for (let k = 0; k < this.#n && value !== 0 && Number.isFinite(value); k++) value *= twoTo(e);
    return value / this.#n;
  }
}

function finiteF(own: Separation, m: number): number {
  const value = own.F(m);
  if (!Number.isFinite(value)) throw new EngramError(`separation ${own.name}`, "a finite F at every whole overlap", `F(${m}) = ${value}`, "Scale its argument by the number of bits.");
  return value;
}

/** The least e >= 0 with 2^e >= x. */
function exponentOf(x: number): number {
  let e = 0;
  for (let power = 1; power < x; power *= 2) e++;
  return e;
}

/** 2^e, exact. */
function twoTo(e: number): number {
  return e < 0 ? 1 / integerPower(2, -e) : integerPower(2, e);
}

/** log sum e^{beta m}. */
function logSum(m: Int32Array, beta: number): number {
  const top = m.reduce((most, value) => Math.max(most, value), -Infinity);
  return beta * top + log(foldSum(m, (value) => exp(beta * (value - top))));
}
