/**
 * Similarities built on a distance (semantic-memory.md section 3; U2).
 *
 *   D1 = sum_i |xi_i - q_i|        D2 = sum_i (xi_i - q_i)^2        sums over the visible coordinates
 *
 * invL1 and invSqL2 have no useful score at an exact match, where it is 1 / eps0. (U11) plans for a cue at half the distance to the
 * nearest other row instead: its lead is score(D at half the way) - score(D).
 * Deviation: invL1 and invSqL2 add eps0 = 1e-6 to the distance, so that an exact match stays finite (B8).
 * The un-rooted "Euclidean" of the authors' code is negSqL2 here; negL2 has its root (B9).
 */
import { exp, EngramError, filled } from "../numeric/index.ts";
import { knownCoordinates, shown, type Similarity } from "./similarity.ts";

/** Keeps 1/D finite on an exact match. */
export const EPSILON_INVERSE = 1e-6;

type Raw = "l1" | "squaredL2" | "hamming";

/** -D1, the best similarity of both papers. */
export const negL1: Similarity = negative("negL1", "l1", (D1) => 0 - D1, (difference) => Math.sign(difference));

/** -sqrt(D2); gradient 0 at an exact match, where it has none. */
export const negL2: Similarity = negative(
  "negL2", "squaredL2", (D2) => 0 - Math.sqrt(D2), (difference, D2) => (D2 === 0 ? 0 : difference / Math.sqrt(D2)),
);

/** -D2. */
export const negSqL2: Similarity = negative("negSqL2", "squaredL2", (D2) => 0 - D2, (difference) => 2 * difference);

/** -D2 / 2: with softmax(1/sigma^2) the posterior mean under Gaussian noise sigma (F8). */
export const negHalfSqL2: Similarity = negative("negHalfSqL2", "squaredL2", (D2) => 0 - 0.5 * D2, (difference) => difference);

/** 1 / (D1 + 1e-6). */
export const invL1: Similarity = inverse("invL1", "l1", 1 / 2);

/** 1 / (D2 + 1e-6). */
export const invSqL2: Similarity = inverse("invSqL2", "squaredL2", 1 / 4);

/** -#{i: sign xi_i != sign q_i}, 0 counts as positive. On bipolar data it is (xi . q - d) / 2; for patterns of 0 and 1 take negL1, the same count. */
export const hamming: Similarity = negative("hamming", "hamming", (count) => 0 - count);

/**
 * exp(-gamma D2), the kernel memory's similarity (F10).
 * @param gamma > 0
 */
export function rbf(gamma: number): Similarity {
  if (!(gamma > 0) || gamma === Infinity) throw new EngramError("rbf", "gamma > 0", String(gamma), "Try 1 / (2 sigma^2) for noise of standard deviation sigma.");
  return distance(`rbf(${gamma})`, "squaredL2", (D2) => exp(-gamma * D2), (difference, D2) => 2 * gamma * difference * exp(-gamma * D2));
}

/** A distance with its sign turned. */
function negative(...parts: Parameters<typeof distance>): Similarity {
  return { ...distance(...parts), nonPositive: true };
}

/** 1 / (D + 1e-6). @param half D at half the way, as a share of D */
function inverse(name: string, raw: Raw, half: number): Similarity {
  const score = (D: number): number => 1 / (D + EPSILON_INVERSE);
  return { ...distance(name, raw, score), lead: (rival) => score(half * (1 / rival - EPSILON_INVERSE)) - rival };
}

/**
 * @param score from the raw distance
 * @param slope d score / d q_i from xi_i - q_i and the raw distance; absent where the table lists no gradient
 */
function distance(name: string, raw: Raw, score: (D: number) => number, slope?: (difference: number, D: number) => number): Similarity {
  const measure = (xi: ArrayLike<number>, q: ArrayLike<number>, visible?: ArrayLike<number>): number => {
    let D = 0;
    for (let i = 0; i < xi.length; i++) if (shown(visible, i)) D += term(raw, xi[i], q[i]);
    return D;
  };
  return {
    name,
    pair: (xi, q, visible) => score(measure(xi, q, visible)),
    gradient: slope && ((xi, q, visible) => {
      const D = measure(xi, q, visible);
      return filled(new Float64Array(xi.length), (i) => (shown(visible, i) ? slope(xi[i] - q[i], D) : 0));
    }),
    bind: (rows) => ({
      scores: (cues, visible) => {
        const known = knownCoordinates(visible, rows.dim);
        const D = rows.scores(raw, cues, known && { visible: known });
        return filled(new Float64Array(D.length), (i) => score(D[i]));
      },
    }),
  };
}

function term(raw: Raw, x: number, y: number): number {
  if (raw === "hamming") return x >= 0 === y >= 0 ? 0 : 1;
  const difference = x - y;
  return raw === "l1" ? Math.abs(difference) : difference * difference;
}
