/**
 * The LSR energy on packed rows (arXiv 2506.10801, (L7)-(L14)): compact support, so recall is a finite sequence of averages.
 *
 *   s_mu = (beta/2)||x - xi_mu||^2        B(x) = {mu : ||x - xi_mu||^2 < 2/beta}, strict (L20)
 *   E = -(1/beta) log(eps + sum max(1 - s, 0)),  next = mean of xi over B     (L7), (L13): Algorithm 1 is x <- next
 *   D = eps + sum_B (1 - s),  N = |B| (x - c_B),  grad E = N / D             (L9), (L10)
 *
 * With `visible` distances are those of the visible part, scaled by D / V (see continuous.ts).
 */
import { log } from "../numeric/index.ts";
import type { Rows } from "../kernels/index.ts";
import { type ContinuousEnergy, type Evaluation, finiteScore, visibleGradient, visibleScale } from "./landscape.ts";
import { foldSum } from "./sums.ts";

/** Squared distances of Q states to all rows, the visible part scaled up. @throws EngramError where they overflow */
export function squaredDistances(rows: Rows, X: Float64Array, visible?: ArrayLike<number>): Float64Array {
  const scale = visibleScale(rows.dim, visible);
  return Float64Array.from(rows.scores("squaredL2", X, { visible }), (d2) => finiteScore(scale * d2, rows.precision, "squared distance"));
}

/** One evaluation per state from its squared distances to all rows. */
export function perState(
  rows: Rows, X: Float64Array, visible: ArrayLike<number> | undefined, evaluate: (squared: Float64Array, x: Float64Array) => Evaluation,
): Evaluation[] {
  const squared = squaredDistances(rows, X, visible);
  const N = rows.count;
  return Array.from({ length: X.length / rows.dim }, (_, q) =>
    evaluate(squared.slice(q * N, (q + 1) * N), X.subarray(q * rows.dim, (q + 1) * rows.dim)));
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
  return support(squaredDistances(rows, x, visible), beta, eps);
}

function support(squared: Float64Array, beta: number, eps: number): Support {
  const members: number[] = [];
  const radius = 2 / beta;
  // A distance just below the radius can have a weight that rounds to 0: then it is no member (L20), and D > 0 stays true.
  const weight = (d2: number): number => (d2 < radius ? 1 - (beta / 2) * d2 : 0);
  for (let mu = 0; mu < squared.length; mu++) if (weight(squared[mu]) > 0) members.push(mu);
  return { members, D: eps + foldSum(squared, weight), squared };
}

/** c_K, the mean of the member rows in the fixed order of weightedSum. */
export function centroid(rows: Rows, members: readonly number[]): Float64Array {
  const weights = new Float64Array(rows.count);
  for (const mu of members) weights[mu] = 1;
  return rows.weightedSum(weights).map((value) => value / members.length);
}

export function lsrEnergy(beta: number, eps = 0): ContinuousEnergy & { readonly eps: number } {
  return {
    name: "lsr",
    beta,
    eps,
    finite: true,
    evaluate: (rows, X, visible) => perState(rows, X, visible, (squared) => {
      const { members, D } = support(squared, beta, eps);
      const energy = 0 - log(D) / beta; // 0, not -0, at D = 1
      return { energy, next: members.length === 0 ? undefined : centroid(rows, members), scale: Math.max(Math.abs(energy), 1 / beta) };
    }),
    weights: (rows, x, visible) => {
      const { members } = supportOf(rows, x, beta, eps, visible);
      const w = new Float64Array(rows.count);
      for (const mu of members) w[mu] = 1 / members.length;
      return w;
    },
    gradient: (rows, x, visible) => {
      const { members, D } = supportOf(rows, x, beta, eps, visible);
      if (members.length === 0) return new Float64Array(x.length);
      return visibleGradient(x, 1, centroid(rows, members), (members.length * visibleScale(rows.dim, visible)) / D, visible);
    },
  };
}

/** (L23) radius of the ball around the minimum c_K from which one step returns it: min over all patterns of | ||c_K - xi|| - r_s |. */
export function basinRadius(rows: Rows, c: Float64Array, beta: number): number {
  const r = Math.sqrt(2 / beta);
  let least = Infinity;
  for (const squared of rows.scores("squaredL2", c)) least = Math.min(least, Math.abs(Math.sqrt(squared) - r));
  return least;
}
