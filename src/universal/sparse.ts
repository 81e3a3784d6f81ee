/**
 * Separations that look at all scores together (semantic-memory.md sections 4 and 15): softmax, topK, and the sparse family
 * sparsemax (F1, arXiv 2309.12673), entmax(alpha) (F2, STanHop), normmax(gamma) (F4) and kSubsets(k) (F5; both arXiv 2411.08590).
 *
 *   s   N   scores;  u = beta s
 *   p   N   weights; they sum to 1 (kSubsets: to k)
 *   t   -   the threshold that makes them do so
 *
 * Each p = argmax_p p.u - Omega(p) for a convex Omega, so that L = beta^-1 (p.u - Omega(p)) and grad L = p.
 * All are computed on scores less their maximum: adding a constant to s changes nothing. All scores are accepted.
 */
import { logSumExp, softmax as softmaxOf } from "../kernels/index.ts";
import { highestFew } from "../numeric/highest.ts";
import { EngramError, pow } from "../numeric/index.ts";
import { checkBeta, type Separation } from "./separation.ts";
import { foldSum, highest } from "../dense/sums.ts";

/** p = e^(beta s) / sum e^(beta s), in log space; L = beta^-1 log sum e^(beta s). */
export function softmax(beta = 1): Separation {
  return together("softmax", "softmax", beta, softmaxOf, (u) => logSumExp(u));
}

/** Softmax over the k highest scores (lower index first on ties), 0 elsewhere (F9). @param k whole, >= 1 */
export function topK(k: number, beta = 1): Separation {
  checkCount("topK", k);
  const kept = (u: Float64Array): Float64Array => Float64Array.from(highestFew(u, k), (mu) => u[mu]);
  return {
    k,
    ...together(`topK(${k})`, "topK", beta, (u) => {
      const p = new Float64Array(u.length);
      const weights = softmaxOf(kept(u));
      highestFew(u, k).forEach((mu, rank) => (p[mu] = weights[rank]));
      return p;
    }, (u) => logSumExp(kept(u))),
  };
}

/** p = [u - t]+, sum p = 1, exact zeros (F1); Omega = (|p|^2 - 1) / 2. One-hot exactly when beta times the gap is >= 1. */
export function sparsemax(beta = 1): Separation {
  return together("sparsemax", "global", beta, sparsemaxOf, (u, p) => dot(u, p) - (dot(p, p) - 1) / 2);
}

/**
 * p = [(alpha - 1) u - t]+^(1/(alpha-1)) (F2); Omega = (sum p^alpha - 1) / (alpha (alpha - 1)). One-hot exactly when beta times the gap
 * is >= 1/(alpha - 1). alpha = 2 is sparsemax, alpha = 1.5 has a closed form, others are bisected to the last bit.
 * @param alpha > 1 (-> 1 is softmax)
 */
export function entmax(alpha: number, beta = 1): Separation {
  if (!(alpha > 1) || alpha > 64) throw new EngramError("entmax", "1 < alpha <= 64", String(alpha), "alpha = 1 is softmax, 1.5 is the usual choice, 2 is sparsemax.");
  const weights = alpha === 2 ? sparsemaxOf : alpha === 1.5 ? entmax15 : (u: Float64Array): Float64Array => {
    // t in [max(alpha-1)u - 1, max(alpha-1)u - N^(1-alpha)]
    const v = shifted(u).map((value) => value * (alpha - 1));
    return bisected(v, -1, -pow(u.length, 1 - alpha), 1 / (alpha - 1), 1 / (alpha - 1));
  };
  return together(`entmax(${alpha})`, "global", beta, weights, (u, p) =>
    dot(u, p) - (foldSum(p, (value) => pow(value, alpha)) - 1) / (alpha * (alpha - 1)));
}

/**
 * sum [u - t]+^(gamma/(gamma-1)) = 1, p proportional to [u - t]+^(1/(gamma-1)) (F4); Omega = |p|_gamma - 1. Sparse, and near
 * uniform on its support.
 * @param gamma > 1
 */
export function normmax(gamma = 2, beta = 1): Separation {
  if (!(gamma > 1) || gamma > 64) throw new EngramError("normmax", "1 < gamma <= 64", String(gamma), "2 and 5 are the usual choices.");
  return together(`normmax(${gamma})`, "global", beta,
    (u) => bisected(shifted(u), -1, 0, gamma / (gamma - 1), 1 / (gamma - 1)),
    (u, p) => dot(u, p) - pow(foldSum(p, (value) => pow(value, gamma)), 1 / gamma) + 1);
}

/**
 * p = clip(u - t, 0, 1), sum p = k: an association of k memories (F5); Omega = |p|^2 / 2. Fewer than k memories: all of them.
 * @param k whole, >= 1
 */
export function kSubsets(k: number, beta = 1): Separation {
  checkCount("kSubsets", k);
  const part = together(`kSubsets(${k})`, "global", beta, (u) => kSubsetsOf(u, k), (u, p) => dot(u, p) - dot(p, p) / 2);
  return { ...part, k, normalised: false };
}

/** A separation of the temperature-scaled scores u = beta s; `conjugate` is Omega*(u) = max_p p.u - Omega(p). */
function together(
  name: string, kind: Separation["kind"], beta: number, weights: (u: Float64Array) => Float64Array,
  conjugate: (u: Float64Array, p: Float64Array) => number,
): Separation {
  checkBeta(name, beta);
  const scaled = (s: Float64Array): Float64Array => s.map((score) => {
    const u = beta * score;
    if (!Number.isFinite(u)) throw new EngramError(`separation ${name}`, "beta times every score within f64", `${u} for beta ${beta} and the score ${score}`, "Lower beta, or use the separation max.");
    return u;
  });
  const of = (u: Float64Array): Float64Array => (u.length === 0 ? new Float64Array(0) : weights(u));
  return {
    name, kind, beta, domain: "any scores", normalised: true, nonNegative: true,
    weights: (s) => of(scaled(s)),
    lagrangian: (s) => {
      const u = scaled(s);
      return conjugate(u, of(u)) / beta;
    },
  };
}

/** k = max{j: 1 + j u_(j) > sum_{i<=j} u_(i)}, t = (sum_{i<=k} u_(i) - 1) / k. */
function sparsemaxOf(scores: Float64Array): Float64Array {
  const u = shifted(scores);
  const sorted = descending(u);
  let sum = 0;
  let t = -1;
  for (let j = 1; j <= sorted.length; j++) {
    sum += sorted[j - 1];
    if (!(1 + j * sorted[j - 1] > sum)) break;
    t = (sum - 1) / j;
  }
  return u.map((value) => Math.max(value - t, 0));
}

/** alpha = 1.5: on sorted u/2, t_k = m_k - sqrt([(1 - v_k) / k]+), largest k with t_k <= u_(k)/2; m_k running mean, v_k squared deviation. */
function entmax15(scores: Float64Array): Float64Array {
  const u = shifted(scores).map((value) => value / 2);
  const sorted = descending(u);
  let m = 0;
  let v = 0;
  let t = -1;
  for (let k = 1; k <= sorted.length; k++) {
    const delta = sorted[k - 1] - m;
    m += delta / k;
    v += delta * (sorted[k - 1] - m);
    const candidate = m - Math.sqrt(Math.max((1 - v) / k, 0));
    if (candidate <= sorted[k - 1]) t = candidate;
  }
  return u.map((value) => (value > t ? (value - t) * (value - t) : 0));
}

/** t in [low, high] with sum [u - t]+^exponent = 1, to the last bit; then p proportional to [u - t]+^read. */
function bisected(u: Float64Array, low: number, high: number, exponent: number, read: number): Float64Array {
  const raised = (t: number, n: number): Float64Array => u.map((value) => (value > t ? pow(value - t, n) : 0));
  for (;;) {
    const middle = low + (high - low) / 2;
    // the sum falls as t rises; at t = low it is >= 1 (its largest term is 1)
    if (!(middle > low && middle < high)) break;
    if (foldSum(raised(middle, exponent)) >= 1) low = middle;
    else high = middle;
  }
  const p = raised(low, read);
  const total = foldSum(p);
  return p.map((value) => value / total);
}

function kSubsetsOf(scores: Float64Array, k: number): Float64Array {
  if (scores.length <= k) return scores.map(() => 1);
  // less the k-th highest: at t = -1 the k highest have weight 1 each, at t = 0 at most k - 1 have any
  const kth = descending(scores)[k - 1];
  const u = scores.map((value) => value - kth);
  const clip = (t: number): Float64Array => u.map((value) => Math.min(Math.max(value - t, 0), 1));
  let low = -1;
  let high = 0;
  for (;;) {
    const middle = low + (high - low) / 2;
    if (!(middle > low && middle < high)) break;
    if (foldSum(clip(middle)) >= k) low = middle;
    else high = middle;
  }
  return clip(low);
}

/** u less its maximum. */
function shifted(u: Float64Array): Float64Array {
  const top = u[highest(u)];
  return u.map((value) => value - top);
}

function descending(u: Float64Array): Float64Array {
  return u.slice().sort().reverse();
}

function dot(a: Float64Array, b: Float64Array): number {
  return foldSum(a, (value, mu) => value * b[mu]);
}

function checkCount(what: string, k: number): void {
  if (!Number.isInteger(k) || k < 1) throw new EngramError(what, "a whole number k >= 1", String(k), "k is how many memories take part.");
}
