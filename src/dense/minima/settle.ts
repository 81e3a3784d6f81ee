/**
 * Minima of energies that have none in closed form: LSE and the kernels other than Epanechnikov (arXiv 2506.10801; sections 5.4 and 6.4 of the
 * notes). Descent from every pattern, their mean and random points; what ends together is one. The list is a lower bound, never more.
 *
 *   starts    all M patterns, the mean, `randomStarts` points uniform in the box of the patterns
 *   descent   x <- next(x) with the guard of the dynamics (mean shift (L30) where it never fails, else the line search) to `tolerance`
 *   merging   single linkage: ends closer than `merge` times the largest distance from the mean are one; the lowest stands for all
 *   curvature smallest eigenvalue of the Hessian: LSE by (L5), 1 - beta * the largest of Cov_p; others by differences of the gradient
 *
 * A group is a "minimum" where that eigenvalue is above FLAT, "flat" (a plateau: report it, do not count it) within +-FLAT, else a "saddle".
 */
import type { Rows } from "../../kernels/index.ts";
import { denseOf, EngramError, filled, type Rng, symmetricEigen } from "../../numeric/index.ts";
import { descendMany } from "../dynamics.ts";
import { checkNames } from "../recall-options.ts";
import type { ContinuousEnergy } from "../landscape.ts";

export interface SettledMinimaOptions {
  /** Default 0. Needs `rng`. */
  randomStarts?: number;
  rng?: Rng;
  /** Largest last step, relative to the largest coordinate. Default 1e-10. */
  tolerance?: number;
  maxSteps?: number;
  /** Default 1e-6. */
  merge?: number;
  /** Told after every 64 starts. */
  onProgress?: (at: { readonly done: number; readonly of: number }) => void;
}

export interface SettledMinimum {
  readonly state: Float64Array;
  readonly energy: number;
  readonly kind: "minimum" | "flat" | "saddle";
  /** Smallest eigenvalue of the Hessian. */
  readonly curvature: number;
  /** The nearest stored pattern and its distance. */
  readonly nearest: number;
  readonly distance: number;
  /** Farther from every stored pattern than ends may lie apart and still be one. */
  readonly novel: boolean;
  /** Starts that ended here: pattern numbers, M for the mean, then the random ones. */
  readonly starts: readonly number[];
}

export interface SettledMinima {
  /** By energy, lowest first. */
  readonly found: readonly SettledMinimum[];
  /** Of kind "minimum". A lower bound on the number of minima. */
  readonly minima: number;
  /** Of these, at a stored pattern, and elsewhere. */
  readonly preserved: number;
  readonly novel: number;
  readonly flat: number;
  /** Starts that came to no rest, or lay outside every support. */
  readonly lost: readonly number[];
}

const FLAT = 1e-6;
const LOCKSTEP = 64;

/** @throws EngramError for options out of range */
export function settledMinima(rows: Rows, energy: ContinuousEnergy, options: SettledMinimaOptions = {}): SettledMinima {
  checkNames("settledMinima option", options, ["randomStarts", "rng", "tolerance", "maxSteps", "merge", "onProgress"]);
  const { randomStarts = 0, rng, tolerance = 1e-10, maxSteps = 100_000, merge = 1e-6, onProgress } = options;
  if (!Number.isInteger(randomStarts) || randomStarts < 0) throw new EngramError("randomStarts", "a whole number, 0 or above", String(randomStarts), "0 starts from the patterns and their mean.");
  if (randomStarts > 0 && rng === undefined) throw new EngramError("rng", "a generator", "none", "Random starts are drawn from it: seeded(1).");
  if (!(merge >= 0 && merge < 1)) throw new EngramError("merge", "0 <= merge < 1", String(merge), "1e-6 of the patterns' spread.");
  const { dim, count: M } = rows;
  const patterns = rows.toArray();
  const mean = new Float64Array(dim);
  for (let i = 0; i < patterns.length; i++) mean[i % dim] += patterns[i] / M;
  const starts = new Float64Array((M + 1 + randomStarts) * dim);
  starts.set(patterns);
  starts.set(mean, M * dim);
  for (let i = (M + 1) * dim; i < starts.length; i++) starts[i] = between(patterns, dim, i % dim, rng!.uniform());
  let scale = 0;
  for (let mu = 0; mu < M; mu++) scale = Math.max(scale, distance(patterns, mu * dim, mean, 0, dim));

  const ends: { state: Float64Array; energy: number; start: number }[] = [];
  const lost: number[] = [];
  for (let q = 0; q < starts.length / dim; q += LOCKSTEP) {
    const batch = starts.slice(q * dim, (q + LOCKSTEP) * dim);
    descendMany(rows, energy, batch, { tolerance, maxSteps }).forEach(({ state, energies, converged }, i) => {
      if (converged) ends.push({ state, energy: energies[energies.length - 1], start: q + i });
      else lost.push(q + i);
    });
    onProgress?.({ done: Math.min(q + LOCKSTEP, starts.length / dim), of: starts.length / dim });
  }
  const found = linked(ends.map(({ state }) => state), merge * scale).map((group): SettledMinimum => {
    const best = group.map((i) => ends[i]).reduce((a, b) => (b.energy < a.energy ? b : a));
    const curvature = smallestCurvature(rows, energy, best.state, scale);
    let [nearest, near] = [-1, Infinity];
    for (let mu = 0; mu < M; mu++) {
      const d = distance(patterns, mu * dim, best.state, 0, dim);
      if (d < near) [nearest, near] = [mu, d];
    }
    const kind = curvature > FLAT ? "minimum" : curvature >= -FLAT ? "flat" : "saddle";
    return { state: best.state, energy: best.energy, kind, curvature, nearest, distance: near, novel: near > merge * scale, starts: group.map((i) => ends[i].start) };
  });
  found.sort((a, b) => a.energy - b.energy || a.starts[0] - b.starts[0]);
  const ofKind = (kind: string): number => found.filter((one) => one.kind === kind).length;
  const novel = found.filter((one) => one.kind === "minimum" && one.novel).length;
  return { found, minima: ofKind("minimum"), preserved: ofKind("minimum") - novel, novel, flat: ofKind("flat"), lost };
}

/** The smallest eigenvalue of the Hessian of an energy at a state. @param scale a length of the data, for steps of differences */
export function smallestCurvature(rows: Rows, energy: ContinuousEnergy, x: Float64Array, scale = 1): number {
  const d = rows.dim;
  if (energy.name === "lse" || energy.name === "lse-dot") {
    const p = energy.weights(rows, x);
    const m = rows.weightedSum(p);
    // Cov_p and the Gram matrix of sqrt(p) (xi - m) have the same eigenvalues but zeros: the smaller is asked.
    const active = Array.from(p, (_, mu) => mu).filter((mu) => p[mu] > 0);
    const A = new Float64Array(active.length * d);
    active.forEach((mu, i) => {
      const xi = rows.row(mu);
      filled(A.subarray(i * d, (i + 1) * d), (k) => Math.sqrt(p[mu]) * (xi[k] - m[k]));
    });
    const n = Math.min(active.length, d);
    const byRows = active.length <= d;
    const inner = (i: number, j: number): number => {
      let sum = 0;
      if (byRows) for (let k = 0; k < d; k++) sum += A[i * d + k] * A[j * d + k];
      else for (let k = 0; k < active.length; k++) sum += A[k * d + i] * A[k * d + j];
      return sum;
    };
    const { lambda } = symmetricEigen(denseOf(n, n, symmetric(n, inner)));
    return 1 - energy.beta * lambda[n - 1];
  }
  const h = 1e-6 * (scale > 0 ? scale : 1);
  const columns = Array.from({ length: d }, (_, k) => {
    const ahead = energy.gradient(rows, x.map((value, i) => (i === k ? value + h : value)));
    const behind = energy.gradient(rows, x.map((value, i) => (i === k ? value - h : value)));
    return ahead.map((value, i) => (value - behind[i]) / (2 * h));
  });
  return symmetricEigen(denseOf(d, d, symmetric(d, (i, j) => (columns[i][j] + columns[j][i]) / 2))).lambda[0];
}

function symmetric(n: number, entry: (i: number, j: number) => number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) out[i * n + j] = out[j * n + i] = entry(i, j);
  return out;
}

/** Groups of states joined by steps of at most `limit`, each ascending. */
function linked(states: readonly Float64Array[], limit: number): number[][] {
  const groups: number[][] = [];
  const taken = new Uint8Array(states.length);
  for (let i = 0; i < states.length; i++) {
    if (taken[i] === 1) continue;
    const group = [i];
    taken[i] = 1;
    for (let at = 0; at < group.length; at++) {
      for (let j = 0; j < states.length; j++) {
        if (taken[j] === 1 || distance(states[group[at]], 0, states[j], 0, states[j].length) > limit) continue;
        taken[j] = 1;
        group.push(j);
      }
    }
    groups.push(group.sort((a, b) => a - b));
  }
  return groups;
}

function distance(a: ArrayLike<number>, i: number, b: ArrayLike<number>, j: number, dim: number): number {
  let sum = 0;
  for (let k = 0; k < dim; k++) sum += (a[i + k] - b[j + k]) * (a[i + k] - b[j + k]);
  return Math.sqrt(sum);
}

/** A number between the least and the largest of a coordinate. */
function between(patterns: ArrayLike<number>, dim: number, k: number, u: number): number {
  let [low, high] = [Infinity, -Infinity];
  for (let i = k; i < patterns.length; i += dim) {
    low = Math.min(low, patterns[i]);
    high = Math.max(high, patterns[i]);
  }
  return low + u * (high - low);
}
