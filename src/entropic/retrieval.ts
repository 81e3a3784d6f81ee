/**
 * beta-retrieval from a table of cells, column by column (entropic-memory.md 2.7; arXiv 2405.12500).
 *
 *   R, v    n x m, n   cells; levels of a cue, NO_LEVEL for undefined
 *   s       -          sigma m, the width in levels
 *   tau     -          temperature, 1 in the papers
 *
 *   (E13) a_j(i) = R[j,i] exp(-(i - v_j)^2 / (2 s^2));  a_j = R[j] where v_j is undefined
 *   (E14) v'_j = the first i whose running sum of a_j exceeds u sum a_j, u uniform: Threefry of (seed, sample; cue, column)
 *   (E16) the same is P(u | v) of an independent prior per column; hence MAP = arg max a_j, mean = sum i a_j(i) / sum a_j, and a_j^(1/tau)
 *   (E15) triangular, for boolean cells: the run [a, b] of marked cells around v_j; v_j if a = b, else roundHalfEven(triangular(a, b, v_j));
 *         uniform among the marked cells where v_j is unmarked or undefined
 *
 * Limits: sigma 0 is the nearest level that is not empty, the heavier and then the lower one on ties; sigma Infinity the column itself.
 * Deviation: where all a_j underflow to 0 that nearest level is taken and counted (`reference`: m - 1, silently, as in the authors' code);
 * an empty column stays undefined. Where only a_j^(1/tau) underflows, MAP is taken. MAP on ties: the level nearest to v_j, then the lower.
 */
import { Cells, NO_LEVEL } from "../kernels/index.ts";
import { EngramError, exp, pow, roundHalfEven, threefry2x32, threefryKey, uniform2x32 } from "../numeric/index.ts";
import type { ThreefryKey } from "../numeric/index.ts";
import { checkSigma, type RegisterSettings } from "./presets.ts";

export interface DrawOptions {
  /** Width as a fraction of m. Default: the register's. */
  sigma?: number;
  /** tau > 0: below 1 nearer to MAP, above 1 flatter. Default 1. */
  temperature?: number;
  /** Seed of the draws, a whole number from 0 to 2^53. Default 0. */
  seed?: number;
  /** Which of several independent samples of the same cue. Default 0. */
  sample?: number;
  /** A 32-bit number per cue that tells their draws apart. Default 0, 1, 2, ... */
  numbers?: Uint32Array;
}

export interface Drawn {
  /** Q x n levels, NO_LEVEL where a column is empty. */
  readonly levels: Uint16Array;
  /** Columns where every weight underflowed and the nearest level was taken. */
  readonly underflows: number;
}

/** The key of the draws of one sample. @throws EngramError unless both are whole, from 0 to below 2^53 */
export function drawKey(seed = 0, sample = 0): ThreefryKey {
  const key = threefryKey(seed);
  const [high, low] = threefryKey(sample, "sample");
  return threefry2x32(key, low, high);
}

/** Retrieval from a table that does not change; make a new one when it has. */
export class Reducer {
  readonly #cells: Cells;
  readonly #settings: RegisterSettings;
  /** The weights last used, by sigma and temperature. */
  #weights?: { sigma: number; temperature: number; K: Float64Array; cells: Cells };

  constructor(cells: Cells, settings: RegisterSettings) {
    this.#cells = cells;
    this.#settings = settings;
  }

  /** (E14), or (E15) where the settings say so. @param v Q x n levels */
  sample(v: Uint16Array, options: DrawOptions = {}): Drawn {
    const { n } = this.#cells;
    const { seed, sample, numbers = Uint32Array.from({ length: v.length / n }, (_, c) => c) } = options;
    const key = drawKey(seed, sample);
    if (this.#settings.retrieval === "triangular") return { levels: triangular(this.#cells, v, numbers, key), underflows: 0 };
    const { K, cells } = this.#weighted(options);
    const { levels, empty } = cells.draw(v, K, numbers, key);
    return { levels, underflows: empty === 0 ? 0 : this.#repair(levels, v, options) };
  }

  /** MAP: arg max a_j. */
  map(v: Uint16Array, options: DrawOptions = {}): Drawn {
    const levels = new Uint16Array(v.length);
    this.#perLevel(v, options, (a, level, at) => {
      let best = 0;
      for (let i = 1; i < a.length; i++) {
        const nearer = level < a.length && Math.abs(i - level) < Math.abs(best - level);
        if (a[i] > a[best] || (a[i] === a[best] && nearer)) best = i;
      }
      levels[at] = a[best] > 0 ? best : NO_LEVEL;
    });
    return { levels, underflows: this.#repair(levels, v, options) };
  }

  /** The posterior mean in levels, not rounded; NaN where a column is empty. */
  mean(v: Uint16Array, options: DrawOptions = {}): Float64Array {
    const { n, m, view: R } = this.#cells;
    const means = new Float64Array(v.length);
    this.#perLevel(v, options, (a, _, at) => {
      let [sum, moment] = [0, 0];
      for (let i = 0; i < a.length; i++) {
        sum += a[i];
        moment += i * a[i];
      }
      means[at] = moment / sum;
    });
    if (!means.some(Number.isNaN)) return means;
    const cold = this.#cold(v, options);
    return means.map((mean, at) => {
      const stand = Number.isNaN(mean) ? cold?.[at] ?? nearest(R, (at % n) * m, m, v[at]) : 0;
      return Number.isNaN(mean) && stand !== NO_LEVEL ? stand : mean;
    });
  }

  dispose(): void {
    if (this.#weights !== undefined && this.#weights.cells !== this.#cells) this.#weights.cells.dispose();
    this.#weights = undefined;
  }

  /** Calls back with a_j for every column of every cue. */
  #perLevel(v: Uint16Array, options: DrawOptions, take: (a: Float64Array, level: number, at: number) => void): void {
    const { n, m } = this.#cells;
    const { K, cells } = this.#weighted(options);
    const R = cells.view;
    const a = new Float64Array(m);
    for (let at = 0; at < v.length; at++) {
      const j = at % n;
      const row = Math.min(v[at], m) * m;
      for (let i = 0; i < m; i++) a[i] = R[j * m + i] * K[row + i];
      take(a, v[at], at);
    }
  }

  /** Kernel and cells for a width and a temperature: K_tau has width s sqrt(tau), cells R^(1/tau). */
  #weighted({ sigma = this.#settings.sigma, temperature = 1 }: DrawOptions): { K: Float64Array; cells: Cells } {
    if (this.#weights?.sigma === sigma && this.#weights.temperature === temperature) return this.#weights;
    checkSigma(sigma);
    if (!(temperature > 0 && temperature < Infinity)) throw new EngramError("temperature", "a number above 0", String(temperature), "1 is the paper's; take MAP for the limit 0.");
    this.dispose();
    const { n, m, backend } = this.#cells;
    let cells = this.#cells;
    if (temperature !== 1) {
      const R = this.#cells.view;
      const most = new Float64Array(n);
      for (let at = 0; at < n * m; at++) most[Math.floor(at / m)] = Math.max(most[Math.floor(at / m)], R[at]);
      cells = new Cells(n, m, { kind: "f64", backend });
      // Over the column's largest, which changes no probability and keeps powers from overflowing.
      cells.set(Float64Array.from(R as ArrayLike<number>, (held, at) => (held === 0 ? 0 : pow(held / most[Math.floor(at / m)], Math.min(1 / temperature, Number.MAX_VALUE)))));
    }
    this.#weights = { sigma, temperature, cells, K: gaussianKernel(m, sigma * m * Math.sqrt(temperature)) };
    return this.#weights;
  }

  /** The limit tau -> 0, for columns where a^(1/tau) underflows though a does not: MAP. */
  #cold(v: Uint16Array, options: DrawOptions): Uint16Array | undefined {
    return (options.temperature ?? 1) === 1 ? undefined : this.map(v, { ...options, temperature: 1 }).levels;
  }

  /** Puts the nearest level that is not empty (or m - 1) where every weight was 0; returns how many. */
  #repair(levels: Uint16Array, v: Uint16Array, options: DrawOptions): number {
    const cold = levels.includes(NO_LEVEL) ? this.#cold(v, options) : undefined;
    const { n, m } = this.#cells;
    const R = this.#cells.view;
    let underflows = 0;
    for (let at = 0; at < levels.length; at++) {
      if (levels[at] !== NO_LEVEL) continue;
      const level = cold?.[at] ?? nearest(R, (at % n) * m, m, v[at]);
      if (level === NO_LEVEL && !this.#settings.reference) continue;
      underflows++;
      levels[at] = this.#settings.reference ? m - 1 : level;
    }
    return underflows;
  }
}

/** The most levels that can be drawn from: a kernel of (m + 1) m numbers is then just below 256 MiB. */
export const MOST_DRAWN = 5792;

/** @throws EngramError for more levels than a kernel is made for */
export function checkDrawn(m: number): void {
  if (m > MOST_DRAWN) throw new EngramError("levels m", `at most ${MOST_DRAWN} to recall from`, String(m), "Quantise to fewer levels: the kernel grows with their square, and 16 is the choice of the paper.");
}

/**
 * (m + 1) x m: K[v, i] = exp(-(i - v)^2 / (2 s^2)), the last row, of an undefined cue, 1. s = 0, or so small that its square is: 1 where i = v.
 * @throws EngramError for more than 5,792 levels
 */
export function gaussianKernel(m: number, s: number): Float64Array {
  checkDrawn(m);
  const K = new Float64Array((m + 1) * m).fill(1);
  const byDistance = Float64Array.from({ length: m }, (_, d) => (2 * s * s === 0 ? (d === 0 ? 1 : 0) : exp(-(d * d) / (2 * s * s))));
  for (let v = 0; v < m; v++) for (let i = 0; i < m; i++) K[v * m + i] = byDistance[Math.abs(i - v)];
  return K;
}

/** The level nearest to v among those not empty, ties to the heavier and then the lower; of an undefined v the heaviest. NO_LEVEL: none. */
function nearest(R: ArrayLike<number>, column: number, m: number, v: number): number {
  let best = NO_LEVEL;
  for (let i = 0; i < m; i++) {
    const held = R[column + i];
    if (held === 0) continue;
    const [d, least] = v < m ? [Math.abs(i - v), Math.abs(best - v)] : [0, 0];
    if (best === NO_LEVEL || d < least || (d === least && held > R[column + best])) best = i;
  }
  return best;
}

/** (E15) for every column of every cue. */
function triangular(cells: Cells, v: Uint16Array, numbers: Uint32Array, key: ThreefryKey): Uint16Array {
  const { n, m } = cells;
  const R = cells.view;
  return Uint16Array.from(v, (mode, at) => {
    const j = at % n;
    const marked = (i: number): boolean => i >= 0 && i < m && R[j * m + i] > 0;
    const u = uniform2x32(key, j, numbers[Math.floor(at / n)]);
    if (!marked(mode)) {
      const all = Array.from({ length: m }, (_, i) => i).filter(marked);
      return all.length === 0 ? NO_LEVEL : all[Math.floor(u * all.length)];
    }
    let [a, b] = [mode, mode];
    while (marked(a - 1)) a--;
    while (marked(b + 1)) b++;
    return a === b ? mode : roundHalfEven(triangularQuantile(a, b, mode, u));
  });
}

/** The u-quantile of the triangular distribution on [a, b] with this mode, a < b. */
export function triangularQuantile(a: number, b: number, mode: number, u: number): number {
  const c = (mode - a) / (b - a);
  return u <= c ? a + Math.sqrt(u * (b - a) * (mode - a)) : b - Math.sqrt((1 - u) * (b - a) * (b - mode));
}

/** The level nearest to each mean, halves up; NO_LEVEL for NaN. */
export function nearestLevels(means: Float64Array): Uint16Array {
  const levels = new Uint16Array(means.length);
  means.forEach((mean, at) => (levels[at] = Number.isNaN(mean) ? NO_LEVEL : Math.floor(mean + 0.5)));
  return levels;
}
