/**
 * `lsr-capacity`: how many uniform random patterns an LSR memory finds again (arXiv 2506.10801, Theorems 1 and 2; section 5 of the notes,
 * with its corrections: Delta <= r/2, the direction of the condition on beta, min for delta_min).
 *
 *   d, M     patterns uniform in the unit cube, V = 1;  alpha = 1/4, r_0 = V_d^{-1/d} e^{-2 alpha}, Delta = r_0/4, beta = 2/(r_0 - Delta)^2
 *   measured share of draws in which some pattern is not returned, exactly, from a cue Delta away: towards its nearest neighbour, the worst
 *            one (then it is the share of draws with d_min < r_0), and in a random direction
 *   bound    M^2 V_d r_0^d = M^2 e^{-2 alpha d}
 *
 * Beside it: Theorem 1 beyond Delta = r/2, and the counts of minima against (L26) and the paper's equation 5.
 */
import { capacity, minimaBound, novelExponent, retrievalBeta } from "../dense/index.ts";
import { exp, log, pow, seeded } from "../numeric/index.ts";
import { type Check, check, figure, formatNumber, htmlTable, lineChart, paragraph, result } from "../report/index.ts";
import type { Context, Experiment, Report } from "./experiment.ts";
import { type Crowd, crowd, lostShare, type Retrieval, retrieval } from "./lsr-capacity-trials.ts";
import { reportOf } from "./report-files.ts";

export const lsrCapacity: Experiment = { name: "lsr-capacity", title: "Capacity of LSR: Theorem 2 measured", needsData: false, run };

const ALPHA = 0.25;
const SHARE = 0.25; // Delta / r_0
const MULTIPLES = [0.125, 0.25, 0.5, 1, 2, 4] as const; // of e^{alpha d}
const RATIOS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.55, 0.6, 0.7, 0.8] as const;
const THEOREM_1 = { d: 6, M: 10 } as const;

interface Measured extends Retrieval {
  /** M^2 (V_d / V) r_0^d = M^2 e^{-2 alpha d}, not cut at 1. */
  readonly bound: number;
}

/** Theorem 2: patterns with half of the draws whole. */
function promised(d: number): number {
  return exp(ALPHA * d) * Math.sqrt(0.5);
}

function run(context: Context): Report {
  const start = context.now();
  const { quick } = context;
  const dims = quick ? [4, 8, 16] : [4, 8, 16, 24, 32];
  const most = quick ? 220 : 1700;
  const rows: Measured[] = [];
  dims.forEach((d, i) => {
    const r0 = capacity(d, ALPHA, 0.5, 0).r0;
    const Delta = SHARE * r0;
    for (const multiple of MULTIPLES) {
      const M = Math.round(multiple * exp(ALPHA * d));
      if (M < 2 || M > most) continue;
      context.progress(`d = ${d}, M = ${M}`, (0.8 * i) / dims.length);
      const draws = Math.max(30, Math.min(quick ? 100 : 400, Math.floor((quick ? 1e8 : 1.5e9) / (M * M * d))));
      const one = retrieval(d, M, draws, r0, Delta, retrievalBeta(r0, Delta).beta, seeded(context.seed).fork(1000 * d + M));
      rows.push({ ...one, bound: M * M * exp(-2 * ALPHA * d) });
    }
  });
  context.progress("Theorem 1", 0.8);
  const cues = quick ? 4000 : 40_000;
  const lost = RATIOS.map((ratio) => lostShare(ratio, THEOREM_1.d, THEOREM_1.M, cues, seeded(context.seed).fork(Math.round(100 * ratio))));
  context.progress("counts of minima", 0.9);
  const crowds = [1, 2, 4, 8].flatMap((d) => (quick ? [8, 10] : [8, 11, 14]).map((M) => crowd(d, M, seeded(context.seed).fork(50 * d + M))));
  const half = dims.map((d) => ({ d, M: halfWay(rows.filter((row) => row.d === d)) })).filter(({ M }) => Number.isFinite(M));
  const found = result({
    experiment: lsrCapacity.name, title: lsrCapacity.title, seed: context.seed, seconds: context.now() - start,
    parameters: { quick, alpha: ALPHA, "Delta / r_0": SHARE, dimensions: dims, "cues per ratio (Theorem 1)": cues, "patterns with half the draws whole": half.map(({ d, M }) => `d = ${d}: ${formatNumber(M)}`) },
    rows: [
      ...rows.map((row) => ({ part: "Theorem 2", ...row })),
      ...RATIOS.map((ratio, i) => ({ part: "Theorem 1", ...THEOREM_1, "Delta / r": ratio, lost: lost[i], derived: derivedLoss(ratio) })),
      ...crowds.map((one) => ({ part: "counts", ...one, "bound (L26)": minimaBound(one.M, one.d), "exponent (equation 5)": novelExponent(one.M, one.d, one.beta) })),
    ],
    checks: checksOf(rows, lost, cues, crowds, half),
  });
  const [failures, shares, beyond] = [failureChart(rows, dims), shareChart(rows, dims), lossChart(lost)];
  const best = half[half.length - 1];
  return reportOf(found, {
    lead: `In ${best.d} dimensions half of all draws of ${formatNumber(best.M)} random patterns come back whole, every pattern exactly and from the worst cue within Delta, where Theorem 2 promises ${formatNumber(promised(best.d))}; per dimension the number grows by the factor ${formatNumber(exp(slopeOf(half)))}, the theorem's is ${formatNumber(exp(ALPHA))}.`,
    files: [["failures.svg", failures], ["retrieved.svg", shares], ["theorem-1.svg", beyond]],
    sections: [
      { heading: "Theorem 2", parts: [
        figure(failures, `Share of draws in which some pattern was not returned from the worst cue Delta = r_0/4 away (alpha = ${ALPHA}). Dashed: the bound M^2 e^{-2 alpha d}. It counts every pair twice, and whole balls where most of a ball lies outside the cube; so it is loose by a factor of two and, in many dimensions, far more.`),
        figure(shares, "Share of single patterns returned, from the worst cues and from random directions: one close pair spoils a whole draw, but only two of its patterns; and in many dimensions hardly any direction leads to a neighbour."),
        htmlTable({ columns: ["d", "M", "draws", "patterns, worst cue", "random cue", "draws not whole, worst cue", "random cue", "bound"], rows: rows.map(({ d, M, draws, retrieved, retrievedWorst, failed, failedWorst, bound }) => [d, M, draws, retrievedWorst, retrieved, failedWorst, failed, bound]) }),
      ] },
      { heading: "Theorem 1 and its condition", parts: [
        paragraph("The paper lets Delta come up to r. Beyond r/2 the supports, of radius r - Delta, are smaller than the balls that cues come from: what falls between is lost, a share 1 - ((r - Delta)/Delta)^d of the ball."),
        figure(beyond, `d = ${THEOREM_1.d}, M = ${THEOREM_1.M}, cues uniform in the ball of radius Delta.`),
      ] },
      { heading: "How many minima", parts: [
        htmlTable({ columns: ["d", "M", "beta with the most", "minima there", "novel", "at most (L26)", "order (equation 5)"], rows: crowds.map(({ d, M, beta, minima, novel }) => [d, M, beta, minima, novel, minimaBound(M, d), bounded(novelExponent(M, d, beta))]) }),
        paragraph("(L26) holds for every set of patterns: each minimum is cut out by a ball. Equation 5 is for uniform patterns and has a constant that the paper leaves open; with the constant 1 it can fall below the count in few dimensions, and says nothing once l nears M."),
      ] },
    ],
  });
}

function bounded(logarithm: number): number | string {
  return logarithm < 600 ? exp(logarithm) : "above 1e260";
}

/** 1 - ((r - Delta)/Delta)^d beyond Delta = r/2, the share of the ball outside the support. */
function derivedLoss(ratio: number): number {
  return ratio <= 0.5 ? 0 : 1 - pow((1 - ratio) / ratio, THEOREM_1.d);
}

/** The M with half of the draws whole, between two measured ones (log M); NaN where the measured ones do not reach it. */
function halfWay(rows: readonly Measured[]): number {
  for (let i = 1; i < rows.length; i++) {
    const [a, b] = [rows[i - 1], rows[i]];
    if (a.failedWorst < 0.5 && b.failedWorst >= 0.5) return exp(log(a.M) + (log(b.M / a.M) * (0.5 - a.failedWorst)) / (b.failedWorst - a.failedWorst));
  }
  return NaN;
}

/** Least squares slope of log M against d. */
function slopeOf(half: readonly { d: number; M: number }[]): number {
  const mean = (f: (one: { d: number; M: number }) => number): number => half.reduce((sum, one) => sum + f(one), 0) / half.length;
  const [d0, m0] = [mean(({ d }) => d), mean(({ M }) => log(M))];
  return mean(({ d, M }) => (d - d0) * (log(M) - m0)) / mean(({ d }) => (d - d0) * (d - d0));
}

/** Shares of T draws are allowed four binomial deviations. */
function checksOf(rows: readonly Measured[], lost: readonly number[], cues: number, crowds: readonly Crowd[], half: readonly { d: number; M: number }[]): Check[] {
  const origin = "paper, Theorem 2, with the corrections of section 5.6";
  const over = rows.map(({ failedWorst, bound, draws }) => (failedWorst - Math.min(1, bound)) / Math.sqrt(Math.max(Math.min(1, bound) * (1 - Math.min(1, bound)), 1 / draws) / draws));
  const share = (ratio: number): number => lost[RATIOS.indexOf(ratio as 0.5)];
  const within = (ratio: number): Check => check({
    name: `lost cues at Delta = ${ratio} r, d = 6`, measured: share(ratio), expected: derivedLoss(ratio), tolerance: 4 * Math.sqrt((derivedLoss(ratio) * (1 - derivedLoss(ratio))) / cues) + 1e-9,
    origin: "derived: the part of the ball outside the support (the notes measured 0, 0, .91, above .999 at .2, .5, .6, .8)",
  });
  return [
    check({ name: "draws with d_min >= r_0 that lost a pattern", measured: rows.reduce((sum, { broken }) => sum + broken, 0), expected: 0, relation: "equals", origin: "paper, Theorem 1 with Delta <= r/2" }),
    check({ name: "draws with d_min < r_0 that lost none, from the worst cues", measured: rows.reduce((sum, { spared }) => sum + spared, 0), expected: 0, relation: "equals", origin: "derived: the neighbour's support reaches the cue" }),
    check({ name: "most that failures exceed the bound, in deviations", measured: Math.max(...over), expected: 0, tolerance: 4, relation: "at most", origin }),
    check({ name: "growth of the patterns at half the draws, log M per dimension", measured: slopeOf(half), expected: ALPHA, tolerance: 0.02, relation: "at least", origin: "paper, Theorem 2: M = Theta(e^{alpha d}); the tolerance is the scatter of five points" }),
    ...half.map(({ d, M }) => check({ name: `patterns with half the draws whole, d = ${d}`, measured: M, expected: promised(d), relation: "at least", origin })),
    within(0.2), within(0.5), within(0.6), within(0.8),
    check({ name: "sets of patterns with more minima than (L26) allows", measured: crowds.filter(({ minima, M, d }) => minima > minimaBound(M, d)).length, expected: 0, relation: "equals", origin: "derived (L26)" }),
  ];
}

function failureChart(rows: readonly Measured[], dims: readonly number[]): string {
  const floor = 1 / 1000;
  return lineChart({
    title: "Draws in which a pattern is lost", xLabel: "patterns, M", yLabel: "share of draws", xScale: "log", yScale: "log", yDomain: [floor, 1.5],
    series: dims.flatMap((d) => {
      const own = rows.filter((row) => row.d === d);
      const drawn = own.filter(({ failedWorst }) => failedWorst > 0);
      return [
        { name: `d = ${d}`, x: drawn.map(({ M }) => M), y: drawn.map(({ failedWorst }) => failedWorst) },
        { name: `bound, d = ${d}`, x: own.map(({ M }) => M), y: own.map(({ bound }) => Math.max(floor, Math.min(1, bound))), dashed: true },
      ];
    }).filter(({ x }) => x.length > 0),
  });
}

function shareChart(rows: readonly Measured[], dims: readonly number[]): string {
  return lineChart({
    title: "Patterns returned", xLabel: "patterns, M", yLabel: "share of patterns", xScale: "log", yDomain: [0, 1],
    series: dims.flatMap((d) => {
      const own = rows.filter((row) => row.d === d);
      const x = own.map(({ M }) => M);
      return [{ name: `d = ${d}, worst`, x, y: own.map(({ retrievedWorst }) => retrievedWorst) }, { name: `d = ${d}, random`, x, y: own.map(({ retrieved }) => retrieved), dashed: true }];
    }),
  });
}

function lossChart(lost: readonly number[]): string {
  const fine = Array.from({ length: 71 }, (_, i) => 0.1 + i / 100);
  return lineChart({
    title: "Cues lost within Delta", xLabel: "Delta / r", yLabel: "share of cues", yDomain: [0, 1],
    series: [{ name: "measured", x: RATIOS, y: lost }, { name: "derived", x: fine, y: fine.map(derivedLoss), dashed: true }],
    references: [{ x: 0.5, label: "r/2: the condition" }],
  });
}
