/**
 * Where many starts end under LSR and under LSE (arXiv 2506.10801; Algorithm 1 and (L6)), each end once, with how many starts it took.
 *
 *   LSR   x <- c_B(x) until B repeats. The next point depends on the set alone, so every set is followed once (exact).
 *   LSE   x <- sum p xi until it moves less than 1e-9. States that meet in one cell of side 1e-4 / sqrt(beta) go on as one: only a watershed
 *         between them could part them again. A state within 1e-3 lambda / sqrt(beta) of a minimum already found has arrived (lambda: least
 *         eigenvalue of (L5) there, in (0, 1]; that near, the energy is convex).
 */
import type { Rows } from "../kernels/index.ts";
import { denseOf, exp, squaredDistance, symmetricEigen } from "../numeric/index.ts";

export interface End {
  readonly x: Float64Array;
  /** Starts that ended here. */
  count: number;
}

export interface Ends {
  readonly ends: readonly End[];
  /** Starts outside every support (LSR), or that still moved after the last step (LSE); in no end. */
  readonly left: number;
  /** Mean number of averages, or steps, of a start. */
  readonly steps: number;
}

interface Node {
  readonly c: Float64Array;
  /** The set of c; undefined until asked for. */
  next?: Node;
  arrived: number;
}

/** Starts whose distances are taken at once. */
const CHUNK = 512;

/** LSR ends of Q x d starts. */
export function lsrEnds(rows: Rows, beta: number, starts: Float64Array): Ends {
  const { count: M, dim } = rows;
  const radius = 2 / beta;
  const Xi = rows.toArray();
  const nodes = new Map<string, Node>();
  const nodeOf = (squared: ArrayLike<number>, from: number): Node | undefined => {
    let [key, word, size] = ["", 0, 0];
    for (let mu = 0; mu < M; mu++) {
      if (squared[from + mu] < radius) {
        word |= 1 << (mu % 30);
        size++;
      }
      if (mu % 30 === 29 || mu === M - 1) {
        key += String.fromCharCode(word & 32767, word >>> 15);
        word = 0;
      }
    }
    if (size === 0) return undefined;
    const known = nodes.get(key);
    if (known !== undefined) return known;
    const c = new Float64Array(dim);
    for (let mu = 0; mu < M; mu++) if (squared[from + mu] < radius) for (let k = 0; k < dim; k++) c[k] += Xi[mu * dim + k];
    const made: Node = { c: c.map((sum) => sum / size), arrived: 0 };
    nodes.set(key, made);
    return made;
  };
  let [left, averages] = [0, 0];
  const all = starts.length / dim;
  for (let from = 0; from < all; from += CHUNK) {
    const X = starts.subarray(from * dim, Math.min(all, from + CHUNK) * dim);
    const squared = rows.scores("squaredL2", X);
    for (let q = 0; q < X.length / dim; q++) {
      let at = nodeOf(squared, q * M);
      if (at === undefined) {
        left++;
        continue;
      }
      averages++;
      for (;;) {
        at.next ??= nodeOf(rows.scores("squaredL2", at.c), 0) ?? at; // c_B lies in the support: (L27) raises D, which was above 0
        if (at.next === at) break;
        at = at.next;
        averages++;
      }
      at.arrived++;
    }
  }
  const ends = [...nodes.values()].filter(({ arrived }) => arrived > 0).map(({ c, arrived }) => ({ x: c, count: arrived }));
  return { ends, left, steps: averages / Math.max(1, all) };
}

const STILL = 1e-9;
const MAX_STEPS = 20000;

/** LSE ends of Q x d starts. */
export function lseEnds(rows: Rows, beta: number, starts: Float64Array): Ends {
  const { dim } = rows;
  const step = meanShift(Float64Array.from(rows.toArray()), dim, beta);
  const cell = 1e-4 / Math.sqrt(beta);
  const found: (End & { readonly reach: number })[] = [];
  const all = starts.length / dim;
  let [steps, left] = [0, 0];
  let X: Float64Array = starts.slice();
  let counts: Float64Array = new Float64Array(all).fill(1);
  for (let round = 1; counts.length > 0; round++) {
    let going = 0;
    for (let i = 0; i < counts.length; i++) {
      const x = X.subarray(i * dim, (i + 1) * dim);
      const moved = step(x);
      steps += counts[i];
      // Whoever still moves far has not arrived: the list of ends is long where there are many patterns.
      const near = moved * beta < 0.01 ? found.find((end) => squaredDistance(end.x, x) < end.reach) : undefined;
      if (near !== undefined) near.count += counts[i];
      else if (moved < STILL * STILL) found.push({ x: x.slice(), count: counts[i], reach: Math.max(1e-12, (1e-3 * leastCurvature(rows, x, beta)) ** 2 / beta) });
      else if (round >= MAX_STEPS) left += counts[i];
      else {
        X.copyWithin(going * dim, i * dim, (i + 1) * dim);
        counts[going++] = counts[i];
      }
    }
    X = X.slice(0, going * dim);
    counts = counts.slice(0, going);
    if (round % 4 === 0) [X, counts] = merged(X, counts, dim, cell);
  }
  return { ends: found.map(({ x, count }) => ({ x, count })), left, steps: steps / Math.max(1, all) };
}

/** One step (L6) in place; returns the squared distance it went. */
function meanShift(Xi: Float64Array, dim: number, beta: number): (x: Float64Array) => number {
  const M = Xi.length / dim;
  const squared = new Float64Array(M);
  const sum = new Float64Array(dim);
  return (x) => {
    let nearest = Infinity;
    for (let mu = 0; mu < M; mu++) {
      let square = 0;
      for (let k = 0, at = mu * dim; k < dim; k++, at++) square += (x[k] - Xi[at]) * (x[k] - Xi[at]);
      squared[mu] = square;
      if (square < nearest) nearest = square;
    }
    sum.fill(0);
    let total = 0;
    for (let mu = 0; mu < M; mu++) {
      const exponent = (-beta / 2) * (squared[mu] - nearest);
      if (exponent < -60) continue; // e^-60 is lost beside the nearest pattern's 1
      const p = exp(exponent);
      total += p;
      for (let k = 0, at = mu * dim; k < dim; k++, at++) sum[k] += p * Xi[at];
    }
    let moved = 0;
    for (let k = 0; k < dim; k++) {
      const y = sum[k] / total;
      moved += (y - x[k]) * (y - x[k]);
      x[k] = y;
    }
    return moved;
  };
}

/** States in one cell of the grid as one, the first of them. */
function merged(X: Float64Array, counts: Float64Array, dim: number, cell: number): [Float64Array, Float64Array] {
  const cells = new Map<string, number>();
  const key = new Array<number>(dim);
  let kept = 0;
  for (let i = 0; i < counts.length; i++) {
    for (let k = 0; k < dim; k++) key[k] = Math.floor(X[i * dim + k] / cell);
    const name = key.join();
    const same = cells.get(name);
    if (same !== undefined) counts[same] += counts[i];
    else {
      cells.set(name, kept);
      X.copyWithin(kept * dim, i * dim, (i + 1) * dim);
      counts[kept++] = counts[i];
    }
  }
  return [X.slice(0, kept * dim), counts.slice(0, kept)];
}

/** The least eigenvalue of (L5) I - beta Cov_p at x. */
export function leastCurvature(rows: Rows, x: Float64Array, beta: number): number {
  const { count: M, dim: d } = rows;
  const Xi = rows.toArray();
  const squared = Float64Array.from(rows.scores("squaredL2", x));
  const nearest = squared.reduce((least, value) => Math.min(least, value), Infinity);
  const p = squared.map((value) => exp((-beta / 2) * (value - nearest)));
  const total = p.reduce((sum, value) => sum + value, 0);
  const mean = new Float64Array(d);
  for (let mu = 0; mu < M; mu++) for (let i = 0; i < d; i++) mean[i] += (p[mu] / total) * Xi[mu * d + i];
  const H = new Float64Array(d * d);
  for (let mu = 0; mu < M; mu++) {
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) H[i * d + j] -= beta * (p[mu] / total) * (Xi[mu * d + i] - mean[i]) * (Xi[mu * d + j] - mean[j]);
  }
  for (let i = 0; i < d; i++) H[i * d + i] += 1;
  return Math.min(...symmetricEigen(denseOf(d, d, H)).lambda);
}
