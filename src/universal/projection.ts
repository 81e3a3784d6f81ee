/**
 * Projections: from weights to the recalled pattern. The mean is (U4); the others are the step (U17) that never raises the energy
 * of their similarity (semantic-memory.md section 7; derived there, not in the paper, which always uses the mean).
 *
 *   w   N       weights;  W = sum_mu w_mu
 *   P   N x D   values, one per row (the patterns themselves for auto-association)
 *   q   D       the state the weights were computed from
 *
 *   mean              z = sum_mu w_mu P_mu                             -D2, -D2/2, dot
 *   massMean          z = sum_mu w_mu Phat_mu / W                      -KL(xi || q)
 *   median            per coordinate the weighted median               -D1
 *   geometricMedian   Weiszfeld: sum (w/r) P / sum (w/r), r = |P - q|  -sqrt(D2)
 *   sphericalMean     normalise(sum w P / |P|)                         cosine, |q| = 1
 *   geometricMean     normalise(exp(sum w log P~ / W))                 -KL(q || xi)
 *   majority          sign(sum w sign P), q_i on a tie                 -Hamming
 *
 * All but `mean` skip memories with w < 1e-12 W and need w >= 0.
 * Deviation: geometricMean smooths as divergences.ts does and takes the smoothing back out of its result.
 */
import { EngramError, exp, log } from "../numeric/index.ts";
import { EPSILON_MASS, smoothed } from "./divergences.ts";
import { foldSum, weightedSumOf } from "../dense/sums.ts";

/** The stored values a projection reads; the kernels' `Rows` is one. */
export interface Values {
  readonly count: number;
  readonly dim: number;
  row(mu: number, out?: Float64Array): Float64Array;
  /** sum_mu w_mu P_mu, in block and tree order. */
  weightedSum(weights: ArrayLike<number>): Float64Array;
}

export interface Projection {
  readonly name: string;
  /** z, D numbers. With all weights 0 there is nothing to read out: q itself. */
  project(w: Float64Array, P: Values, q: Float64Array): Float64Array;
}

/** Weights below this share of their sum are skipped. */
const NEGLIGIBLE = 1e-12;
/** Keeps Weiszfeld's w / r finite when the state sits on a memory. */
const SMALLEST_RADIUS = 1e-12;

// (U4)
export const mean: Projection = { name: "mean", project: (w, P) => weightedSumOf(P, w) };

/** Negative entries count as mass 0 and a row without mass as uniform, as in the divergences themselves. */
export const massMean: Projection = positive("massMean", (w, W, P) => {
  const { rows, weights } = relevant(w, W, P);
  const kept = foldSum(weights);
  const z = new Float64Array(P.dim);
  rows.forEach((row, n) => {
    const mass = row.reduce((sum, value) => sum + Math.max(value, 0), 0);
    const share = weights[n] / kept;
    for (let i = 0; i < z.length; i++) z[i] += mass > 0 ? share * (Math.max(row[i], 0) / mass) : share / z.length;
  });
  return z;
});

/** Per coordinate the smallest x whose cumulative weight reaches W / 2. */
export const median: Projection = positive("median", (w, W, P) => {
  const { rows, weights } = relevant(w, W, P);
  const half = foldSum(weights) / 2;
  const order = rows.map((_, n) => n);
  const z = new Float64Array(P.dim);
  for (let i = 0; i < P.dim; i++) {
    order.sort((a, b) => rows[a][i] - rows[b][i] || a - b);
    let cumulative = 0;
    for (const n of order) {
      cumulative += weights[n];
      z[i] = rows[n][i];
      if (cumulative >= half) break;
    }
  }
  return z;
});

export const geometricMedian: Projection = positive("geometricMedian", (w, W, P, q) => {
  const { indices, rows, weights } = relevant(w, W, P);
  const pull = new Float64Array(w.length);
  rows.forEach((row, n) => {
    let D2 = 0;
    for (let i = 0; i < row.length; i++) D2 += (row[i] - q[i]) * (row[i] - q[i]);
    pull[indices[n]] = weights[n] / Math.max(Math.sqrt(D2), SMALLEST_RADIUS);
  });
  const total = foldSum(pull);
  return weightedSumOf(P, pull.map((value) => value / total));
});

export const sphericalMean: Projection = positive("sphericalMean", (w, W, P, q) => {
  const { indices, rows, weights } = relevant(w, W, P);
  const scaled = new Float64Array(w.length);
  rows.forEach((row, n) => {
    const length = norm(row);
    scaled[indices[n]] = length > 0 ? weights[n] / length : 0;
  });
  const z = weightedSumOf(P, scaled);
  const length = norm(z);
  return length > 0 ? z.map((value) => value / length) : q.slice();
});

export const geometricMean: Projection = positive("geometricMean", (w, W, P) => {
  const { rows, weights } = relevant(w, W, P);
  const kept = foldSum(weights);
  const z = new Float64Array(P.dim);
  rows.forEach((row, n) => {
    const p = smoothed(row);
    for (let i = 0; i < z.length; i++) z[i] += (weights[n] / kept) * log(p[i]);
  });
  const raised = z.map((value) => exp(value));
  const total = raised.reduce((sum, value) => sum + value, 0);
  // xtilde = (xhat + eps) / (1 + D eps), taken back; a geometric mean of smoothed masses, once normalised, is never below the floor
  return raised.map((value) => Math.max((value / total) * (1 + P.dim * EPSILON_MASS) - EPSILON_MASS, 0));
});

/** The signs vote, 0 as positive like in `hamming`; ties keep the state's own value. For bipolar patterns. */
export const majority: Projection = positive("majority", (w, W, P, q) => {
  const { rows, weights } = relevant(w, W, P);
  const votes = new Float64Array(P.dim);
  rows.forEach((row, n) => {
    for (let i = 0; i < votes.length; i++) votes[i] += row[i] >= 0 ? weights[n] : -weights[n];
  });
  return votes.map((value, i) => (value === 0 ? q[i] : Math.sign(value)));
});

function positive(name: string, project: (w: Float64Array, W: number, P: Values, q: Float64Array) => Float64Array): Projection {
  return {
    name,
    project: (w, P, q) => {
      if (w.length !== P.count) throw new EngramError(`projection ${name}`, `${P.count} weights`, `${w.length}`, "One weight per stored row.");
      const below = w.findIndex((weight) => !(weight >= 0));
      if (below >= 0) {
        throw new EngramError(`projection ${name}`, "weights >= 0", `${w[below]} for memory ${below}`, "Use the mean, or a separation with weights >= 0.");
      }
      const W = foldSum(w);
      return W > 0 ? project(w, W, P, q) : q.slice();
    },
  };
}

function relevant(w: Float64Array, W: number, P: Values): { indices: number[]; rows: Float64Array[]; weights: Float64Array } {
  const indices: number[] = [];
  for (let mu = 0; mu < w.length; mu++) if (w[mu] > 0 && w[mu] >= NEGLIGIBLE * W) indices.push(mu);
  return { indices, rows: indices.map((mu) => P.row(mu)), weights: Float64Array.from(indices, (mu) => w[mu]) };
}

function norm(x: Float64Array): number {
  return Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));
}
