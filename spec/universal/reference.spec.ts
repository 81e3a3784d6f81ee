/** The authors' pipeline against an independent torch float32 rewrite, and each quirk B1-B14 with the number or example it is known by. */
import t from "tap";
import { Rows } from "../../src/kernels/index.ts";
import {
  effectiveBeta, foldedBipolarCue, greyAsZero, hwcBug, indexExact, jensenShannonReference, logarithm, massDot, max, meanScaledSumSquares, negJS, power,
  referenceCorruption, referenceSimilarity, type ReferenceSeparationName, referenceThreshold, referenceWeights, softmax, sumSq, torchArgmax,
  UniversalMemory,
} from "../../src/universal/index.ts";
import { golden, matrix, random, worst } from "./golden.ts";

function rowsOf(M: number[][]): Rows {
  const rows = new Rows(M[0].length);
  rows.append(M.flat());
  return rows;
}

t.test("golden: torch float32", async (t) => {
  for (const { name, M, Q, similarity, weights } of golden().reference) {
    const N = M.length;
    for (const [id, wanted] of Object.entries(similarity)) {
      const s = referenceSimilarity(id).bind(rowsOf(M)).scores(Q.flat());
      // float32 sums of up to 32 terms; the KL sums cancel from ~8 to ~.5, and 1/KL, 1/D2 double the relative error
      t.ok(worst(s, wanted.flat(), 1e-3) < 2e-5, `${id} on ${name}: ${worst(s, wanted.flat(), 1e-3)}`);
      for (const { separation, a, w, argmax } of weights.filter((entry) => entry.similarity === id)) {
        Q.forEach((_, c) => {
          const got = referenceWeights(s.slice(c * N, (c + 1) * N), { separation: separation as ReferenceSeparationName, a });
          // power(10) and softmax(1000) magnify a relative error of 1e-6 by 10 and by 1000 s (s < 1)
          t.ok(worst(got, w[c], 1e-3) < (separation === "softmax" ? 2e-3 : 2e-4), `${id} ${separation}(${a}) on ${name}: ${worst(got, w[c], 1e-3)}`);
          t.equal(torchArgmax(got), argmax[c], "arg max");
        });
      }
    }
  }
});

const images = matrix(40, 48, (() => {
  const r = random(21);
  return () => (r.uniform() < 0.2 ? 0 : r.uniform());
})());

t.test("B1: jsReference is a harmonic mean of divergences; arg max finds the most dissimilar memory", async (t) => {
  const cue = images[7].map((x, i) => (i % 3 ? x : 0.9 * x));
  const rows = rowsOf(images);
  const kl = referenceSimilarity("klReference").bind(rows).scores(cue);
  const rkl = referenceSimilarity("rklReference").bind(rows).scores(cue);
  const js = referenceSimilarity("jsReference").bind(rows).scores(cue);
  t.same([...js], [...jensenShannonReference(kl, rkl)]);
  // 2 KL RKL / (KL + RKL) from KL = 1/kl; three float32 roundings
  t.ok(worst(js, [...kl].map((x, i) => (2 / x / rkl[i]) / (1 / x + 1 / rkl[i]))) < 1e-6);
  t.equal(js.indexOf(Math.min(...js)), 7, "the true memory has the least");
  t.not(torchArgmax(js), 7, "and is not chosen");
  t.equal(max.weights(negJS.bind(rows).scores(cue))[7], 1, "ours finds it");
});

t.test("B2: log turns the ranking round: (.5, .3, .2) -> (.20, .34, .46)", async (t) => {
  const w = referenceWeights(Float64Array.of(0.5, 0.3, 0.2), { separation: "log" });
  t.same([...w].map((x) => x.toFixed(2)), ["0.20", "0.34", "0.46"]);
  const ours = logarithm.weights(Float64Array.of(0.5, 0.3, 0.2));
  t.ok(ours[0] > ours[1] && ours[1] > ours[2], "ours keeps it");
  const unnormalised = referenceWeights(Float64Array.of(0.5, 0.3, 0.2), { separation: "log", norm: false });
  t.equal(torchArgmax(unnormalised), 0, "and so do they with norm off");
});

t.test("(U7b) on a signed distance: -[1, 5, 9] -> [.07, .33, .60], the farthest wins", async (t) => {
  const s = referenceWeights(Float64Array.of(-1, -5, -9), { separation: "identity" });
  t.same([...s].map((x) => x.toFixed(2)), ["0.07", "0.33", "0.60"]);
});

t.test("B3, (U8): beta cancels, and softmax(a s) = softmax(beta_eff sim)", async (t) => {
  const sim = referenceSimilarity("l1Reference").bind(rowsOf(images)).scores(images[3].map((x) => 0.8 * x + 0.05));
  for (const beta of [0.001, 1, 64]) {
    const w = referenceWeights(sim, { separation: "softmax", a: 1000, beta });
    const wanted = softmax(effectiveBeta(1000, sim)).weights(sim);
    // float32 scores of 1/40 times 1000: absolute error 1e-6 in the exponent
    t.ok(worst(w, [...wanted]) < 1e-4, `beta ${beta}`);
  }
  // 1/N: the same scores four times over
  const four = Float64Array.from([...sim, ...sim, ...sim, ...sim]);
  t.ok(Math.abs(effectiveBeta(1000, sim) / effectiveBeta(1000, four) - 4) < 1e-12, "four times the memories, a quarter of the inverse temperature");
});

t.test("(U9): for powers and max (U7b) changes nothing; (U10): w proportional to -log s", async (t) => {
  const sim = referenceSimilarity("l2Reference").bind(rowsOf(images)).scores(images[3].map((x) => 0.8 * x + 0.05));
  for (const n of [0.5, 1, 3, 10]) {
    const raised = power(n).weights(sim);
    const total = raised.reduce((a, b) => a + b, 0);
    // float32 twice normalised, to the tenth power
    t.ok(worst(referenceWeights(sim, { separation: "power", a: n }), [...raised].map((x) => x / total)) < 1e-5, `power ${n}`);
  }
  const share = [...sim].map((x) => x / sim.reduce((a, b) => a + b, 0));
  const logs = share.map((x) => -Math.log(x));
  const total = logs.reduce((a, b) => a + b, 0);
  t.ok(worst(referenceWeights(sim, { separation: "log" }), logs.map((x) => x / total)) < 1e-6);
});

t.test("B4: one all-zero row makes every massDot, KL, RKL and JS score NaN; arg max is then 0; L1 and L2 are untouched", async (t) => {
  const M = images.map((row, mu) => (mu === 5 ? row.map(() => 0) : row));
  for (const [id, spoilt] of [["dotReference", true], ["klReference", true], ["rklReference", true], ["jsReference", true], ["l1Reference", false], ["l2Reference", false]] as const) {
    const w = referenceWeights(referenceSimilarity(id).bind(rowsOf(M)).scores(M[9].map((x) => 0.9 * x)), { separation: "max" });
    t.equal(torchArgmax(w), spoilt ? 0 : 9, id);
  }
  t.same([...greyAsZero([0.5, 0.5, 0.5], 1)], [0, 0, 0]);
  t.same([...greyAsZero([0.5, 0.25], 3)], [0.5, 0.25]);
});

t.test("B5: hwcBug, and what masking the bottom half then does", async (t) => {
  const [C, H, W] = [3, 4, 2];
  const image = Array.from({ length: C * H * W }, (_, i) => i + 1);
  const kept = hwcBug(image, C, H, W);
  t.same([...kept.slice(0, 6)], [1, 9, 17, 2, 10, 18], "first row: two pixels, three channels each");
  // maskBottom(.5) as if C, H, W: the lower half of each third of the numbers
  const masked = kept.map((x, i) => (i % (H * W) >= (H * W) / 2 ? 0 : x));
  const rows = Array.from({ length: H }, (_, y) => masked.slice(y * W * C, (y + 1) * W * C).filter((x) => x === 0).length);
  t.ok(rows[0] + rows[1] > 0 && rows[2] + rows[3] < 12, "black at the top of the true image, and not all of its bottom");
  t.throws(() => hwcBug([1], 3, 2, 2), /3 x 2 x 2 = 12/);
});

t.test("B6: what was corrupted, whatever was asked", async (t) => {
  t.same(referenceCorruption("capacity", { kind: "mask", strength: 0.5 }), { kind: "foldedGaussian", strength: 0.5 });
  t.same(referenceCorruption("threshold", { kind: "gaussian", strength: 3 }), { kind: "maskBottom", strength: 0.5 });
  t.same(referenceCorruption("noise", { kind: "foldedGaussian", strength: 0.2 }), { kind: "foldedGaussian", strength: 0.2 });
});

t.test("B7: the classical Hopfield cue is all ones, the weights uniform, the output sign(mean pattern)", async (t) => {
  const r = random(23);
  const bipolar = matrix(9, 16, () => (r.uniform() < 0.7 ? 1 : -1)).map((row) => (row.reduce((a, b) => a + b, 0) === 0 ? row.map((x, i) => (i === 0 ? -x : x)) : row));
  const cue = foldedBipolarCue(bipolar[4], 1e-7, r);
  t.ok(cue.every((x) => Math.abs(x - 1) < 1e-6 && x <= 1));
  const memory = new UniversalMemory({ mode: "reference", similarity: "massDot", separation: "identity", post: "sign" });
  memory.store(bipolar);
  const { weights, state } = memory.recall(Array.from({ length: 16 }, () => 1));
  // 1/9 within two float32 normalisations
  t.ok(worst(weights!, bipolar.map(() => 1 / 9)) < 1e-6);
  t.same([...state], Array.from({ length: 16 }, (_, i) => Math.sign(bipolar.reduce((sum, xi) => sum + xi[i], 0))));
  t.ok(bipolar.every((xi) => Math.abs(massDot.pair(xi, cue) - 1 / 16) < 1e-7));
});

t.test("B8: on an exact match max is right, softmax and powers are NaN and count as failures", async (t) => {
  for (const similarity of ["l1Reference", "l2Reference"]) {
    const recalled = (separation: string): ReturnType<UniversalMemory["recall"]> => {
      const memory = new UniversalMemory({ mode: "reference", similarity, separation });
      memory.store(images);
      return memory.recall(images[11]);
    };
    t.equal(recalled("max").index, 11);
    t.ok(sumSq(images[11], recalled("max").state, 1e-9));
    for (const separation of ["softmax(1000)", "power(2)", "identity"]) {
      const result = recalled(separation);
      t.ok(result.weights!.every(Number.isNaN), `${separation}: all NaN`);
      t.notOk(sumSq(images[11], result.state), "NaN <= T is false");
      t.notOk(result.accepted);
      t.match(result.reason, /NaN/);
    }
  }
  for (const similarity of ["negL1", "negSqL2", "invL1"]) {
    const memory = new UniversalMemory({ similarity });
    memory.store(images);
    t.ok(indexExact(memory.recall(images[11]).index, 11) && memory.recall(images[11]).weights!.every(Number.isFinite), `${similarity}: ours is finite`);
  }
});

t.test("B9: cosine by the Frobenius norm is a rescaled dot", async (t) => {
  const rows = rowsOf(images);
  const cue = images[0].map((x) => Math.min(1, x + 0.1));
  const dots = referenceSimilarity("plainDotReference").bind(rows).scores(cue);
  const cosines = referenceSimilarity("cosineReference").bind(rows).scores(cue);
  t.ok(worst(cosines.map((x, i) => x / dots[i]), [...cosines].map(() => cosines[0] / dots[0])) < 1e-6, "one factor for all memories");
});

t.test("B10: thresholds", async (t) => {
  t.same([784, 3072, 12288].map((d) => Number(referenceThreshold(d, true).toPrecision(3))), [60, 15.3, 3.83]);
  t.equal(referenceThreshold(3072, false), 60);
  t.equal(meanScaledSumSquares([1, 3], [2, 6]), 0, "scaled to mean 1, brightness is gone");
  t.equal(meanScaledSumSquares([1, 3], [3, 1]), 2);
});

t.test("B12: eps inside the logarithms only: the reference sum goes negative for near-identical pairs, never for sigma >= .1", async (t) => {
  const r = random(29);
  const negative = (sigma: number): number => {
    let count = 0;
    for (const image of images) {
      const rows = rowsOf([image]);
      const cue = image.map((x) => Math.min(1, Math.abs(x + sigma * r.normal())));
      for (const id of ["klReference", "rklReference"]) if (referenceSimilarity(id).bind(rows).scores(cue)[0] < 0) count++;
    }
    return count;
  };
  t.ok(negative(1e-4) > 0, "it happens");
  t.equal(negative(0.2), 0);
});

t.test("B14: on bipolar data massDot flips sign per memory", async (t) => {
  const rows = rowsOf([[1, 1, 1, -1], [-1, -1, -1, 1]]);
  const [a, b] = referenceSimilarity("dotReference").bind(rows).scores([1, 1, 1, -1]);
  t.ok(a === b, "a pattern and its negative score alike");
});

t.test("NaN-first arg max, ties to the lowest index", async (t) => {
  t.equal(torchArgmax([1, NaN, 5, NaN]), 1);
  t.equal(torchArgmax([1, 5, 5]), 1);
  t.equal(torchArgmax([]), -1);
});

t.test("bad input", async (t) => {
  t.throws(() => referenceSimilarity("l1Referense"), /Did you mean "l1Reference"\?/);
  t.throws(() => referenceWeights(Float64Array.of(1), { separation: "sparsemax" as ReferenceSeparationName }), /one of identity, power/);
  t.throws(() => new UniversalMemory({ mode: "reference", separation: "sparsemax" }), /one of identity, power/);
  t.throws(() => new UniversalMemory({ mode: "reference", iterations: 3 }), /one iteration/);
  const memory = new UniversalMemory({ mode: "reference" });
  memory.store(images);
  t.throws(() => memory.recall(images[0], { visible: images[0].map((_, i) => i % 2) }), /knows no masks/);
  t.throws(() => memory.energy(images[0]), /no energy/);
});
