/**
 * Similarities built on a divergence of distributions (semantic-memory.md section 3; U2): negKL, negRKL, negJS.
 *
 *   xhat   = x / sum_i x_i                                mass-normalised; 0 for an all-zero row
 *   xtilde = (xhat + eps) / sum_j (xhat_j + eps)          smoothed and re-normalised, eps = 1e-4; uniform for an all-zero row
 *   negKL  = -sum xitilde log(xitilde / qtilde)           KL(memory || query)
 *   negRKL = -sum qtilde log(qtilde / xitilde)            KL(query || memory)
 *   negJS  = -1/2 KL(xitilde || m) - 1/2 KL(qtilde || m)  m = (xitilde + qtilde) / 2; in [-log 2, 0]
 *
 * Because xtilde is re-normalised these are true divergences, never negative (B12; rounding below 0 is clipped to it).
 * Deviations: a negative entry (a cue with plain Gaussian noise) counts as mass 0. Sums, means and eps run over the visible
 * coordinates only. Distributions and logarithms are f64 whatever the precision of the store.
 */
import { mapInto, type Rows } from "../kernels/index.ts";
import { log } from "../numeric/index.ts";
import { crossings, type Distributions } from "./crossings.ts";
import { knownCoordinates, lastMask, shown, type Similarity } from "./similarity.ts";

/** Smoothing of the distributions. */
export const EPSILON_MASS = 1e-4;

/** KL(memory || query), negated. Gradient with respect to qtilde: xitilde / qtilde. */
export const negKL: Similarity = {
  name: "negKL",
  nonPositive: true,
  onDistribution: true,
  pair: (xi, q, visible) => negated(kullbackLeibler(smoothed(xi, visible), smoothed(q, visible))),
  gradient: (xi, q, visible) => gradientOf(xi, q, visible, (x, y) => x / y),
  bind: (rows) => directed(rows, "rowFirst"),
};

/** KL(query || memory), negated. Gradient with respect to qtilde: -(log(qtilde / xitilde) + 1). */
export const negRKL: Similarity = {
  name: "negRKL",
  nonPositive: true,
  onDistribution: true,
  pair: (xi, q, visible) => negated(kullbackLeibler(smoothed(q, visible), smoothed(xi, visible))),
  gradient: (xi, q, visible) => gradientOf(xi, q, visible, (x, y) => 0 - (log(y) - log(x) + 1)),
  bind: (rows) => directed(rows, "cueFirst"),
};

/** True Jensen-Shannon divergence, negated. Gradient with respect to qtilde: -1/2 log(qtilde / m). */
export const negJS: Similarity = {
  name: "negJS",
  nonPositive: true,
  onDistribution: true,
  pair: (xi, q, visible) => {
    const p = smoothed(xi, visible);
    const r = smoothed(q, visible);
    const m = p.map((x, i) => (x + r[i]) / 2);
    return negated((kullbackLeibler(p, m) + kullbackLeibler(r, m)) / 2);
  },
  gradient: (xi, q, visible) => gradientOf(xi, q, visible, (x, y) => -0.5 * (log(y) - log((x + y) / 2))),
  bind: (rows) => {
    const stored = lastMask((v) => distributionsOf(rows, v));
    return {
      scores: (cues, visible) => {
        const v = knownCoordinates(visible, rows.dim);
        return jensenShannons(stored(v), distributionsFrom(cues, rows.dim, v)).map(negated);
      },
    };
  },
};

/** xtilde over the visible coordinates, in their order (as many numbers as are visible). */
export function smoothed(x: ArrayLike<number>, visible?: ArrayLike<number>): Float64Array {
  const p = new Float64Array(x.length);
  let D = 0;
  let mass = 0;
  for (let i = 0; i < x.length; i++) {
    if (!shown(visible, i)) continue;
    p[D] = Math.max(x[i], 0);
    mass += p[D];
    D++;
  }
  let total = 0;
  for (let k = 0; k < D; k++) {
    p[k] = (mass > 0 ? p[k] / mass : 0) + EPSILON_MASS;
    total += p[k];
  }
  for (let k = 0; k < D; k++) p[k] /= total;
  return D === x.length ? p : p.slice(0, D);
}

/**
 * Chains a gradient with respect to qtilde through the smoothing and the mass normalisation to one with respect to q:
 * d S / d q_i = (g_i - sum_j g_j qhat_j) / (sum q (1 + D eps)). 0 where q has no mass; for q >= 0.
 */
export function throughMass(g: Float64Array, q: ArrayLike<number>, visible?: ArrayLike<number>): Float64Array {
  let mass = 0;
  let D = 0;
  for (let i = 0; i < q.length; i++) {
    if (!shown(visible, i)) continue;
    mass += Math.max(q[i], 0);
    D++;
  }
  if (mass === 0) return new Float64Array(q.length);
  let mean = 0;
  for (let i = 0; i < q.length; i++) if (shown(visible, i)) mean += (g[i] * Math.max(q[i], 0)) / mass;
  return g.map((slope, i) => (shown(visible, i) ? (slope - mean) / (mass * (1 + D * EPSILON_MASS)) : 0));
}

/** sum p log(p / r) of two distributions, direct form. */
function kullbackLeibler(p: Float64Array, r: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) sum += p[i] * (log(p[i]) - log(r[i]));
  return sum;
}

/** Numbers whose logarithms are taken in one call of the kernel. */
const PIECE = 8192;
/** Coordinates summed on their own, as in every score. */
const BLOCK = 256;

/** JS of every stored distribution and cue, Q x N: all time goes into the logarithms of the mixtures, taken for many rows at once. */
function jensenShannons(rows: Distributions, cues: Distributions): Float64Array {
  const { count: N, dim: D } = rows;
  const step = Math.max(1, Math.min(N, Math.floor(PIECE / Math.max(1, D))));
  const mixtures = new Float64Array(step * D);
  const S = new Float64Array(cues.count * N);
  for (let c = 0; c < cues.count; c++) {
    for (let first = 0; first < N; first += step) {
      const n = Math.min(step, N - first);
      for (let k = 0, at = first * D; k < n * D; at += D) for (let i = 0; i < D; i++, k++) mixtures[k] = (rows.p[at + i] + cues.p[c * D + i]) / 2;
      const logM = mapInto("log", mixtures.subarray(0, n * D), mixtures.subarray(0, n * D));
      for (let k = 0; k < n; k++) S[c * N + first + k] = jensenShannon(rows, (first + k) * D, cues, c * D, logM, k * D, D);
    }
  }
  return S;
}

function jensenShannon(rows: Distributions, at: number, cues: Distributions, from: number, logM: Float64Array, middle: number, D: number): number {
  let total = 0;
  for (let start = 0; start < D; start += BLOCK) {
    const end = Math.min(start + BLOCK, D);
    let sum = 0;
    for (let i = start; i < end; i++) {
      const x = rows.p[at + i];
      const y = cues.p[from + i];
      // equal entries contribute exactly nothing, and an exact match must score exactly 0
      if (x !== y) sum += x * (rows.log[at + i] - logM[middle + i]) + y * (cues.log[from + i] - logM[middle + i]);
    }
    total += sum;
  }
  return total / 2;
}

/** -d, with rounding below zero clipped: a divergence is never negative. */
function negated(d: number): number {
  return 0 - Math.max(0, d);
}

function directed(rows: Rows, direction: "rowFirst" | "cueFirst"): { scores: (cues: ArrayLike<number>, visible?: ArrayLike<number>) => Float64Array } {
  const stored = lastMask((v) => distributionsOf(rows, v));
  return {
    scores: (cues, visible) => {
      const v = knownCoordinates(visible, rows.dim);
      return crossings(stored(v), distributionsFrom(cues, rows.dim, v), direction).map(negated);
    },
  };
}

function distributionsOf(rows: Rows, v: Float64Array | undefined): Distributions {
  return distributionsFrom(rows.toArray(), rows.dim, v);
}

function distributionsFrom(data: ArrayLike<number>, dim: number, v: Float64Array | undefined): Distributions {
  const count = dim === 0 ? 0 : data.length / dim;
  const x = new Float64Array(dim);
  const width = v === undefined ? dim : v.reduce((sum, known) => sum + known, 0);
  const p = new Float64Array(count * width);
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < dim; i++) x[i] = data[n * dim + i];
    p.set(smoothed(x, v), n * width);
  }
  return { count, dim: width, p, log: logs(p) };
}

function gradientOf(
  xi: ArrayLike<number>, q: ArrayLike<number>, visible: ArrayLike<number> | undefined, slope: (x: number, y: number) => number,
): Float64Array {
  const p = smoothed(xi, visible);
  const r = smoothed(q, visible);
  const gradient = new Float64Array(xi.length);
  let k = 0;
  for (let i = 0; i < xi.length; i++) {
    if (!shown(visible, i)) continue;
    gradient[i] = slope(p[k], r[k]);
    k++;
  }
  return gradient;
}

function logs(p: Float64Array): Float64Array {
  return mapInto("log", p);
}
