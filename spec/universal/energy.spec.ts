/** Projections against numpy, the descent theorem (U17) for each row of section 7, and the Lyapunov function (U13)-(U15). */
import t from "tap";
import { Rows } from "../../src/kernels/index.ts";
import {
  cosine, coupledEnergy, descentProjection, descentStep, dot, energyOf, entmax, exponential, hamming, identity, invL1, invSqL2, kSubsets, linear,
  lsr, lyapunov, majority, max, mean, median, negHalfSqL2, negJS, negKL, negL1, negL2, negRKL, negSqL2, normmax, pearson, power,
  projectionOf, rbf, regulariserOf, type Separation, type Similarity, softmax, sparsemax, threshold, topK,
} from "../../src/universal/index.ts";
import { golden, matrix, random, worst } from "./golden.ts";

function rowsOf(Xi: number[][]): Rows {
  const rows = new Rows(Xi[0].length, { precision: "f64" });
  rows.append(Xi.flat());
  return rows;
}

t.test("golden projections: numpy", async (t) => {
  const { P, w, q, bipolar, z } = golden().projections;
  for (const [name, wanted] of Object.entries(z)) {
    const rows = rowsOf(name === "majority" ? bipolar : P);
    const got = projectionOf(name).project(Float64Array.from(w), rows, Float64Array.from(q));
    // sums of six terms in f64
    t.ok(worst(got, wanted) < 1e-13, `${name}: ${worst(got, wanted)}`);
  }
});

t.test("one-hot weights read out the memory itself, whatever the projection", async (t) => {
  const Xi = [[0.1, 0.2, 0.7], [0.5, 0.25, 0.25], [0.3, 0.3, 0.4]];
  const rows = rowsOf(Xi);
  for (const name of ["mean", "median", "geometricMedian", "massMean", "geometricMean"]) {
    const z = projectionOf(name).project(Float64Array.of(0, 1, 0), rows, new Float64Array(3));
    // rows of mass 1; geometricMean smooths and takes it back: a few ulp
    t.ok(worst(z, Xi[1]) < 1e-14, name);
  }
});

t.test("massMean and majority read patterns as their similarities do", async (t) => {
  // mass 2 of the positive entries; no mass at all: uniform
  t.same([...projectionOf("massMean").project(Float64Array.of(1, 3), rowsOf([[1, -5, 1], [0, 0, -1]]), new Float64Array(3))], [0.375, 0.25, 0.375]);
  // the signs vote: 9 counts no more than .1, 0 as positive
  t.same([...majority.project(Float64Array.of(1, 1, 1), rowsOf([[9, 0], [-0.1, -1], [-2, 3]]), new Float64Array(2))], [-1, 1]);
});

t.test("weights that cannot be projected", async (t) => {
  const rows = rowsOf([[1, -1], [1, 1]]);
  const q = Float64Array.of(0.5, -0.5);
  t.throws(() => median.project(Float64Array.of(1, -1), rows, q), /weights >= 0, got -1 for memory 1/);
  t.throws(() => median.project(Float64Array.of(1), rows, q), /2 weights/);
  for (const name of ["median", "massMean", "geometricMedian", "sphericalMean", "geometricMean", "majority"]) {
    t.same([...projectionOf(name).project(Float64Array.of(0, 0), rows, q)], [...q], `${name}: no weight at all leaves the state`);
  }
  t.same([...majority.project(Float64Array.of(1, 1), rows, q)], [1, -0.5], "a tie keeps q_i");
  t.throws(() => projectionOf("geometricMedain"), /Did you mean "geometricMedian"\?/);
});

interface Case {
  similarity: Similarity;
  separations: Separation[];
  /** Patterns and start. */
  value: (r: ReturnType<typeof random>) => number;
}

const SOFT = [softmax(0.5), softmax(4), max, sparsemax(2), entmax(1.5, 2), normmax(2, 2), topK(3, 2), kSubsets(2)];
const signed = (r: ReturnType<typeof random>): number => r.normal();
const positive = (r: ReturnType<typeof random>): number => 0.02 + r.uniform();
const bipolar = (r: ReturnType<typeof random>): number => (r.uniform() < 0.5 ? -1 : 1);

// the rows of section 7, and ours: each with several separations of weights >= 0
const CASES: Case[] = [
  { similarity: negSqL2, separations: [...SOFT, threshold(-4), lsr(0.3)], value: signed },
  { similarity: negHalfSqL2, separations: [...SOFT, lsr(0.3), exponential(1)], value: signed },
  { similarity: dot, separations: [softmax(0.5), softmax(4), max, identity, power(3)], value: (r) => 0.3 * r.normal() },
  { similarity: negL1, separations: [...SOFT, threshold(-3), exponential(1)], value: signed },
  { similarity: negL2, separations: [...SOFT, exponential(2)], value: signed },
  { similarity: cosine, separations: SOFT, value: signed },
  { similarity: negKL, separations: SOFT.concat(softmax(40)), value: positive },
  { similarity: negRKL, separations: SOFT.concat(softmax(40)), value: positive },
  { similarity: hamming, separations: SOFT, value: bipolar },
  // outside their proper data: negative entries have no mass, and hamming sees the signs only
  { similarity: negKL, separations: SOFT, value: signed },
  { similarity: negRKL, separations: SOFT, value: signed },
  { similarity: hamming, separations: [...SOFT, threshold(-2)], value: signed },
  { similarity: rbf(0.3), separations: [...SOFT, identity, power(2), power(0.5)], value: signed },
  { similarity: invL1, separations: [softmax(1), identity, power(2)], value: signed },
  { similarity: invSqL2, separations: [softmax(1), identity, power(2)], value: signed },
];

t.test("(U17) never raises (U16), for each row of section 7", async (t) => {
  const r = random(17);
  for (const { similarity, separations, value } of CASES) {
    for (const separation of separations) {
      let steps = 0;
      let highestRise = 0;
      let moved = 0;
      for (let trial = 0; trial < 25; trial++) {
        const [N, D] = [1 + r.integer(9), 1 + r.integer(7)];
        const Xi = matrix(N, D, () => value(r));
        const rows = rowsOf(Xi);
        let q: Float64Array = Float64Array.from({ length: D }, () => value(r));
        const scores = (): Float64Array => Float64Array.from(Xi, (xi) => similarity.pair(xi, q));
        let s = scores();
        let E = energyOf(q, s, separation, regulariserOf(similarity));
        for (let step = 0; step < 6; step++) {
          const next = descentStep(similarity, separation, s, rows, q);
          moved = Math.max(moved, worst(next, [...q]));
          q = next;
          s = scores();
          const after = energyOf(q, s, separation, regulariserOf(similarity));
          // rounding of E itself: 1e-13 of the largest term (1/(D + 1e-6) reaches 1e6 on a match, squared by power(2))
          highestRise = Math.max(highestRise, (after - E) / Math.max(1, Math.abs(E), Math.abs(after)));
          E = after;
          steps++;
        }
      }
      t.ok(highestRise < 1e-12, `${similarity.name}, ${separation.name}: rise ${highestRise} in ${steps} steps`);
      t.ok(moved > 1e-3, "and the steps do move");
    }
  }
});

t.test("control: under negL1 the mean read-out does raise the energy", async (t) => {
  const r = random(18);
  let rises = 0;
  for (let trial = 0; trial < 200; trial++) {
    const Xi = matrix(8, 5, () => r.normal());
    const at = (q: ArrayLike<number>): Float64Array => Float64Array.from(Xi, (xi) => negL1.pair(xi, q));
    const q = matrix(1, 5, () => r.normal())[0];
    const z = mean.project(softmax(1).weights(at(q)), rowsOf(Xi), Float64Array.from(q));
    const z2 = mean.project(softmax(1).weights(at(z)), rowsOf(Xi), z);
    if (energyOf(z2, at(z2), softmax(1), "none") > energyOf(z, at(z), softmax(1), "none") + 1e-9) rises++;
  }
  t.ok(rises > 20, `${rises} of 200 second steps raised it: the median is not a luxury`);
});

t.test("steps that do not exist", async (t) => {
  const rows = rowsOf([[1, 2], [2, 1]]);
  t.equal(descentProjection(pearson), undefined);
  t.equal(descentProjection(negL1)?.name, "median");
  t.throws(() => descentStep(pearson, softmax(), Float64Array.of(0, 0), rows, Float64Array.of(1, 1)), /a descent step for pearson/);
  t.throws(() => descentStep(negL1, identity, Float64Array.of(-1, 0), rows, Float64Array.of(1, 1)), /weights >= 0/);
});

t.test("(U14) integrated by Euler never raises (U13)", async (t) => {
  const r = random(19);
  const cases: [Similarity, Separation, (r: ReturnType<typeof random>) => number][] = [
    [dot, softmax(2), signed], [dot, identity, (x) => 0.2 * x.normal()], [dot, power(3), (x) => 0.2 * x.normal()], [negSqL2, softmax(1), signed],
    [negHalfSqL2, softmax(2), signed], [negHalfSqL2, normmax(2), signed], [cosine, softmax(3), signed], [pearson, softmax(3), signed],
    [rbf(0.3), identity, signed], [negKL, softmax(3), positive], [negRKL, softmax(3), positive], [negJS, softmax(3), positive],
    [linear([[1, 2, 0], [0, 1, -1]]), softmax(0.1), signed],
  ];
  for (const [similarity, separation, value] of cases) {
    const Xi = matrix(5, 3, () => value(r));
    const q0 = matrix(1, 3, () => value(r))[0];
    const regulariser = similarity.name.startsWith("linear") ? "halfSquare" as const : undefined;
    const report = lyapunov(similarity, separation, Xi, q0, { dt: 1e-3, steps: 300, h0: matrix(1, 5, () => 0.3 * r.normal())[0], regulariser });
    // dE/dt <= 0 holds for the flow; an Euler step of 1e-3 adds at most O(dt^2) of curvature, 1e-6 of the slopes here
    t.ok(report.largestRise <= 1e-6, `${similarity.name}, ${separation.name}: rise ${report.largestRise}`);
    t.ok(report.energies[300] < report.energies[0] - 1e-6, "and it falls");
  }
  t.throws(() => lyapunov(hamming, softmax(), [[1]], [1]), /a similarity with a gradient/);
});

t.test("(U15): the slope of the energy is what the proof says", async (t) => {
  const Xi = [[1, 0.5], [-0.5, 1], [0.2, -0.3]];
  const h0 = [0.3, -0.2, 0.1];
  const q0 = [0.4, 0.9];
  const beta = 1.5;
  const dt = 1e-5;
  const { energies } = lyapunov(dot, softmax(beta), Xi, q0, { dt, steps: 1, h0, tauQ: 2, tauH: 0.5 });
  // dE/dt = -tau_q |q'|^2 - tau_h h'^T (grad^2 L) h', with grad^2 L = beta (diag f - f f^T) for softmax
  const f = softmax(beta).weights(Float64Array.from(h0));
  const S = Xi.map((xi) => dot.pair(xi, q0));
  const dh = h0.map((h, mu) => (S[mu] - h) / 0.5);
  const dq = q0.map((x, i) => (Xi.reduce((sum, xi, mu) => sum + f[mu] * xi[i], 0) - x) / 2);
  const mixed = dh.reduce((sum, x, mu) => sum + f[mu] * x, 0);
  const curvature = beta * (dh.reduce((sum, x, mu) => sum + f[mu] * x * x, 0) - mixed * mixed);
  const slope = -2 * dq.reduce((sum, x) => sum + x * x, 0) - 0.5 * curvature;
  // one Euler step: relative error O(dt)
  t.ok(Math.abs((energies[1] - energies[0]) / dt - slope) < 1e-3 * Math.abs(slope), `${(energies[1] - energies[0]) / dt} against ${slope}`);
  // with h = S(q), (U13) is (U16)
  t.ok(Math.abs(coupledEnergy(q0, Float64Array.from(S), Float64Array.from(S), softmax(beta), "halfSquare")
    - energyOf(q0, Float64Array.from(S), softmax(beta), "halfSquare")) < 1e-15);
});
