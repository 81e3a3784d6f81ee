/**
 * `lsr-pixels`: Figure 9 of the LSR paper (arXiv 2506.10801; section 7.6 of the notes): eight MNIST images as pixels, beta = .4 * 8 / d_min^2,
 * every minimum exactly, and beside it what the authors' search keeps with its f32, rounding and tolerance, explained by (L35).
 *
 * The images are those of JAX key 2 (older layout, drawn here). Quick runs take the garments of the package, drawn by the same key.
 */
import { join } from "node:path";
import { centroid, type Minimum, minimaAt, pairDistances } from "../dense/index.ts";
import { encodePng, type Image, image, mosaic } from "../images/index.ts";
import { Rows } from "../kernels/index.ts";
import { threefryIntegers, threefryKey } from "../numeric/index.ts";
import { type Check, check, figure, htmlTable, lineChart, paragraph, picture, result } from "../report/index.ts";
import { loadFashion, loadMnist, rowsOf } from "./data.ts";
import { type Context, dataFolder, type Experiment, type Report } from "./experiment.ts";
import { algorithm3, type Candidate, listed } from "./lsr-algorithm3.ts";
import { reportOf } from "./report-files.ts";

export const lsrPixels: Experiment = {
  name: "lsr-pixels",
  title: "Emergent memories of eight images, in pixels",
  needsData: true,
  run,
};

const STORED = 8;
const TOLERANCES = [1e-6, 1e-5, 1e-4, 1e-3] as const;
/** JAX key 2 draws these of 60,000; what was recomputed of them (notes, 7.6). */
const TARGET = { indices: [23424, 10472, 1897, 11676, 13529, 58716, 48169, 25053], dMin: 7.830702, beta: 0.0521853, kept: 8, novel: 41, listed: { "0.00001": 9, "0.0001": 38 } } as const;

function run(context: Context): Report {
  const start = context.now();
  const { quick } = context;
  const set = quick ? loadFashion() : loadMnist(join(dataFolder(context, lsrPixels.name), "mnist"), "train");
  const indices = Array.from(threefryIntegers(threefryKey(2), STORED, 0, set.count));
  const Xi = rowsOf(set, indices);
  const d = set.shape[1] * set.shape[2];
  context.progress("every set of eight", 0.1);
  const squared = pairDistances(Xi, d);
  const dMin2 = squared.filter((value) => value > 0).reduce((least, value) => Math.min(least, value), Infinity);
  const beta = (0.4 * 8) / dMin2;
  const exact = minimaAt(squared, beta);
  context.progress("the authors' search", 0.5);
  const imitation = algorithm3(Xi, d, beta);
  const counts = TOLERANCES.map((tolerance) => ({ tolerance, ...listed(imitation.candidates, tolerance) }));
  const points = errors(exact.minima, imitation.candidates);
  const found = result({
    experiment: lsrPixels.name, title: lsrPixels.title, seed: context.seed, seconds: context.now() - start,
    parameters: { quick, images: quick ? "Fashion-MNIST slice" : "MNIST, training half", indices, "d_min": Math.sqrt(dMin2), beta, margin: exact.margin },
    rows: exact.minima.map((minimum) => ({ members: nameOf(minimum.members), energy: minimum.energy, in2: minimum.in2, out2: minimum.out2, novel: minimum.novel, gradient: points.get(minimum)?.gradient ?? null, D: points.get(minimum)?.D ?? null })),
    checks: checksOf(quick, { indices, dMin: Math.sqrt(dMin2), beta }, exact, counts, points),
  });
  const png = pictureOf(Xi, d, set.shape, exact.minima);
  const chart = errorChart(exact.minima, points);
  return reportOf(found, {
    lead: `${exact.novel} new pictures emerge between ${STORED} stored ones, each the mean of the pictures it names. The published search finds a fraction of them: its tolerance is absolute, and rounding alone exceeds it.`,
    files: [["memories.png", png], ["rounding.svg", chart]],
    sections: [
      { heading: "Stored, kept and emergent", parts: [
        figure(picture(png, "stored pictures with their letters, then every emergent memory with its members"), `beta = ${beta.toFixed(6)}: ${exact.preserved} of ${STORED} kept, ${exact.novel} emergent. Emergent memories in pixels are averages, no new pictures: those need a decoder.`),
      ] },
      { heading: "What the published search keeps (L35)", parts: [
        figure(chart, "Each emergent memory: the gradient at its centroid after rounding to six decimals, in f32. The true gradient is 0 at every one of them. The gradient is |N| / D, so memories near the edge of their window, where D is small, lose first."),
        htmlTable({ columns: ["method", "kept", "emergent"], rows: [["exact: B(c_K) = K", exact.preserved, exact.novel], ...counts.map(({ tolerance, old, novel }) => [`authors' code, tolerance ${tolerance}`, old, novel])] }),
        paragraph("Rounding moves every coordinate by up to 5e-7, so N by about 3e-7 |B| times the root of the number of non-zero coordinates: in 784 dimensions everything with D below about 1 can fail a tolerance of 1e-5."),
      ] },
    ],
  });
}

/** The candidate with each novel minimum's members: its gradient and D at the rounded point. */
function errors(minima: readonly Minimum[], candidates: readonly Candidate[]): Map<Minimum, Candidate> {
  const found = new Map<Minimum, Candidate>();
  for (const minimum of minima) {
    // Several candidates lie near one set of patterns; the minimum is the one whose gradient is no more than rounding.
    const own = candidates.filter(({ members }) => members.join() === minimum.members.join()).sort((a, b) => a.gradient - b.gradient)[0];
    if (own !== undefined) found.set(minimum, own);
  }
  return found;
}

function checksOf(
  quick: boolean, { indices, dMin, beta }: { indices: readonly number[]; dMin: number; beta: number }, exact: { preserved: number; novel: number; minima: readonly Minimum[]; margin: number },
  counts: readonly { tolerance: number; old: number; novel: number }[], points: ReadonlyMap<Minimum, Candidate>,
): Check[] {
  const recomputed = "recomputed (notes, 7.6)";
  const bound = exact.minima.filter(({ novel }) => novel).map((minimum) => {
    const { D, gradient, members } = points.get(minimum)!;
    return (gradient * D) / (members.length * Math.sqrt(784));
  });
  const derived = [
    check({ name: "patterns kept (beta > 2 / d_min^2)", measured: exact.preserved, expected: STORED, relation: "equals", origin: "derived (L22): .4 * 8 > 2" }),
    check({ name: "emergent memories that the search meets as candidates", measured: points.size - exact.preserved, expected: exact.novel, relation: "equals", origin: "derived (L24)" }),
    check({ name: "emergent memories it would list at 1e-5, less the exact number", measured: counts[1].novel - exact.novel, expected: 0, relation: "at most", origin: "derived (L35)" }),
    // 5e-7 at worst and 2.9e-7 on average per coordinate, besides the rounding of f32 sums of the order of 1e-7
    check({ name: "largest |N| / (|B| sqrt(784)) at a rounded centroid", measured: Math.max(0, ...bound), expected: 6e-7, relation: "at most", origin: "derived (L35)" }),
  ];
  if (quick) return derived;
  return [
    check({ name: "images of JAX key 2", measured: indices.join(), expected: TARGET.indices.join(), origin: recomputed }),
    check({ name: "d_min", measured: dMin, expected: TARGET.dMin, tolerance: 5e-7, origin: recomputed }),
    check({ name: "beta", measured: beta, expected: TARGET.beta, tolerance: 5e-8, origin: recomputed }),
    check({ name: "kept, exactly", measured: exact.preserved, expected: TARGET.kept, relation: "equals", origin: recomputed }),
    check({ name: "emergent, exactly", measured: exact.novel, expected: TARGET.novel, relation: "equals", origin: recomputed }),
    check({ name: "kept by the authors' search at 1e-5", measured: counts[1].old, expected: 8, relation: "equals", origin: recomputed }),
    // f32 sums in another order than theirs: one memory on either side of the tolerance.
    check({ name: "emergent by the authors' search at 1e-5", measured: counts[1].novel, expected: TARGET.listed["0.00001"], tolerance: 1, origin: recomputed }),
    check({ name: "emergent by the authors' search at 1e-4", measured: counts[2].novel, expected: TARGET.listed["0.0001"], tolerance: 1, origin: recomputed }),
    ...derived,
  ];
}

/** A, B, ..., as in the paper's titles. */
function nameOf(members: readonly number[]): string {
  return members.map((mu) => String.fromCharCode(65 + mu)).join("+");
}

function pictureOf(Xi: Float32Array, d: number, [, H, W]: readonly [number, number, number], minima: readonly Minimum[]): Uint8Array {
  const rows = new Rows(d, { precision: "f64" });
  rows.append(Xi);
  const shown = (x: ArrayLike<number>): Image => image(W, H, 1, Float32Array.from(x));
  const novel = minima.filter((minimum) => minimum.novel).sort((a, b) => a.members.length - b.members.length);
  const strips = [Array.from({ length: STORED }, (_, mu) => ({ label: nameOf([mu]), picture: shown(rows.row(mu)) })), novel.map(({ members }) => ({ label: nameOf(members), picture: shown(centroid(rows, members)) }))];
  rows.dispose();
  return encodePng(mosaic(strips.flatMap((strip) => chunks(strip).map((part) => captioned(part))), { columns: 1, gap: 6, margin: 12 }));
}

/** Eight to a row. */
function chunks<T>(list: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(list.length / STORED) }, (_, i) => list.slice(i * STORED, (i + 1) * STORED));
}

/** One row of pictures, each with its letters above. */
function captioned(part: readonly { label: string; picture: Image }[]): Image {
  const cells = Array.from({ length: STORED }, (_, i) => part[i]?.picture);
  return mosaic(cells, { columns: STORED, columnLabels: Array.from({ length: STORED }, (_, i) => part[i]?.label ?? ""), scale: 3, gap: 10, margin: 4, textScale: 2 });
}

function errorChart(minima: readonly Minimum[], points: ReadonlyMap<Minimum, Candidate>): string {
  const own = minima.filter(({ novel }) => novel).flatMap((minimum) => points.get(minimum) ?? []).sort((a, b) => a.D - b.D);
  const sizes = [...new Set(own.map(({ members }) => members.length))].sort((a, b) => a - b);
  return lineChart({
    title: "What rounding does to the gradient test", xLabel: "D = Σ (1 − s) at the memory", yLabel: "|∇E| at the rounded centroid", xScale: "log", yScale: "log",
    series: sizes.map((size) => {
      const some = own.filter(({ members }) => members.length === size);
      return { name: `${size} patterns`, x: some.map(({ D }) => D), y: some.map(({ gradient }) => gradient) };
    }),
    references: [{ y: 1e-5, label: "tolerance 1e-5" }, { y: 1e-4, label: "tolerance 1e-4" }],
  });
}

