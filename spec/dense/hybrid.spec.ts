import { readFileSync } from "node:fs";
import t from "tap";
import fc from "fast-check";
import { seeded } from "../../src/numeric/index.ts";
import { Rows } from "../../src/kernels/index.ts";
import { basinRadius, centroid, DenseEnergy, DenseMemory, descend, hybridEnergy, lsrEnergy, minimaAt, negHalfSquaredL2, pairDistances, softmaxEnergy, tailShift } from "../../src/dense/index.ts";
import { exp, log } from "../../src/numeric/index.ts";

interface Golden {
  v: number[];
  cases: { beta: number; lambda: number; x: number[]; energy: number; gradient: number[]; hessianVector: number[] }[];
  minima: { beta: number; lambda: number; from: number; x: number[]; energy: number }[];
}
const golden = JSON.parse(readFileSync("fixtures/dense/hybrid.json", "utf8")) as Golden;
const PRIMES = [2, 3, 5, 7];
const XI = Float64Array.from({ length: 40 }, (_, j) => {
  const m = Math.floor(j / 4) + 1;
  const value = m * m * Math.sqrt(PRIMES[j % 4]);
  return value - Math.floor(value);
});
const stored = (X: Float64Array, D: number, precision: "f32" | "f64" = "f64"): Rows => {
  const rows = new Rows(D, { precision });
  rows.append(X);
  return rows;
};
const rows = stored(XI, 4);
const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => Math.sqrt(Array.from(a).reduce((sum, value, k) => sum + (value - b[k]) * (value - b[k]), 0));
const near = (a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number): boolean =>
  Array.from(a).every((value, i) => Math.abs(value - b[i]) <= tolerance * Math.max(1, Math.abs(b[i])));

t.test("golden: energy, gradient and Hessian times v (mpmath, 60 digits), in, near and far outside the supports", async (t) => {
  for (const { beta, lambda, x, energy, gradient, hessianVector } of golden.cases) {
    const hybrid = hybridEnergy(beta, lambda);
    const at = Float64Array.from(x);
    const what = `beta ${beta}, lambda ${lambda}, x ${x[0]}`;
    // f64 sums of ten terms; far away the exponents are in the ten thousands, and the softmax keeps 1e-12 of them.
    t.ok(near([hybrid.evaluate(rows, at)[0].energy], [energy], 1e-13), what);
    t.ok(near(hybrid.gradient(rows, at), gradient, 1e-11), what);
    t.ok(near(hybrid.hessianVector(rows, at, Float64Array.from(golden.v)), hessianVector, 1e-9), what);
  }
});

t.test("golden: minima from the patterns (scipy's BFGS); energies fall", async (t) => {
  for (const { beta, lambda, from, x, energy } of golden.minima) {
    const found = descend(rows, hybridEnergy(beta, lambda), rows.row(from), { tolerance: 1e-12 });
    t.ok(found.converged);
    t.ok(near(found.state, x, 1e-7), `lambda ${lambda}, pattern ${from}`); // BFGS stops at gradients of 1e-13 times a condition
    t.ok(near([found.energies[found.energies.length - 1]], [energy], 1e-12));
  }
});

/** Anything: 2 to 8 patterns, a state in or far out. */
const anything = fc.record({
  D: fc.constantFrom(1, 2, 3, 5, 8), M: fc.integer({ min: 1, max: 8 }), seed: fc.integer({ min: 0, max: 1e6 }),
  beta: fc.double({ min: 0.05, max: 50, noNaN: true }), lambda: fc.double({ min: 1e-9, max: 100, noNaN: true }), reach: fc.constantFrom(0.1, 1, 10, 1000),
});
const drawn = ({ D, M, seed, reach }: { D: number; M: number; seed: number; reach: number }): { rows: Rows; x: Float64Array } => {
  const rng = seeded(seed);
  return { rows: stored(Float64Array.from({ length: M * D }, () => rng.normal()), D), x: Float64Array.from({ length: D }, () => reach * rng.normal()) };
};

t.test("between LSE and LSR, finite everywhere; outside every support it is LSE and a constant", async (t) => {
  let outside = 0;
  fc.assert(fc.property(anything, (one) => {
    const { rows, x } = drawn(one);
    const { beta, lambda } = one;
    const [hybrid] = hybridEnergy(beta, lambda).evaluate(rows, x);
    const [lse] = softmaxEnergy(beta, "euclidean").evaluate(rows, x);
    const [lsr] = lsrEnergy(beta).evaluate(rows, x);
    const shift = log(1 + lambda) / beta;
    const room = 1e-12 * Math.max(1, hybrid.scale); // rounding of sums of at most eight terms
    if (!Number.isFinite(hybrid.energy) || hybrid.next === undefined || !hybrid.next.every(Number.isFinite)) return false;
    if (!(lse.energy - shift <= hybrid.energy + room && hybrid.energy <= lsr.energy - shift + room)) return false;
    if (lsr.next !== undefined) return true;
    outside++;
    return near([hybrid.energy], [lse.energy - log(lambda) / beta], 1e-13 * Math.max(1, hybrid.scale)) && near(hybrid.next, lse.next!, 0);
  }), { numRuns: 400 });
  t.ok(outside > 100, `${outside} of 400 states were outside`);
});

t.test("the step never raises E, from anywhere; the gradient is that of the composed energy and of differences", async (t) => {
  fc.assert(fc.property(anything, (one) => {
    const { rows, x } = drawn(one);
    const energy = hybridEnergy(one.beta, one.lambda);
    let at = x;
    for (let step = 0; step < 5; step++) {
      const [{ energy: E, next, scale }] = energy.evaluate(rows, at);
      const [there] = energy.evaluate(rows, next!);
      if (!(there.energy <= E + 1e-13 * scale)) return false; // rounding of the logarithm's argument
      at = next!;
    }
    return true;
  }), { numRuns: 300 });
  const { beta, lambda } = { beta: 7, lambda: 0.03 };
  const composed = new DenseEnergy({
    Xi: Array.from({ length: 10 }, (_, mu) => rows.row(mu)), beta, similarity: negHalfSquaredL2, scaling: "log",
    separation: { name: "core and tail", F: (z) => Math.max(1 + z, 0) + lambda * exp(z), f: (z) => (z > -1 ? 1 : 0) + lambda * exp(z) },
  });
  const rng = seeded(2);
  for (let i = 0; i < 20; i++) {
    const x = Float64Array.from({ length: 4 }, () => 1.4 * rng.uniform() - 0.2);
    const energy = hybridEnergy(beta, lambda);
    t.ok(near([energy.evaluate(rows, x)[0].energy], [composed.energy(x)], 1e-13));
    t.ok(near(energy.gradient(rows, x), composed.gradient(x), 1e-12));
    t.ok(near(energy.weights(rows, x), composed.weights(x).map((c, _, all) => c / all.reduce((a, b) => a + b, 0)), 1e-12));
  }
});

t.test("every LSR minimum whose basin is wider than lambda M / (|K| sqrt(e beta)) has one of the hybrid's within it: patterns move by O(lambda)", async (t) => {
  let tried = 0;
  for (const [seed, D, M, beta] of [[1, 4, 12, 30], [2, 2, 9, 12], [3, 6, 10, 8], [4, 1, 6, 60]]) {
    const rng = seeded(seed);
    const X = Float64Array.from({ length: M * D }, () => rng.uniform());
    const store = stored(X, D);
    for (const { members } of minimaAt(pairDistances(X, D), beta).minima) {
      const c = centroid(store, members);
      const rho = basinRadius(store, c, beta);
      const moved = [1e-2, 1e-3, 1e-4, 1e-5].map((lambda) => {
        const d = tailShift(lambda, beta, M, members.length);
        if (!(d < rho)) return NaN;
        tried++;
        const { state, converged } = descend(store, hybridEnergy(beta, lambda), c, { tolerance: 1e-13 });
        t.ok(converged);
        const shift = distance(state, c);
        if (!(shift <= d + 1e-12)) t.fail(`moved by ${shift}, more than ${d}`);
        return shift / lambda;
      });
      // O(lambda): ten times less lambda, ten times less shift, once it is small.
      if (moved.every((value) => value > 1e-6)) t.ok(Math.abs(moved[3] / moved[2] - 1) < 0.05, `${moved.join(" ")}`);
    }
  }
  t.ok(tried > 100, `${tried} minima`);
});

t.test("as a memory: energy hybrid, its tail in the parameters and in the file; masks; refusals", async (t) => {
  const patterns = Array.from({ length: 10 }, (_, mu) => rows.row(mu));
  const memory = new DenseMemory({ energy: "hybrid", beta: 40, lambda: 1e-4, precision: "f64" });
  memory.store(patterns);
  t.match(memory.parameters, { energy: "hybrid", lambda: "0.0001" });
  const far = memory.recall(patterns[3].map((value) => value + 5));
  t.ok(far.accepted && far.criterion === "none" && far.energies.every((E, i) => i === 0 || E <= far.energies[i - 1]));
  t.ok(Number.isFinite(far.energies[0]));
  const reopened = DenseMemory.fromBytes(memory.toBytes());
  t.same(reopened.recall(patterns[1]), memory.recall(patterns[1]));
  t.same(reopened.parameters, memory.parameters);
  const masked = memory.recall(patterns[4].map((value, k) => (k === 2 ? 9 : value)), { visible: [1, 1, 0, 1] });
  t.equal(masked.key, 4);
  const plain = new DenseMemory({ energy: "hybrid" });
  plain.store(patterns);
  t.equal(plain.parameters.lambda, "0.001", "the default says itself");
  for (const lambda of [0, -1, NaN, Infinity]) {
    t.throws(() => new DenseMemory({ energy: "hybrid", lambda }), { message: /lambda: expected a finite number above 0/ });
    t.throws(() => hybridEnergy(1, lambda), { message: /lambda/ });
  }
  t.throws(() => hybridEnergy(1, 1).hessianVector(rows, rows.row(0), new Float64Array(3)), { message: /direction: expected 4 numbers/ });
  t.throws(() => memory.recall(patterns[0], { far: "nearest" }), { message: /far: expected an energy of compact support/ });
});
