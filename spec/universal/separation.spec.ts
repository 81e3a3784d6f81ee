/** Every separation against scipy and 40-digit mpmath, its Lagrangian against finite differences, and its limits. */
import t from "tap";
import fc from "fast-check";
import {
  entmax, exponential, identity, kSubsets, logarithm, lsr, max, normmax, power, type Separation, SEPARATION_NAMES, separationOf, softmax,
  sparsemax, threshold, topK,
} from "../../src/universal/index.ts";
import { golden, random, worst } from "./golden.ts";

const f64 = (values: readonly number[]): Float64Array => Float64Array.from(values);

t.test("golden: scipy and mpmath", async (t) => {
  for (const { name, s, beta, weights } of golden().separations) {
    for (const [id, wanted] of Object.entries(weights)) {
      const w = separationOf(id).make(beta).weights(f64(s));
      // rounding of beta s at |u| <= 3.5e4 is 4e-12, of a bisected t at exponents up to 4 a few ulp; relative 1e-11 for pow
      t.ok(worst(w, wanted) < 1e-11, `${id} of ${name}, beta ${beta}: ${worst(w, wanted)}`);
    }
  }
});

const scores = fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 1, maxLength: 40 });
const NORMALISED: readonly Separation[] = [softmax(2), topK(3), sparsemax(), entmax(1.5), entmax(1.3), entmax(4), normmax(2), normmax(5), max];

t.test("weights are a distribution, follow the ranking, and permute with the memories", async (t) => {
  for (const sep of NORMALISED) {
    fc.assert(fc.property(scores, (values) => {
      const w = sep.weights(f64(values));
      const sum = w.reduce((total, x) => total + x, 0);
      // 40 weights, each within a few ulp
      if (!(Math.abs(sum - 1) < 1e-13) || w.some((x) => !(x >= 0))) return false;
      const reversed = sep.weights(f64([...values].reverse())).reverse();
      const tied = new Set(values).size < values.length; // lowest-index ties are not symmetric
      return (tied || worst(w, reversed) < 1e-13) && values.every((a, i) => values.every((b, j) => !(a > b) || w[i] >= w[j]));
    }), { numRuns: 150, seed: 1 });
    t.pass(sep.name);
  }
  for (const k of [1, 2, 5]) {
    fc.assert(fc.property(scores, (values) => {
      const w = kSubsets(k).weights(f64(values));
      return Math.abs(w.reduce((a, b) => a + b, 0) - Math.min(k, values.length)) < 1e-12 && w.every((x) => x >= 0 && x <= 1);
    }), { numRuns: 150, seed: 2 });
    t.pass(`kSubsets(${k}) sums to k`);
  }
});

t.test("adding a constant to the scores changes no normalised weight", async (t) => {
  const r = random(2);
  for (const sep of [...NORMALISED, kSubsets(2)]) {
    const s = f64(Array.from({ length: 9 }, () => Math.round(r.normal() * 64) / 64));
    // whole multiples of 1/64 plus 1024 are exact in f64, so the weights are the same bits
    t.same([...sep.weights(s.map((x) => x + 1024))], [...sep.weights(s)], sep.name);
  }
});

t.test("Lagrangians: w = grad L by central differences", async (t) => {
  const r = random(4);
  const positive = [power(0.5), power(2), power(2.5), power(10), logarithm, exponential(1.5)];
  const any = [identity, power(3), threshold(0.2), lsr(1.3), max, softmax(2.5), topK(3, 2), sparsemax(2), entmax(1.5, 2), entmax(1.2), entmax(3), normmax(2), normmax(4, 2), kSubsets(2, 1.5)];
  for (const [list, low] of [[positive, 0.2], [any, -1]] as const) {
    for (const sep of list) {
      for (const N of [1, 2, 5, 8]) {
        const s = f64(Array.from({ length: N }, () => low + 1.4 * r.uniform()));
        const step = 1e-6;
        const differences = s.map((_, mu) => {
          const at = (d: number): number => sep.lagrangian(s.map((x, nu) => (nu === mu ? x + d : x)));
          return (at(step) - at(-step)) / (2 * step);
        });
        // the sparse family has kinks in the second derivative: error ~ step; rounding 1e-16 / 1e-6
        t.ok(worst(sep.weights(s), differences) < 2e-5, `${sep.name} N=${N}: ${worst(sep.weights(s), differences)}`);
      }
    }
  }
});

t.test("Lagrangians are convex: L((a + b)/2) <= (L(a) + L(b))/2", async (t) => {
  for (const sep of [...NORMALISED, identity, threshold(0), lsr(1), kSubsets(2), exponential(0.5)]) {
    fc.assert(fc.property(fc.array(fc.tuple(fc.double({ min: -9, max: 9, noNaN: true }), fc.double({ min: -9, max: 9, noNaN: true })), { minLength: 1, maxLength: 12 }), (pairs) => {
      const [a, b] = [f64(pairs.map(([x]) => x)), f64(pairs.map(([, y]) => y))];
      const middle = sep.lagrangian(a.map((x, i) => (x + b[i]) / 2));
      const chord = (sep.lagrangian(a) + sep.lagrangian(b)) / 2;
      return middle <= chord + 1e-12 * Math.max(1, Math.abs(chord));
    }), { numRuns: 100, seed: 3 });
    t.pass(sep.name);
  }
});

t.test("limits", async (t) => {
  const s = f64([0.3, -1, 0.9, 0.2]);
  t.same([...softmax(1e308).weights(s)], [...max.weights(s)], "softmax -> max as beta grows, without overflow");
  t.ok(worst(softmax(1e-300).weights(s), [0.25, 0.25, 0.25, 0.25]) < 1e-15, "and -> uniform as beta falls");
  // alpha - 1 = 1e-4: the difference is of that order
  t.ok(worst(entmax(1.0001).weights(s), softmax(1).weights(s)) < 1e-4, "entmax(1.0001) ~ softmax");
  t.same([...entmax(2).weights(s)], [...sparsemax().weights(s)], "entmax(2) = sparsemax");
  t.ok(worst(entmax(1.5 + 1e-9).weights(s), entmax(1.5).weights(s)) < 1e-8, "the closed form of 1.5 meets the bisection");
  t.ok(worst(entmax(2 + 1e-9).weights(s), sparsemax().weights(s)) < 1e-8);
  t.ok(worst(kSubsets(1).weights(s), sparsemax().weights(s)) < 1e-15, "kSubsets(1) = sparsemax");
  t.same([...topK(1).weights(s)], [...max.weights(s)], "topK(1) = max");
  t.same([...topK(99, 2).weights(s)], [...softmax(2).weights(s)], "topK of all = softmax");
});

t.test("F2: one-hot exactly when beta gap >= 1/(alpha - 1)", async (t) => {
  for (const alpha of [1.25, 1.5, 2, 3]) {
    const gap = 1 / (alpha - 1);
    t.same([...entmax(alpha).weights(f64([gap, 0, 0]))], [1, 0, 0], `alpha ${alpha}, at the boundary`);
    t.ok(entmax(alpha).weights(f64([gap * 0.99, 0, 0]))[1] > 0, "just inside, the second takes part");
    t.same([...entmax(alpha, 4).weights(f64([gap / 4, 0, 0]))], [1, 0, 0], "beta scales the gap");
  }
});

t.test("far apart or near the end of f64", async (t) => {
  // t = -.75 below the third: 2 + .75 + .25 = 3, whatever the first two are
  // the sum of the weights is 3 within its own rounding
  t.ok(worst(kSubsets(3).weights(f64([1e17, 1e17 - 64, 3, 2.5, 2])), [1, 1, 0.75, 0.25, 0]) < 1e-15);
  t.ok(worst(kSubsets(2).weights(f64([-1e300, 5, -1e300, 1e300])), [0, 1, 0, 1]) < 1e-15);
  for (const sep of [softmax(1), sparsemax(1), entmax(1.5), entmax(1.2), normmax(2), topK(2), kSubsets(1)]) {
    t.same([...sep.weights(f64([1e300, -1e300, 0]))], [1, 0, 0], sep.name);
    t.ok(Number.isFinite(sep.lagrangian(f64([1e300, -1e300, 0]))), sep.name);
  }
  for (const sep of [softmax(1e300), sparsemax(1e300), entmax(1.5, 1e300), normmax(2, 1e300), topK(2, 1e300), kSubsets(1, 1e300)]) {
    t.throws(() => sep.weights(f64([1e10, 0])), /beta times every score within f64, got Infinity for beta 1e\+300/, sep.name);
    t.throws(() => sep.lagrangian(f64([1e10, 0])), /Lower beta/, sep.name);
  }
  t.throws(() => power(20).weights(f64([1e30])), /a weight that f64 can hold, got Infinity for the score 1e\+30/);
});

t.test("ties go to the lowest index; no scores, no weights", async (t) => {
  t.same([...max.weights(f64([1, 3, 3]))], [0, 1, 0]);
  t.same([...topK(2).weights(f64([1, 3, 3, 3]))], [0, 0.5, 0.5, 0]);
  // more than 64 are sorted, not inserted one by one: the same choice
  const many = f64(Array.from({ length: 300 }, (_, mu) => (mu * 37) % 11));
  for (const k of [63, 64, 65, 150, 299]) {
    const best = [...many.keys()].sort((a, b) => many[b] - many[a] || a - b).slice(0, k).sort((a, b) => a - b);
    t.same([...topK(k).weights(many)].flatMap((p, mu) => (p > 0 ? [mu] : [])), best, `topK(${k})`);
  }
  for (const sep of [...NORMALISED, identity, kSubsets(2)]) t.equal(sep.weights(new Float64Array(0)).length, 0, sep.name);
});

t.test("outside the domain, and bad parameters", async (t) => {
  t.throws(() => power(2).weights(f64([1, -1])), /separation power\(2\): expected scores >= 0, got the score -1/);
  t.throws(() => power(0.5).weights(f64([-1e-9])), /scores >= 0/);
  t.throws(() => power(2).lagrangian(f64([-1])), /scores >= 0/);
  t.same([...power(3).weights(f64([-2, 2]))], [-8, 8], "odd whole powers take any score");
  t.throws(() => logarithm.weights(f64([0])), /scores > 0/);
  t.throws(() => exponential(2).weights(f64([400])), /overflow/);
  t.throws(() => identity.weights(f64([NaN])), /the score NaN/);
  t.throws(() => power(0), /n > 0/);
  t.throws(() => softmax(0), /beta > 0/);
  t.throws(() => softmax(Infinity), /beta > 0/);
  t.throws(() => topK(0), /k >= 1/);
  t.throws(() => kSubsets(1.5), /k >= 1/);
  t.throws(() => entmax(1), /softmax/);
  t.throws(() => normmax(1), /1 < gamma/);
  t.throws(() => threshold(NaN), /finite score/);
  t.throws(() => separationOf("sofmax"), /Did you mean "softmax"\?/);
  t.throws(() => separationOf("power"), /power\(number\)/);
  t.throws(() => separationOf("max(2)"), /no parameter/);
  t.throws(() => separationOf("softmax(-3)"), /beta > 0/);
  t.throws(() => separationOf("toString"), /one of softmax/);
  for (const name of SEPARATION_NAMES) {
    const made = separationOf(["power", "threshold", "topK", "kSubsets"].includes(name) ? `${name}(2)` : name).make(1);
    t.ok(made.weights(f64([0.5, 2, 0.25])).length === 3 && made.domain.length > 0, name);
  }
});
