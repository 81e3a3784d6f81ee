/** The panels of `lsr-landscape`: energies over a line and a plane with their minima, each with its counts. */
import { centroid, lsrEnergy, minimaAt, pairDistances, softmaxEnergy, stretches } from "../dense/index.ts";
import { Rows } from "../kernels/index.ts";
import { contourChart, lineChart, logLevels, type Mark } from "../report/index.ts";
import { lsrEnds } from "./lsr-likelihood-recall.ts";

/** Inside the logarithm, as in the authors' figure. */
const EPS = 1e-6;
const LINE = { from: -2.1, to: 2.1 } as const;
const PLANE = { x: { from: -3, to: 3 }, y: { from: -3.5, to: 2 } } as const;

/** (-1, 0), (1, 0), (0, -sqrt 3). */
export const TRIANGLE: readonly number[] = [-1, 0, 1, 0, 0, -Math.sqrt(3)];

interface Counted {
  readonly beta: number;
  readonly novel: number;
  readonly preserved: number;
  readonly svg: string;
}

export interface LineFigure extends Counted {
  readonly betaLse: number;
  /** Where the minima of LSE lie. */
  readonly lse: number[];
  /** How many minima of LSE the 200 points of the published figure show. */
  readonly lseOnGrid: number;
}

export interface PlaneFigure extends Counted {
  /** Minima in which recall from the points of the grid ends. */
  readonly recalled: number;
  /** The largest E_LSE - E_LSR on the grid, inside the support. */
  readonly lseAbove: number;
}

/** `n` points from one end to the other. */
function along({ from, to }: { readonly from: number; readonly to: number }, n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1));
}

function packed(Xi: readonly number[], dim: number): Rows {
  const rows = new Rows(dim, { precision: "f64" });
  rows.append(Xi);
  return rows;
}

/** The minima as marks at `y` (their energy on a line), and the patterns that are none. */
function marksOf(Xi: readonly number[], dim: number, beta: number, place: (c: Float64Array, energy: number) => { x: number; y: number }): { marks: Mark[]; novel: number; preserved: number } {
  const rows = packed(Xi, dim);
  const { minima, novel, preserved } = minimaAt(pairDistances(Xi, dim), beta, { eps: EPS });
  const marks = minima.map(({ members, energy, novel: isNovel }): Mark => ({ ...place(centroid(rows, members), energy), kind: isNovel ? "novel" : "kept" }));
  const [energy, kept] = [lsrEnergy(beta, EPS), new Set(minima.filter((one) => !one.novel).flatMap(({ members }) => members))];
  for (let mu = 0; mu < rows.count; mu++) if (!kept.has(mu)) marks.push({ ...place(rows.row(mu), energy.evaluate(rows, rows.row(mu))[0].energy), kind: "lost" });
  rows.dispose();
  return { marks, novel, preserved };
}

/** Patterns at -1 and +1. */
export function lineFigure(beta: number, betaLse: number): LineFigure {
  const rows = packed([-1, 1], 1);
  const lse = softmaxEnergy(betaLse, "euclidean");
  const fine = along(LINE, 841);
  const radius = Math.sqrt(2 / beta);
  const energies = Array.from(lsrEnergy(beta, EPS).evaluate(rows, fine), ({ energy }, i) => (Math.min(Math.abs(fine[i] - 1), Math.abs(fine[i] + 1)) < radius ? energy : NaN));
  const { marks, novel, preserved } = marksOf([-1, 1], 1, beta, ([x], y) => ({ x, y }));
  const minima = zeros((x) => lse.gradient(rows, Float64Array.of(x))[0]);
  const published = lse.evaluate(rows, along(LINE, 200)).map(({ energy }) => energy);
  const own = lse.evaluate(rows, fine).map(({ energy }) => energy);
  const [low, high] = [Math.min(...own, ...energies.filter(Number.isFinite)), Math.max(...own)];
  rows.dispose();
  const regions = radius >= 1 ? [{ from: -1 - radius, to: 1 + radius, label: "support" }] : [-1, 1].map((c) => ({ from: c - radius, to: c + radius, label: "support" }));
  const top = high + 0.35 * (high - low);
  const svg = lineChart({
    title: `LSR at β = ${beta}: ${preserved} kept, ${novel} novel. LSE at β = ${betaLse}: ${minima.length} ${minima.length === 1 ? "minimum" : "minima"}`, height: 360,
    xLabel: "x", yLabel: "energy", yDomain: [low - 0.08 * (high - low), top], regions, marks,
    series: [{ name: `LSR, β = ${beta}`, x: fine, y: energies.map((energy) => (energy > top ? NaN : energy)) }, { name: `LSE, β = ${betaLse}`, x: fine, y: own, dashed: true }],
  });
  return { beta, betaLse, novel, preserved, lse: minima, lseOnGrid: stretches(published).filter(({ kind }) => kind === "minimum").length, svg };
}

/** Where a function on the line goes from below 0 to above, by steps of .001 (an odd number, so that 0 lies inside one) and bisection. */
function zeros(f: (x: number) => number): number[] {
  const points = along(LINE, 4202);
  return Array.from(points.subarray(1)).flatMap((end, i) => {
    let [a, b] = [points[i], end];
    if (!(f(a) < 0 && f(b) >= 0)) return [];
    for (let round = 0; round < 60; round++) {
      const middle = (a + b) / 2;
      if (f(middle) < 0) a = middle;
      else b = middle;
    }
    return [Math.abs(b) < 1e-12 ? 0 : b];
  });
}

/** The triangle of side 2. */
export function planeFigure(beta: number, { grid, levels }: { grid: number; levels: number }): PlaneFigure {
  const rows = packed(TRIANGLE, 2);
  const [xs, ys] = [along(PLANE.x, grid), along(PLANE.y, grid)];
  const X = Float64Array.from({ length: 2 * grid * grid }, (_, i) => (i % 2 === 0 ? xs[(i >> 1) % grid] : ys[Math.floor((i >> 1) / grid)]));
  const distances = rows.scores("squaredL2", X);
  const outside = Float64Array.from({ length: grid * grid }, (_, q) => Math.min(distances[3 * q], distances[3 * q + 1], distances[3 * q + 2]) - 2 / beta);
  const energies = lsrEnergy(beta, EPS).evaluate(rows, X).map(({ energy }) => energy);
  const gaussian = softmaxEnergy(beta, "euclidean").evaluate(rows, X).map(({ energy }) => energy);
  const bare = lsrEnergy(beta).evaluate(rows, X);
  const inside = Array.from(outside.keys()).filter((q) => outside[q] < 0);
  const { marks, novel, preserved } = marksOf(TRIANGLE, 2, beta, ([x, y]) => ({ x, y }));
  const least = Math.min(...inside.map((q) => energies[q]), ...minimaAt(pairDistances(TRIANGLE, 2), beta, { eps: EPS }).minima.map(({ energy }) => energy));
  const most = Math.max(...inside.map((q) => energies[q]));
  const { ends } = lsrEnds(rows, beta, X);
  rows.dispose();
  const svg = contourChart({
    title: `β = ${beta.toFixed(2)}: ${novel} novel, ${preserved} kept`, xLabel: "x₁", yLabel: "x₂", columns: grid, rows: grid, values: energies, ...PLANE,
    levels: logLevels(least, least + 0.95 * (most - least), levels), grey: outside, marks,
  });
  return { beta, novel, preserved, recalled: ends.length, lseAbove: Math.max(...inside.map((q) => gaussian[q] - bare[q].energy)), svg };
}
