/** Random patterns in the unit cube, cues at a distance, and how many come home: the measurements of `lsr-capacity`. */
import { descendMany, lsrEnergy, minimaAt, pairDistances, windows } from "../dense/index.ts";
import { Rows } from "../kernels/index.ts";
import type { Rng } from "../numeric/index.ts";

export interface Retrieval {
  readonly d: number;
  readonly M: number;
  readonly draws: number;
  /** Share of patterns returned from one cue each: in a random direction, and towards the nearest neighbour (the worst one). */
  readonly retrieved: number;
  readonly retrievedWorst: number;
  /** Share of draws in which not every pattern was. */
  readonly failed: number;
  readonly failedWorst: number;
  /** Share of draws with d_min < r_0. */
  readonly close: number;
  /** Draws with d_min >= r_0 in which some cue failed (the theorem says none), and draws with d_min < r_0 in which no worst one did. */
  readonly broken: number;
  readonly spared: number;
}

function uniformRows(M: number, d: number, rng: Rng): { X: Float64Array; rows: Rows } {
  const X = Float64Array.from({ length: M * d }, () => rng.uniform());
  const rows = new Rows(d, { precision: "f64" });
  rows.append(X);
  return { X, rows };
}

/** A direction, uniform on the sphere, of that length. */
function direction(d: number, length: number, rng: Rng): Float64Array {
  const v = Float64Array.from({ length: d }, () => rng.normal());
  const norm = Math.sqrt(v.reduce((sum, value) => sum + value * value, 0));
  return v.map((value) => (value * length) / norm);
}

/** How many patterns come back, exactly, from xi_mu + step(mu). */
function homecomings(rows: Rows, X: Float64Array, beta: number, step: (mu: number) => Float64Array): number {
  const d = rows.dim;
  let home = 0;
  for (let from = 0; from < rows.count; from += 64) {
    const count = Math.min(64, rows.count - from);
    const cues = X.slice(from * d, (from + count) * d);
    for (let i = 0; i < count; i++) step(from + i).forEach((value, k) => (cues[i * d + k] += value));
    descendMany(rows, lsrEnergy(beta), cues).forEach(({ state, converged }, i) => {
      if (converged && state.every((value, k) => value === X[(from + i) * d + k])) home++;
    });
  }
  return home;
}

/** Every pattern's nearest neighbour and its distance. */
function neighbours(rows: Rows, X: Float64Array): { nu: number; n: number }[] {
  const { dim: d, count: M } = rows;
  const found: { nu: number; n: number }[] = [];
  for (let from = 0; from < M; from += 64) {
    const count = Math.min(64, M - from);
    const squared = rows.scores("squaredL2", X.subarray(from * d, (from + count) * d));
    for (let i = 0; i < count; i++) {
      let nu = -1;
      for (let other = 0; other < M; other++) if (other !== from + i && (nu < 0 || squared[i * M + other] < squared[i * M + nu])) nu = other;
      found.push({ nu, n: Math.sqrt(squared[i * M + nu]) });
    }
  }
  return found;
}

/** Theorem 2 at one size: all patterns of a draw must be returned from a cue Delta away. */
export function retrieval(d: number, M: number, draws: number, r0: number, Delta: number, beta: number, rng: Rng): Retrieval {
  const sums = { retrieved: 0, retrievedWorst: 0, failed: 0, failedWorst: 0, close: 0, broken: 0, spared: 0 };
  const length = Delta * (1 - 1e-12); // a hair inside: the cue itself is rounded
  for (let draw = 0; draw < draws; draw++) {
    const { X, rows } = uniformRows(M, d, rng);
    const near = neighbours(rows, X);
    const home = homecomings(rows, X, beta, () => direction(d, length, rng));
    const worst = homecomings(rows, X, beta, (mu) => {
      const { nu, n } = near[mu];
      return Float64Array.from({ length: d }, (_, k) => ((X[nu * d + k] - X[mu * d + k]) * length) / n);
    });
    const apart = near.every(({ n }) => n >= r0);
    sums.retrieved += home / M;
    sums.retrievedWorst += worst / M;
    if (home < M) sums.failed++;
    if (worst < M) sums.failedWorst++;
    if (!apart) sums.close++;
    if (apart && (home < M || worst < M)) sums.broken++;
    if (!apart && worst === M) sums.spared++;
    rows.dispose();
  }
  const { retrieved, retrievedWorst, failed, failedWorst, close, broken, spared } = sums;
  return {
    d, M, draws, broken, spared, retrieved: retrieved / draws, retrievedWorst: retrievedWorst / draws, failed: failed / draws,
    failedWorst: failedWorst / draws, close: close / draws,
  };
}

/** Theorem 1 beyond its condition: the share of cues, uniform in the ball of radius Delta, that do not return their pattern at beta = 2/(r - Delta)^2. */
export function lostShare(ratio: number, d: number, M: number, cues: number, rng: Rng): number {
  let home = 0;
  let tried = 0;
  while (tried < cues) {
    const { X, rows } = uniformRows(M, d, rng);
    const r = neighbours(rows, X).reduce((least, { n }) => Math.min(least, n), Infinity);
    const Delta = ratio * r;
    for (let i = 0; i < 20; i++) {
      // Uniform in the ball: the largest of d uniform numbers is distributed as the radius.
      home += homecomings(rows, X, 2 / ((r - Delta) * (r - Delta)), () => direction(d, Delta * Array.from({ length: d }, () => rng.uniform()).reduce((most, u) => Math.max(most, u), 0), rng));
      tried += M;
    }
    rows.dispose();
  }
  return 1 - home / tried;
}

export interface Crowd {
  readonly d: number;
  readonly M: number;
  /** The most minima alive at once, novel ones among them, and the beta where. */
  readonly minima: number;
  readonly novel: number;
  readonly beta: number;
}

/** The most minima a draw has at any beta. */
export function crowd(d: number, M: number, rng: Rng): Crowd {
  const { X, rows } = uniformRows(M, d, rng);
  rows.dispose();
  const D2 = pairDistances(X, d);
  const bars = windows(D2).windows;
  const events = bars.flatMap(({ low, high }) => [{ beta: low, by: 1 }, { beta: high, by: -1 }]).sort((a, b) => a.beta - b.beta || a.by - b.by);
  let [alive, most, at] = [0, 0, 0];
  events.forEach(({ by }, i) => {
    alive += by;
    const next = events[i + 1]?.beta;
    if (alive > most && next !== undefined && next > events[i].beta) [most, at] = [alive, events[i].beta === 0 ? next / 2 : (events[i].beta + Math.min(next, 2 * events[i].beta)) / 2];
  });
  const { novel } = minimaAt(D2, at);
  return { d, M, minima: most, novel, beta: at };
}
