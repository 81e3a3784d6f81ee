/**
 * `lsr-minima`: how many memories an LSR energy has (arXiv 2506.10801, Figure 3 left). Targets: epanechnikov-memory.md, section 8.2.
 *
 *   M patterns in [0, 1]^d, 50 betas; at each: kept (minima at a stored pattern), novel (elsewhere), supported volume (share of points with a
 *   pattern within r_s). Exact: one walk over sets gives all betas (L37), no tolerance anywhere; the paper's own runs tested gradients.
 */
import { pairDistances, supportedShare, windows } from "../dense/index.ts";
import { quantile, seeded } from "../numeric/index.ts";
import { type Check, check, figure, htmlTable, lineChart, paragraph, result, type Series, type Value } from "../report/index.ts";
import type { Context, Experiment, Report } from "./experiment.ts";
import { authorsPatterns, BANDS, type Curve, CURVE_TARGETS, type CurveTarget, curveOf, DIMENSIONS, drawnPatterns, GRID, peakOf, SIZES, type Variant } from "./lsr-figure3.ts";
import { reportOf } from "./report-files.ts";

export const lsrMinima: Experiment = {
  name: "lsr-minima",
  title: "Memories of an LSR energy over beta",
  needsData: false,
  run,
};

const SEEDS = [0, 42, 88];

export interface Measured extends Curve {
  readonly seed: number;
  readonly volume: Float64Array;
}

interface Draws {
  readonly d: number;
  readonly M: number;
  readonly variant: Variant;
  /** Peak and beta of the peak of every draw. */
  readonly peaks: number[];
  readonly betas: number[];
}

function run(context: Context): Report {
  const start = context.now();
  const points = context.quick ? 20_000 : 1_000_000;
  const draws = context.quick ? 60 : 400;
  const seeds = context.quick ? [0] : SEEDS;
  const cells = DIMENSIONS.flatMap((d) => SIZES.map((M) => ({ d, M })));
  const measured = seeds.flatMap((seed, s) => cells.map(({ d, M }, i): Measured => {
    context.progress(`the authors' seed ${seed}: d = ${d}, M = ${M}`, (0.6 * (s * cells.length + i)) / (seeds.length * cells.length));
    const X = authorsPatterns(seed, M, d);
    const curve = curveOf(X, d);
    const rng = seeded(context.seed).fork(100 * d + M);
    const volume = supportedShare(X, d, points, (x) => { for (let k = 0; k < d; k++) x[k] = rng.uniform(); }, curve.betas);
    return { ...curve, seed, volume };
  }));
  const bands = BANDS.map(({ d, M, variant }, i): Draws => {
    context.progress(`${draws} draws of ${variant} patterns: d = ${d}, M = ${M}`, 0.6 + (0.4 * i) / BANDS.length);
    const curves = Array.from({ length: draws }, (_, n) => curveOf(drawnPatterns(variant, M, d, seeded(context.seed).fork(1000 * i + n)), d));
    return { d, M, variant, peaks: curves.map((curve) => curve.novel[peakOf(curve)]), betas: curves.map((curve) => curve.betas[peakOf(curve)]) };
  });
  const first = measured.filter(({ seed }) => seed === 0);
  const found = result({
    experiment: lsrMinima.name, title: lsrMinima.title, seed: context.seed, seconds: context.now() - start,
    parameters: { quick: context.quick, seeds, "betas per curve": GRID, "points for the volume": points, "draws per band": draws },
    rows: [...measured.map(curveJson), ...bands.map(drawsJson)],
    checks: [...CURVE_TARGETS.flatMap((target) => targetChecks(target, first.find(({ d, M }) => d === target.d && M === target.M)!, points)), ...claims(first, points), ...facts(measured), ...bandChecks(bands)],
  });
  const charts = DIMENSIONS.map((d): [string, string] => [`counts-d${d}.svg`, countsChart(first.filter((curve) => curve.d === d))]);
  const volume = volumeChart(first);
  return reportOf(found, {
    lead: "Between the beta at which every support covers everything and the one at which no two supports meet, an LSR energy has more memories than patterns: the centroids of sets that their own supports cut out. All of them are counted here, exactly.",
    files: [...charts, ["volume.svg", volume], ["curves.tsv", tableOf(measured)]],
    sections: [
      { heading: "Memories over beta", parts: [
        ...charts.map(([, svg], i) => figure(svg, `d = ${DIMENSIONS[i]}, patterns of the authors' seed 0 (a sorted third of their sample). Solid: novel memories; dashed: patterns kept. Where a count is 0 the curve has a gap. At the last beta the nearest pair only touches: nothing novel is left.`)),
        figure(volume, "Share of the cube within some support, without which no memory is reached. High counts in 32 dimensions go with a supported volume near 0."),
        htmlTable({
          columns: ["seed", "d", "M", "beta_max", "most novel", "at beta", "kept there", "supported there", "all kept from", "sets tested"],
          rows: measured.map((curve) => {
            const peak = peakOf(curve);
            return [curve.seed, curve.d, curve.M, curve.betas[GRID - 1], curve.novel[peak], curve.betas[peak], curve.kept[peak], curve.volume[peak], curve.betas[allKept(curve)], curve.tested];
          }),
        }),
      ] },
      { heading: "Other draws", parts: [
        paragraph("One seed is one seed. The number of novel memories at the best beta varies twofold to fivefold between draws, and the authors' sorted patterns are close to uniform ones in this."),
        htmlTable({ columns: ["d", "M", "patterns", "peak 5 %", "50 %", "95 %", "beta there 5 %", "50 %", "95 %"], rows: bands.map(({ d, M, variant, peaks, betas }) => [d, M, variant, ...spread(peaks), ...spread(betas)]) }),
      ] },
    ],
  });
}

function spread(values: readonly number[]): [number, number, number] {
  return [quantile(values, 0.05), quantile(values, 0.5), quantile(values, 0.95)];
}

/** The first index at which all patterns are kept. */
function allKept({ kept, M }: Curve): number {
  return kept.findIndex((count) => count === M);
}

/** Ours beside section 8.2. @param points behind our volume */
export function targetChecks({ d, M, betaMax, peak, allKeptFrom, points: targets, windows: all, origin }: CurveTarget, curve: Measured, points: number): Check[] {
  const about = `d = ${d}, M = ${M}`;
  const at = peakOf(curve);
  const nearest = (beta: number): number => curve.betas.reduce((best, value, i) => (Math.abs(value - beta) < Math.abs(curve.betas[best] - beta) ? i : best), 0);
  // Printed to two decimals; four binomial deviations of our own points.
  const room = (share: number): number => 0.005 + 4 * Math.sqrt((Math.max(share * (1 - share), 0.002)) / points);
  return [
    ...(betaMax === undefined ? [] : [check({ name: `beta_max, ${about}`, measured: curve.betas[GRID - 1], expected: betaMax, tolerance: 6e-5, origin })]),
    check({ name: `most novel, ${about}`, measured: curve.novel[at], expected: peak.novel, origin }),
    check({ name: `index of its beta, ${about}`, measured: at, expected: peak.index, origin }),
    check({ name: `kept there, ${about}`, measured: curve.kept[at], expected: peak.kept, origin }),
    ...(allKeptFrom === undefined ? [] : [check({ name: `all kept from beta, ${about}`, measured: curve.betas[allKept(curve)], expected: allKeptFrom, tolerance: 6e-4, origin })]),
    ...targets.flatMap(([beta, novel, kept, share]) => {
      const i = nearest(beta);
      return [
        check({ name: `novel at beta ${beta}, ${about}`, measured: curve.novel[i], expected: novel, origin }), check({ name: `kept at beta ${beta}, ${about}`, measured: curve.kept[i], expected: kept, origin }),
        check({ name: `supported at beta ${beta}, ${about}`, measured: curve.volume[i], expected: share, tolerance: room(share), origin }),
      ];
    }),
    ...(all === undefined ? [] : [check({ name: `windows of beta, ${about}`, measured: windows(pairDistances(authorsPatterns(0, M, d), d)).windows.length, expected: all, origin })]),
  ];
}

/** "Orders of magnitude more than M, while more than 60 % are kept and about 20 % of the cube is supported" (paper, section 4.3): one such beta. */
function claims(curves: readonly Measured[], points: number): Check[] {
  const curve = curves.find(({ d, M }) => d === 8 && M === 15)!;
  const i = curve.betas.findIndex((beta) => beta > 5.85);
  const origin = "recomputed (epanechnikov-memory 7.2), an example of the paper's claim";
  return [
    check({ name: "novel at beta 5.9, d = 8, M = 15", measured: curve.novel[i], expected: 77, origin }), check({ name: "kept of 15 at beta 5.9", measured: curve.kept[i], expected: 11, origin }),
    check({ name: "supported at beta 5.9", measured: curve.volume[i], expected: 0.19, tolerance: 0.005 + 4 * Math.sqrt(0.16 / points), origin }),
  ];
}

/** What must hold for any patterns. */
function facts(curves: readonly Measured[]): Check[] {
  const origin = "derived (epanechnikov-memory 7.2)";
  const count = (good: (curve: Measured) => boolean): number => curves.filter(good).length;
  return [
    check({ name: "curves searched whole", measured: count(({ complete }) => complete), expected: curves.length, origin }),
    check({ name: "curves with one novel memory and nothing kept at the smallest beta", measured: count(({ novel, kept }) => novel[0] === 1 && kept[0] === 0), expected: curves.length, origin }),
    check({ name: "curves with everything kept and nothing novel at the largest", measured: count(({ novel, kept, M }) => novel[GRID - 1] === 0 && kept[GRID - 1] === M), expected: curves.length, origin }),
    check({ name: "curves kept whole exactly above beta_max / 4", measured: count(({ kept, M, betas }) => betas.every((beta, i) => (kept[i] === M) === beta > betas[GRID - 1] / 4)), expected: curves.length, origin }),
    check({ name: "curves with more novel memories than patterns somewhere", measured: count((curve) => curve.novel[peakOf(curve)] > curve.M), expected: curves.length, origin: "paper, Figure 3 left" }),
  ];
}

/**
 * Medians of our draws against the medians known. The error of a median is 1.2533 sd / sqrt(n), sd from the known band (5 to 95 % is 3.29 sd of a
 * normal distribution); four times that, for two medians of which the other's n is not known and taken as ours; half a step of a count or of the grid.
 */
function bandChecks(bands: readonly Draws[]): Check[] {
  const origin = "recomputed (epanechnikov-memory 8.2)";
  const room = ([low, , high]: readonly [number, number, number], n: number): number => (4 * Math.SQRT2 * 1.2533 * (high - low)) / 3.29 / Math.sqrt(n);
  return bands.flatMap(({ peaks, betas }, i) => {
    const { d, M, variant, peak, beta } = BANDS[i];
    const about = `${variant}, d = ${d}, M = ${M}`;
    return [
      check({ name: `median of the most novel, ${about}`, measured: quantile(peaks, 0.5), expected: peak[1], tolerance: 0.5 + room(peak, peaks.length), origin }),
      ...(beta === undefined ? [] : [check({ name: `median of its beta, ${about}`, measured: quantile(betas, 0.5), expected: beta[1], tolerance: 0.05 + room(beta, betas.length), origin })]),
    ];
  });
}

function curveJson(curve: Measured): Record<string, Value> {
  const { seed, M, d, betas, novel, kept, volume, tested } = curve;
  const peak = peakOf(curve);
  return {
    part: "the authors' seed", seed, d, M, "beta_max": betas[GRID - 1], "most novel": novel[peak], "at beta": betas[peak], "kept there": kept[peak], "supported there": volume[peak],
    "all kept from": betas[allKept(curve)], "sets tested": tested,
  };
}

function drawsJson({ d, M, variant, peaks, betas }: Draws): Record<string, Value> {
  const [low, middle, high] = spread(peaks);
  return { part: `${variant} draws`, d, M, "most novel": middle, "5 %": low, "95 %": high, "at beta": quantile(betas, 0.5) };
}

/** All curves, one beta a line. */
function tableOf(curves: readonly Measured[]): string {
  const lines = curves.flatMap(({ seed, d, M, betas, novel, kept, volume }) => Array.from(betas, (beta, i) => `${seed}\t${d}\t${M}\t${beta}\t${novel[i]}\t${kept[i]}\t${volume[i]}\n`));
  return `seed\td\tM\tbeta\tnovel\tkept\tvolume\n${lines.join("")}`;
}

const positive = (counts: Int32Array): Float64Array => Float64Array.from(counts, (count) => (count > 0 ? count : NaN));

function countsChart(curves: readonly Measured[]): string {
  const { d } = curves[0];
  const series = curves.flatMap(({ M, betas, novel, kept }): Series[] => [{ name: `M = ${M}, novel`, x: betas, y: positive(novel) }, { name: `M = ${M}, kept`, x: betas, y: positive(kept), dashed: true }]);
  return lineChart({ title: `LSR memories, d = ${d}`, xLabel: "beta", yLabel: "local minima", yScale: "log", yDomain: [0.8, 1.3 * Math.max(...curves.map(({ novel }) => Math.max(...novel)))], series });
}

function volumeChart(curves: readonly Measured[]): string {
  return lineChart({
    title: "Supported volume", xLabel: "beta / beta_max", yLabel: "share of the cube", yStyle: "percent", yDomain: [0, 1],
    series: curves.map(({ M, d, betas, volume }) => ({ name: `d = ${d}, M = ${M}`, x: betas.map((beta) => beta / betas[GRID - 1]), y: volume, dashed: d === 32 })),
  });
}
