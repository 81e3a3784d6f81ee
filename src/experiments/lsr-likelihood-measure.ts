/**
 * One sample at one beta under LSR and LSE, by all the rules in use (arXiv 2506.10801; section 8.1 of the notes).
 *
 *   log p       mean over all starts that ended; left: those that did not
 *   unique      LSR: index sets. LSE: minima told apart (exact), merged within 2 / sqrt(beta) (paper), cells of side r_s (authors' code)
 *   kept        gradient at the pattern below 1e-3 in both; LSE also by the released rule, below .1 sqrt(beta)
 *   novel       ends farther than .1 from every pattern, as a share of the starts
 *   support     share of [0, 1]^d that lies in some support, from 4,096 uniform points
 */
import { lsrEnergy, softmaxEnergy } from "../dense/index.ts";
import { Rows } from "../kernels/index.ts";
import { norm, type Rng, seeded, squaredDistance } from "../numeric/index.ts";
import type { Sample } from "./lsr-likelihood-draw.ts";
import { type Ends, lseEnds, lsrEnds } from "./lsr-likelihood-recall.ts";

export interface Measured {
  readonly logDensity: number;
  readonly unique: number;
  readonly merged: number;
  readonly cells: number;
  readonly kept: number;
  readonly keptReleased: number;
  readonly novel: number;
  readonly left: number;
  readonly steps: number;
}

export interface Point {
  readonly beta: number;
  readonly lsr: Measured;
  readonly lse: Measured;
  readonly support: number;
}

/** count values from low to high, in equal ratios, the ends exact. */
export function geometric(low: number, high: number, count: number, ratioTo: (share: number) => number): number[] {
  return Array.from({ length: count }, (_, i) => (i === 0 ? low : i === count - 1 ? high : low * ratioTo(i / (count - 1))));
}

const SUPPORT_POINTS = 4096;

/** @param N starts per pattern: of LSR, and how many of these LSE takes, the first @param betas of this sample */
export function measureSample(sample: Sample, d: number, N: { readonly lsr: number; readonly lse: number }, betas: readonly number[], seed: number, progress: (done: number) => void): Point[] {
  const rows = new Rows(d, { precision: "f64" });
  rows.append(sample.Xi);
  const offsets = Array.from({ length: rows.count }, (_, mu) => sample.offsets(mu, N.lsr));
  const fewer = offsets.map((offset) => offset.subarray(0, N.lse * d));
  const cube = uniformPoints(d, seeded(seed));
  const points = betas.map((beta, i): Point => {
    const radius = Math.sqrt(2 / beta);
    const point = {
      beta, lsr: measure(sample, rows, beta, lsrEnds(rows, beta, startsAt(sample.Xi, d, offsets, radius)), lsrEnergy(beta)), lse: measure(sample, rows, beta, lseEnds(rows, beta, startsAt(sample.Xi, d, fewer, radius)), softmaxEnergy(beta, "euclidean")),
      support: supportOf(rows, beta, cube),
    };
    progress((i + 1) / betas.length);
    return point;
  });
  rows.dispose();
  return points;
}

function startsAt(Xi: Float64Array, d: number, offsets: readonly Float64Array[], radius: number): Float64Array {
  const N = offsets[0].length / d;
  const out = new Float64Array(offsets.length * N * d);
  offsets.forEach((offset, mu) => {
    for (let i = 0; i < N * d; i++) out[mu * N * d + i] = Xi[mu * d + (i % d)] + radius * offset[i];
  });
  return out;
}

function measure(sample: Sample, rows: Rows, beta: number, { ends, left, steps }: Ends, energy: ReturnType<typeof softmaxEnergy>): Measured {
  const total = ends.reduce((sum, { count }) => sum + count, 0);
  const weighted = (value: (x: Float64Array) => number): number => ends.reduce((sum, { x, count }) => sum + (count / total) * value(x), 0);
  const gradients = Array.from({ length: rows.count }, (_, mu) => norm(energy.gradient(rows, rows.row(mu))));
  return {
    logDensity: weighted((x) => sample.mixture.logDensity(x)), unique: ends.length, merged: clusters(ends.map(({ x }) => x), 4 / beta), cells: cellsOf(ends.map(({ x }) => x), Math.sqrt(2 / beta)),
    kept: gradients.filter((gradient) => gradient < 1e-3).length, keptReleased: gradients.filter((gradient) => gradient / Math.sqrt(beta) < 0.1).length,
    novel: weighted((x) => (rows.scores("squaredL2", x).every((square) => square > 0.01) ? 1 : 0)), left, steps,
  };
}

/** Groups of points, linked where their squared distance is at most `limit`. */
function clusters(points: readonly Float64Array[], limit: number): number {
  const group = points.map((_, i) => i);
  const root = (i: number): number => (group[i] === i ? i : (group[i] = root(group[i])));
  for (let i = 0; i < points.length; i++) for (let j = 0; j < i; j++) if (squaredDistance(points[i], points[j]) <= limit) group[root(i)] = root(j);
  return group.filter((parent, i) => parent === i).length;
}

/** Cells of a grid that hold a point, coordinates cut towards zero. */
function cellsOf(points: readonly Float64Array[], side: number): number {
  return new Set(points.map((x) => Array.from(x, (value) => Math.trunc(value / side) + 0).join())).size;
}

function uniformPoints(d: number, rng: Rng): Float64Array {
  return Float64Array.from({ length: SUPPORT_POINTS * d }, () => rng.uniform());
}

function supportOf(rows: Rows, beta: number, cube: Float64Array): number {
  const squared = rows.scores("squaredL2", cube);
  let inside = 0;
  for (let q = 0; q < SUPPORT_POINTS; q++) {
    for (let mu = 0; mu < rows.count; mu++) {
      if (squared[q * rows.count + mu] < 2 / beta) {
        inside++;
        break;
      }
    }
  }
  return inside / SUPPORT_POINTS;
}
