/** Every similarity against scipy, its kernel form against its pair form, its gradient against finite differences, and its theorems. */
import t from "tap";
import { Rows } from "../../src/kernels/index.ts";
import {
  cosine, dot, hamming, linear, masked, massDot, negHalfSqL2, negJS, negKL, negL1, negL2, negRKL, negSqL2, pearson, rbf, type Similarity,
  SIMILARITY_NAMES, similarityOf, smoothed, throughMass,
} from "../../src/universal/index.ts";
import { golden, matrix, random, worst } from "./golden.ts";

const BACKENDS = ["scalar", "simd"] as const;
const ALL: readonly Similarity[] = SIMILARITY_NAMES.map((name) => similarityOf(name === "rbf" ? "rbf(0.3)" : name));

function rowsOf(Xi: number[][], precision: "f32" | "f64", backend: "scalar" | "simd"): Rows {
  const rows = new Rows(Xi[0].length, { precision, backend });
  rows.append(Xi.flat());
  return rows;
}

t.test("golden: scipy and numpy", async (t) => {
  for (const { name, Xi, cues, visible, scores, masked: hidden } of golden().similarities) {
    for (const id of Object.keys(scores)) {
      const sim = similarityOf(id);
      for (const [v, wanted] of [[undefined, scores[id]], [visible, hidden[id]]] as const) {
        const label = `${id} on ${name}${v === undefined ? "" : ", masked"}`;
        // 1/(D + 1e-6) magnifies the rounding of a distance of 0 (scipy gives exactly 0 too, so relative error stays tiny)
        const pairs = cues.map((q) => Xi.map((xi) => sim.pair(xi, q, v)));
        t.ok(worst(pairs.flat(), wanted.flat()) < 1e-12, `${label}: pair form, f64 rounding of sums of 13 terms`);
        for (const backend of BACKENDS) {
          const f64 = sim.bind(rowsOf(Xi, "f64", backend)).scores(cues.flat(), v);
          t.ok(worst(f64, wanted.flat()) < 1e-12, `${label}: f64 ${backend}`);
          const f32 = sim.bind(rowsOf(Xi, "f32", backend)).scores(cues.flat(), v);
          // f32 sums of 13 terms: a few times 6e-8
          t.ok(worst(f32, wanted.flat()) < 2e-6, `${label}: f32 ${backend}, ${worst(f32, wanted.flat())}`);
        }
      }
    }
  }
});

t.test("batch = single, simd = scalar, bit for bit; permuting memories permutes scores", async (t) => {
  const r = random(7);
  for (const [N, D, Q] of [[1, 1, 1], [2, 3, 2], [5, 7, 5], [17, 64, 9], [300, 5, 3], [8, 311, 8]]) {
    const Xi = matrix(N, D, () => Math.fround(r.uniform()));
    const cues = matrix(Q, D, () => Math.fround(r.uniform()));
    const visible = Array.from({ length: D }, (_, i) => (i === 0 || r.uniform() < 0.5 ? 1 : 0));
    const turn = (mu: number): number => (mu * 7 + 3) % N; // 7 is prime to every N above
    for (const sim of [...ALL, linear(matrix(3, D, () => r.normal())), masked(negL1, visible)]) {
      for (const precision of ["f32", "f64"] as const) {
        const scalar = sim.bind(rowsOf(Xi, precision, "scalar"));
        const simd = sim.bind(rowsOf(Xi, precision, "simd"));
        const turned = sim.bind(rowsOf(Xi.map((_, mu) => Xi[turn(mu)]), precision, "simd"));
        for (const v of [undefined, visible]) {
          const batch = simd.scores(cues.flat(), v);
          const same = scalar.scores(cues.flat(), v);
          const singles = cues.flatMap((q) => [...simd.scores(q, v)]);
          const permuted = turned.scores(cues.flat(), v);
          const label = `${sim.name} ${precision} N=${N} D=${D}${v ? " masked" : ""}`;
          t.ok(batch.every((s, i) => Object.is(s, singles[i])), `${label}: batch = single`);
          t.ok(batch.every((s, i) => Object.is(s, same[i])), `${label}: simd = scalar`);
          // the batch form against the equation: f64 sums of up to 311 terms; invL1 and invSqL2 reach 1e6
          if (precision === "f64" && v === undefined) t.ok(worst(batch, cues.flatMap((q) => Xi.map((xi) => sim.pair(xi, q)))) < 1e-12, `${label}: kernel = equation`);
          t.ok(permuted.every((s, i) => Object.is(s, batch[Math.floor(i / N) * N + turn(i % N)])), `${label}: permutation`);
        }
      }
    }
  }
});

t.test("gradients against central differences", async (t) => {
  const r = random(11);
  const D = 6;
  const W = matrix(4, D, () => r.normal());
  const listed = [dot, massDot, cosine, pearson, negL1, negL2, negSqL2, negHalfSqL2, rbf(0.4), linear(W), negKL, negRKL, negJS];
  for (const sim of [...listed, masked(negL2, [1, 0, 1, 1, 1, 0])]) {
    for (let trial = 0; trial < 5; trial++) {
      const xi = Array.from({ length: D }, () => 0.1 + r.uniform());
      const q = Array.from({ length: D }, () => 0.1 + r.uniform());
      const v = trial === 4 ? [1, 1, 0, 1, 1, 1] : undefined;
      const raw = sim.gradient!(xi, q, v);
      const gradient = sim.onDistribution ? throughMass(raw, q, v) : raw;
      const step = 1e-5;
      const differences = q.map((_, i) => {
        const at = (d: number): number => sim.pair(xi, q.map((x, j) => (j === i ? x + d : x)), v);
        return (at(step) - at(-step)) / (2 * step);
      });
      // central differences at step 1e-5: h^2 f''' ~ 1e-9, rounding 1e-16 / 1e-5 ~ 1e-10
      t.ok(worst(gradient, differences) < 1e-6, `${sim.name}: ${worst(gradient, differences)}`);
    }
  }
  t.same([...negL2.gradient!([1, 2], [1, 2])], [0, 0], "no NaN where the root has no slope");
  t.same([...cosine.gradient!([0, 0], [1, 2])], [0, 0], "zero norm");
  // the table's gradients of the KL family are with respect to qtilde: on smoothed vectors of mass 1 the closed forms
  const x = smoothed([1, 2, 3]);
  const y = smoothed([3, 1, 1]);
  t.ok(worst(negKL.gradient!([1, 2, 3], [3, 1, 1]), x.map((p, i) => p / y[i])) < 1e-15);
  t.ok(worst(negRKL.gradient!([1, 2, 3], [3, 1, 1]), x.map((p, i) => -(Math.log(y[i] / p) + 1))) < 1e-14);
});

t.test("exact matches, zero rows and constant vectors are finite", async (t) => {
  const Xi = [[0, 0, 0], [0.3, 0.3, 0.3], [0.1, 0.7, 0.2]];
  for (const sim of ALL) {
    for (const backend of BACKENDS) {
      const S = sim.bind(rowsOf(Xi, "f32", backend)).scores(rowsOf(Xi, "f32", backend).toArray());
      t.ok(S.every(Number.isFinite), `${sim.name}: no NaN, no infinity`);
    }
  }
  const own = (sim: Similarity): number => sim.bind(rowsOf(Xi, "f32", "simd")).scores(rowsOf(Xi, "f32", "simd").toArray())[8];
  for (const sim of [negL1, negL2, negSqL2, negKL, negRKL, negJS, hamming]) t.equal(own(sim), 0, `${sim.name} of a pattern with itself is exactly 0`);
  t.equal(pearson.pair(Xi[1], Xi[2]), 0, "a constant vector gives Pearson 0");
  t.equal(pearson.bind(rowsOf(Xi, "f32", "simd")).scores(Xi[2])[1], 0);
  t.equal(cosine.pair(Xi[0], Xi[2]), 0);
  t.same([...smoothed([0, 0, 0, 0])], [0.25, 0.25, 0.25, 0.25], "the distribution of an all-zero row is uniform");
});

t.test("divergences: never negative, JS within log 2, a negative entry has no mass", async (t) => {
  const r = random(3);
  for (let trial = 0; trial < 300; trial++) {
    const D = 1 + r.integer(40);
    const xi = Array.from({ length: D }, () => (r.uniform() < 0.3 ? 0 : r.uniform()));
    const tiny = 10 ** -(1 + r.integer(16));
    const q = xi.map((x) => Math.max(0, x + tiny * r.normal()));
    for (const sim of [negKL, negRKL, negJS]) {
      const rows = rowsOf([xi], "f64", "simd");
      for (const s of [sim.pair(xi, q), sim.bind(rows).scores(q)[0]]) t.ok(s <= 0 && !Object.is(s, -0), `${sim.name} ${s} (B12 cannot happen)`);
    }
    t.ok(negJS.pair(xi, q.map((x, i) => (i % 2 ? x : 1 - x))) >= -Math.log(2));
  }
  t.equal(negKL.pair([1, 2, 0], [1, 2, -5]), 0);
});

t.test("theorems", async (t) => {
  const r = random(5);
  const unit = (x: number[]): number[] => x.map((value) => value / Math.hypot(...x));
  for (let trial = 0; trial < 50; trial++) {
    const D = 2 + r.integer(20);
    const q = matrix(1, D, () => r.normal())[0];
    const Xi = matrix(9, D, () => r.normal());
    const a = 0.1 + 3 * r.uniform();
    const b = 5 * r.normal();
    for (const xi of Xi) {
      // relative rounding of a sum of 20 terms of size up to 15
      t.ok(Math.abs(pearson.pair(xi, q) - pearson.pair(xi, q.map((x) => a * x + b))) < 1e-12, "Pearson unchanged by a q + b");
    }
    const units = Xi.map(unit);
    const best = [negSqL2, negL2, cosine, dot].map((sim) => order(units.map((xi) => sim.pair(xi, unit(q)))));
    t.ok(best.every((ranking) => ranking === best[0]), "on unit vectors -D2, -sqrt(D2), cosine and dot rank alike");
    const bipolar = (x: number[]): number[] => x.map((value) => (value >= 0 ? 1 : -1));
    for (const xi of Xi) t.equal(hamming.pair(bipolar(xi), bipolar(q)), (dot.pair(bipolar(xi), bipolar(q)) - D) / 2, "Hamming = (xi.q - d)/2");
    const images = matrix(7, D, () => r.uniform());
    // B7: 1/d for every memory, within the rounding of a division
    t.ok(images.every((xi) => Math.abs(massDot.pair(xi, q.map(() => 1)) - 1 / D) < 1e-15), "an all-ones cue makes massDot equal for all memories (B7)");
  }
  // linear(W) is dot in the embedding; with W = identity it is dot
  const I = Array.from({ length: 4 }, (_, i) => Array.from({ length: 4 }, (_, j) => (i === j ? 1 : 0)));
  t.equal(linear(I).pair([1, 2, 3, 4], [4, 3, 2, 1]), 20);
});

function order(s: number[]): string {
  return s.map((score, mu) => [score, mu]).sort((a, b) => b[0] - a[0]).map(([, mu]) => mu).join();
}

t.test("bad input", async (t) => {
  t.throws(() => similarityOf("negl2x"), /Did you mean "negL2"\?/);
  t.throws(() => similarityOf("rbf"), /rbf\(number\)/);
  t.throws(() => similarityOf("rbf(-1)"), /gamma > 0/);
  t.throws(() => similarityOf("negL1(2)"), /no parameter/);
  t.throws(() => similarityOf("rbf(x)"), /a number in the brackets/);
  t.throws(() => linear([[1, 2], [3]]), /rows of 2, 1/);
  const rows = rowsOf([[1, 2, 3]], "f32", "scalar");
  t.throws(() => negL1.bind(rows).scores([1, 2, 3], [1, 0]), /visible: expected 3 numbers, got 2/);
  t.throws(() => negL1.bind(rows).scores([1, 2, 3], [0, 0, 0]), /at least one known coordinate/);
});
