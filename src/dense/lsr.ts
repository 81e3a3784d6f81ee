/**
 * The LSR energy on packed rows (arXiv 2506.10801, (L7)-(L14)): compact support, so recall is a finite sequence of averages.
 *
 *   s_mu = (beta/2)||x - xi_mu||^2        B(x) = {mu : ||x - xi_mu||^2 < 2/beta}, strict (L20)
 *   E = -(1/beta) log(eps + sum max(1 - s, 0)),  next = mean of xi over B     (L7), (L13): Algorithm 1 is x <- next
 *   D = eps + sum_B (1 - s),  N = |B| (x - c_B),  grad E = N / D             (L9), (L10)
 *
 * With `visible` distances are those of the visible part, scaled by D / V (see continuous.ts). Rows are found by a search (nearby.ts);
 * all searches give the same bits.
 */
import { log } from "../numeric/index.ts";
import type { Rows } from "../kernels/index.ts";
import { type ContinuousEnergy, type Evaluation, visibleGradient, visibleScale } from "./landscape.ts";
import { fullSearch, type Nearby, nearSum, type RowSearch, rowOf, squaredDistances, sumOfRows } from "./nearby.ts";

/** One evaluation per state from the rows near it. */
export function perState(
  rows: Rows, X: Float64Array, visible: ArrayLike<number> | undefined, search: RowSearch, within: number,
  evaluate: (near: Nearby, x: Float64Array) => Evaluation,
): Evaluation[] {
  return search.near(rows, X, { within, visible }).map((near, q) => (
    { ...evaluate(near, X.subarray(q * rows.dim, (q + 1) * rows.dim)), scanned: near.scanned / rows.count }));
}

/** The active set and what is read off it. */
export interface Support {
  /** Members of B(x), ascending. */
  readonly members: readonly number[];
  /** D(x) = eps + sum over B of (1 - s); above 0 where B is not empty. */
  readonly D: number;
  /** Squared distances to all patterns. */
  readonly squared: Float64Array;
}

/** (L9) B(x) and D(x). */
export function supportOf(rows: Rows, x: Float64Array, beta: number, eps = 0, visible?: ArrayLike<number>): Support {
  const squared = squaredDistances(rows, x, visible);
  return { ...supportAmong({ squared, scanned: rows.count }, beta, eps), squared };
}

/** The same from the rows near x. */
export function supportAmong(near: Nearby, beta: number, eps: number): { members: number[]; D: number } {
  const members: number[] = [];
  const radius = 2 / beta;
  const half = beta / 2;
  const D = nearSum(near, (d2, i) => {
    // A distance just below the radius can have a weight that rounds to 0: then it is no member (L20), and D > 0 stays true.
    const weight = d2 < radius ? 1 - half * d2 : 0;
    if (!(weight > 0)) return 0;
    members.push(rowOf(near, i));
    return weight;
  });
  return { members, D: eps + D };
}

/** c_K, the mean of the member rows in the fixed order of weightedSum. @param members ascending */
export function centroid(rows: Rows, members: readonly number[]): Float64Array {
  return sumOfRows(rows, members, new Float64Array(members.length).fill(1)).map((value) => value / members.length);
}

/** @param search how near rows are found; default: all are scanned */
export function lsrEnergy(beta: number, eps = 0, search: RowSearch = fullSearch): ContinuousEnergy & { readonly eps: number } {
  const within = 2 / beta;
  const membersOf = (near: Nearby): readonly number[] => supportAmong(near, beta, eps).members;
  const weightsOf = (near: Nearby, N: number): Float64Array => {
    const members = membersOf(near);
    const w = new Float64Array(N);
    for (const mu of members) w[mu] = 1 / members.length;
    return w;
  };
  return {
    name: "lsr",
    beta,
    eps,
    finite: true,
    compact: { within, search, membersOf, weightsOf },
    evaluate: (rows, X, visible) => perState(rows, X, visible, search, within, (near) => {
      const { members, D } = supportAmong(near, beta, eps);
      const energy = 0 - log(D) / beta; // 0, not -0, at D = 1
      return { energy, next: members.length === 0 ? undefined : centroid(rows, members), scale: Math.max(Math.abs(energy), 1 / beta) };
    }),
    weights: (rows, x, visible) => weightsOf(search.near(rows, x, { within, visible })[0], rows.count),
    gradient: (rows, x, visible) => {
      const { members, D } = supportAmong(search.near(rows, x, { within, visible })[0], beta, eps);
      if (members.length === 0) return new Float64Array(x.length);
      return visibleGradient(x, 1, centroid(rows, members), (members.length * visibleScale(rows.dim, visible)) / D, visible);
    },
  };
}

/** (L23) radius of the ball around the minimum c_K from which one step returns it: min over all patterns of | ||c_K - xi|| - r_s |. */
export function basinRadius(rows: Rows, c: Float64Array, beta: number): number {
  return basinAmong(rows.scores("squaredL2", c), beta);
}

/** The same from squared distances, the closest one to the sphere of r_s among them. */
export function basinAmong(squared: ArrayLike<number>, beta: number): number {
  const r = Math.sqrt(2 / beta);
  let least = Infinity;
  for (let i = 0; i < squared.length; i++) least = Math.min(least, Math.abs(Math.sqrt(squared[i]) - r));
  return least;
}
