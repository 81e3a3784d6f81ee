/** Choosing beta (U8, U11, U12, F8) and deciding when a recall is right (section 8). */
import t from "tap";
import {
  betaFor, betaFromNoise, cosineAbove, duplicateGroups, effectiveBeta, indexExact, margin, mse, negHalfSqL2, rank, softmax, sumSq, sumSquares,
} from "../../src/universal/index.ts";
import { matrix, random } from "./golden.ts";

t.test("(U11) beta gap = log((N - 1)(1 - delta)/delta): the best gets exactly 1 - delta when all others tie", async (t) => {
  // the document's example
  t.equal((betaFor(0.01, 1000, 1)).toFixed(1), "11.5");
  for (const N of [2, 3, 17, 1000]) {
    for (const delta of [0.3, 0.01, 1e-6]) {
      for (const gap of [1e-3, 1, 250]) {
        const s = new Float64Array(N);
        s[0] = gap;
        const best = softmax(betaFor(delta, N, gap)).weights(s)[0];
        t.ok(Math.abs(best - (1 - delta)) < 1e-12, `N ${N}, delta ${delta}, gap ${gap}`);
      }
    }
  }
  t.equal(betaFor(0.01, 1, 1), 0, "alone, any beta will do");
  t.equal(betaFor(0.6, 2, 1), 0, "two memories have .4 each anyway");
});

t.test("(U12) |z - xi_best| <= (1 - p_best) max |xi_mu - xi_best|", async (t) => {
  const r = random(31);
  for (let trial = 0; trial < 100; trial++) {
    const Xi = matrix(6, 4, () => r.normal());
    const q = matrix(1, 4, () => r.normal())[0];
    const s = Float64Array.from(Xi, (xi) => negHalfSqL2.pair(xi, q));
    const p = softmax(2).weights(s);
    const best = p.indexOf(Math.max(...p));
    const z = q.map((_, i) => Xi.reduce((sum, xi, mu) => sum + p[mu] * xi[i], 0));
    const far = Math.max(...Xi.map((xi) => Math.sqrt(sumSquares(xi, Xi[best]))));
    t.ok(Math.sqrt(sumSquares(z, Xi[best])) <= (1 - p[best]) * far + 1e-14);
  }
});

t.test("(F8) beta = 1/sigma^2 makes one step the posterior mean", async (t) => {
  const sigma = 0.7;
  const Xi = [[0, 0], [1, 2], [-1, 0.5]];
  const q = [0.4, 0.9];
  const w = softmax(betaFromNoise(sigma)).weights(Float64Array.from(Xi, (xi) => negHalfSqL2.pair(xi, q)));
  const likelihood = Xi.map((xi) => Math.exp(-sumSquares(xi, q) / (2 * sigma * sigma)));
  const total = likelihood.reduce((a, b) => a + b, 0);
  likelihood.forEach((l, mu) => t.ok(Math.abs(w[mu] - l / total) < 1e-15));
});

t.test("bad input", async (t) => {
  for (const delta of [0, 1, NaN]) t.throws(() => betaFor(delta, 5, 1), /0 < delta < 1/);
  for (const gap of [0, -1, Infinity, NaN]) t.throws(() => betaFor(0.1, 5, gap), /gap > 0/);
  t.throws(() => betaFor(0.1, 0, 1), /N >= 1/);
  t.throws(() => betaFromNoise(0), /sigma > 0/);
  t.throws(() => effectiveBeta(0, [1]), /beta > 0/);
  t.throws(() => sumSquares([1, 2], [1]), /expected 2 numbers, got 1/);
  t.equal(effectiveBeta(1000, [1, 3]), 250);
});

t.test("success criteria", async (t) => {
  const data = [1, 2, 3, 4, 1, 2, -0, 0, 0, 0, 1, 2].map(Number);
  const groups = duplicateGroups(data, 2);
  t.same([...groups], [0, 1, 0, 3, 3, 0], "bit-identical rows, -0 and 0 alike");
  t.ok(indexExact(2, 0, groups) && indexExact(5, 2, groups), "a hit on any duplicate");
  t.notOk(indexExact(1, 0, groups));
  t.notOk(indexExact(2, 0), "without the groups only the row itself");
  t.ok(sumSq([0, 0], [6, 4.898979485566356], 60) && !sumSq([0, 0], [6, 4.9], 60), "a sum, at most T");
  t.notOk(sumSq([0], [NaN]), "NaN is a failure");
  t.equal(mse([0, 0], [2, 4]), 10);
  t.equal(margin([1, 5, 3]), 2);
  t.equal(margin([5, 5, 3]), 0, "a tie has no margin");
  t.equal(margin([7]), Infinity);
  t.same([0, 1, 2, 3].map((mu) => rank([2, 9, 2, 1], mu)), [2, 1, 3, 4], "lower index first on a tie");
  t.ok(cosineAbove([1, 0], [1, 0.4]) && !cosineAbove([1, 0], [1, 0.5]));
  t.notOk(cosineAbove([0, 0], [1, 1]));
});
