import t from "tap";
import fc from "fast-check";
import { seeded } from "../../src/numeric/index.ts";
import { Rows } from "../../src/kernels/index.ts";
import {
  cosineSimilarity, DenseEnergy, descend, dot, epanechnikov, exponential, fullFromHalf, halfFromFull, identity, kernelEnergy, KERNELS, lse, lseDot, lsrEnergy,
  negHalfSquaredL2, power, rectified, softmaxEnergy,
} from "../../src/dense/index.ts";
import type { ContinuousEnergy } from "../../src/dense/index.ts";

const near = (a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number): boolean =>
  a.length === b.length && Array.from(a).every((value, i) => Math.abs(value - b[i]) <= tolerance * Math.max(1, Math.abs(b[i])));
const vectors = (rows: number[][]): Float64Array[] => rows.map((row) => Float64Array.from(row));
const packed = (rows: readonly ArrayLike<number>[], precision: "f32" | "f64" = "f64"): Rows => {
  const store = new Rows(rows[0].length, { precision });
  store.append(Float64Array.from(rows.flatMap((row) => Array.from(row))));
  return store;
};
const draw = (n: number, d: number, seed: number): Float64Array[] => {
  const rng = seeded(seed);
  return Array.from({ length: n }, () => Float64Array.from({ length: d }, () => rng.normal()));
};

// Fixture F3 of the notes on arXiv 2507.06211, printed to ten digits.
const XI = vectors([[-1, 0], [1, 0], [0, -Math.sqrt(3)]]);
const V = Float64Array.of(0.2, -0.3);

t.test("fixture F3: LSE", async (t) => {
  const E = lse(XI, 2);
  t.ok(near([E.energy(V)], [0.09798514886], 1e-9));
  t.ok(near(E.weights(V), [0.2634136412, 0.5862378395, 0.1503485193], 1e-9));
  t.ok(near(E.gradient(V), [-0.1228241984, -0.0395887257], 1e-9));
  const rows = packed(XI);
  const fast = softmaxEnergy(2, "euclidean");
  t.ok(near([fast.evaluate(rows, V)[0].energy], [0.09798514886], 1e-9), "the packed form agrees");
  t.ok(near(fast.gradient(rows, V), [-0.1228241984, -0.0395887257], 1e-9));
  const tenSteps = { method: "euler", dt: 0.1, maxSteps: 10, tolerance: 0 } as const;
  t.ok(near(descend(rows, fast, V, tenSteps).state, [0.3523879439, -0.2539690135], 1e-9), "ten steps of .1");
  t.ok(near(descend(rows, fast, V, { ...tenSteps, free: [0, 1] }).state, [0.2, -0.2646600677], 1e-9), "coordinate 0 clamped");
});

t.test("fixture F3: dot form and LSR; the temperature conventions", async (t) => {
  t.ok(near([lseDot(XI, 2).energy(V)], [-0.7386363319], 1e-9));
  const dotRows = packed(XI);
  t.ok(near(softmaxEnergy(2, "dot").evaluate(dotRows, V)[0].next!, [0.1646570681, -0.9814383935], 1e-9));
  t.ok(near([softmaxEnergy(2, "dot").evaluate(dotRows, V)[0].energy], [-0.7386363319], 1e-9));
  const lsr = new DenseEnergy({ Xi: XI, beta: 0.6, similarity: negHalfSquaredL2, separation: epanechnikov, scaling: "log" });
  t.ok(near([lsr.energy(V)], [-0.8792442236], 1e-9));
  t.ok(near(lsr.gradient(V), [0.3540305189, 0.4909522986], 1e-9));
  t.ok(near(lsr.arguments(V).map((z) => 1 + z), [0.541, 0.781, 0.3727691454], 1e-9));
  // (M45) with beta = 1 has the exponentials of (M58) with beta = 2, and twice its energy.
  t.equal(halfFromFull(1), 2);
  t.equal(fullFromHalf(2), 1);
  t.ok(near([2 * lse(XI, halfFromFull(1)).energy(V)], [0.1959702977], 1e-9));
});

t.test("the fixed points of the pair at +-1 solve x = tanh(beta x); they merge at beta = 1", async (t) => {
  const rows = packed(vectors([[-1], [1]]));
  // Printed in the notes (M68 ff.) to ten digits.
  for (const [beta, x] of [[1.5, 0.8585596], [2, 0.957504], [4.11, 0.9994593]]) {
    const end = descend(rows, softmaxEnergy(beta, "euclidean"), Float64Array.of(0.5), { tolerance: 1e-13, maxSteps: 10000 });
    t.ok(Math.abs(end.state[0] - x) < 1e-7, `beta ${beta}`);
  }
  t.ok(Math.abs(descend(rows, softmaxEnergy(0.4, "euclidean"), Float64Array.of(0.5), { tolerance: 1e-13 }).state[0]) < 1e-9);
});

const separations = [identity, power(2), power(3), rectified(2), rectified(5), exponential, epanechnikov, ...KERNELS.filter((k) => k.name !== "uniform" && k.name !== "triangle")];
const similarities = [dot, negHalfSquaredL2, cosineSimilarity];

t.test("theorem: the gradient is the finite difference of the energy, for every composition", async (t) => {
  for (const similarity of similarities) {
    for (const separation of separations) {
      for (const scaling of ["identity", "log"] as const) {
        const Xi = draw(5, 3, 2);
        const x = Float64Array.of(0.3, -0.2, 0.5);
        const E = new DenseEnergy({ Xi, similarity, separation, scaling, beta: 0.3, eps: scaling === "log" ? 2.5 : 0, quadratic: similarity === dot });
        if (!Number.isFinite(E.energy(x))) continue; // log of a negative sum of odd powers
        const gradient = E.gradient(x);
        const h = 1e-5;
        const numeric = Float64Array.from(x, (_, k) => {
          const [up, down] = [x.slice(), x.slice()];
          up[k] += h;
          down[k] -= h;
          return (E.energy(up) - E.energy(down)) / (2 * h);
        });
        // Central differences: h^2 / 6 times a third derivative of order 10, plus rounding eps / h.
        t.ok(near(gradient, numeric, 1e-7), `${similarity.name}, ${separation.name}, ${scaling}`);
      }
    }
  }
});

t.test("F' is the derivative of F; kernels have the masses, moments and efficiencies of the table (M68)", async (t) => {
  for (const separation of separations) {
    for (const z of [-0.83, -0.41, -0.07]) {
      const h = 1e-6;
      t.ok(Math.abs((separation.F(z + h) - separation.F(z - h)) / (2 * h) - separation.f(z)) < 1e-8, `${separation.name} at ${z}`);
    }
  }
  const expected: Record<string, number> = { gaussian: 95.12, triangle: 98.59, uniform: 92.95, epanechnikov: 100, cosine: 99.95, quartic: 99.39, triweight: 98.67, tricube: 99.79 };
  for (const kernel of KERNELS) {
    t.ok(Math.abs(kernel.efficiency * 100 - expected[kernel.name]) < 0.006, `${kernel.name}: ${kernel.efficiency}`);
    // Midpoint rule over [-R, R]; the step 1e-4 leaves 1e-4 at a jump (uniform), far less elsewhere.
    const R = kernel.support === Infinity ? 6 : 1;
    const n = 2 * R * 10000;
    let [mass, second, square] = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      const u = -R + ((i + 0.5) * 2 * R) / n;
      const K = kernel.kappa(u * u);
      mass += K / 10000;
      second += (u * u * K) / 10000;
      square += (K * K) / 10000;
    }
    t.ok(near([mass, second / mass, square / mass ** 2], [kernel.mass, kernel.muK, kernel.sigmaK], 1e-6), `${kernel.name} by quadrature`);
  }
});

const energies = (beta: number): ContinuousEnergy[] => [
  softmaxEnergy(beta, "euclidean"), softmaxEnergy(beta, "dot"), lsrEnergy(beta), lsrEnergy(beta, 0.1),
  ...KERNELS.filter((k) => k.name !== "uniform").map((kernel) => kernelEnergy(kernel, beta)),
];

t.test("theorem: no dynamics raises the energy (fixed point, Euler, RK4; both precisions)", async (t) => {
  t.doesNotThrow(() => fc.assert(fc.property(fc.nat(1000), fc.double({ min: 0.05, max: 30, noNaN: true }), (seed, beta) => {
    const rng = seeded(seed);
    const Xi = draw(2 + rng.integer(12), 1 + rng.integer(5), seed);
    const x = Xi[0].map((value) => value + 0.3 * rng.normal());
    for (const precision of ["f32", "f64"] as const) {
      const rows = packed(Xi, precision);
      for (const energy of energies(beta)) {
        for (const method of ["fixed-point", "euler", "rk4"] as const) {
          const { energies: trace } = descend(rows, energy, x, { method, dt: 0.3, maxSteps: 30 });
          for (let i = 1; i < trace.length; i++) {
            // Rounding of the scores, in units of 1/beta, and of the energies from the start on.
            const slack = (precision === "f32" ? 1e-5 : 1e-12) * Math.max(1 / beta, 1, Math.abs(trace[0]), Math.abs(trace[i - 1]));
            if (!(trace[i] <= trace[i - 1] + slack)) return false;
          }
        }
      }
      rows.dispose();
    }
    return true;
  }), { numRuns: 25 }));
});

t.test("(M60) descent on LSE lowers E by at least eta (1 - eta/2) |grad|^2; (L16) LSR lies above LSE", async (t) => {
  for (let seed = 0; seed < 20; seed++) {
    const Xi = draw(7, 4, seed);
    const x = draw(1, 4, 100 + seed)[0];
    const E = lse(Xi, 1.7);
    const g = E.gradient(x);
    const norm2 = dot.value(g, g);
    for (const eta of [0.1, 0.7, 1, 1.9]) {
      const y = x.map((value, k) => value - eta * g[k]);
      t.ok(E.energy(y) <= E.energy(x) - eta * (1 - eta / 2) * norm2 + 1e-12);
    }
    const lsr = new DenseEnergy({ Xi, beta: 0.4, similarity: negHalfSquaredL2, separation: epanechnikov, scaling: "log" });
    t.ok(lsr.energy(x) >= lse(Xi, 0.4).energy(x) - 1e-12);
  }
});

t.test("Hessian-vector products of LSE and LSR are differences of their gradients", async (t) => {
  for (const separation of [exponential, epanechnikov]) {
    const E = new DenseEnergy({ Xi: draw(6, 3, 4), beta: 0.2, similarity: negHalfSquaredL2, separation, scaling: "log" });
    const x = Float64Array.of(0.1, 0.2, -0.3);
    const v = Float64Array.of(0.5, -1, 0.25);
    const h = 1e-5;
    const up = E.gradient(x.map((value, k) => value + h * v[k]));
    const down = E.gradient(x.map((value, k) => value - h * v[k]));
    t.ok(near(E.hessianVector(x, v), up.map((value, k) => (value - down[k]) / (2 * h)), 1e-7), separation.name);
  }
});

t.test("extreme beta, off the support, bad parameters", async (t) => {
  const rows = packed(draw(5, 3, 1));
  for (const beta of [1e-300, 1e-6, 1e6, 1e300]) {
    for (const energy of energies(beta)) {
      const { state, energies: trace } = descend(rows, energy, Float64Array.of(9, 9, 9), { maxSteps: 5 });
      t.notOk(state.some(Number.isNaN) || trace.some(Number.isNaN), `${energy.name} at ${beta}`);
    }
  }
  const outside = descend(rows, lsrEnergy(10), Float64Array.of(9, 9, 9));
  t.equal(outside.energies[0], Infinity);
  t.match(outside.reason, /outside the support/);
  t.throws(() => lse(XI, 0), { message: /beta/ });
  t.throws(() => lse(XI, Infinity), { message: /beta/ });
  t.throws(() => new DenseEnergy({ Xi: XI, beta: 1, eps: -1, similarity: dot, separation: identity, scaling: "log" }), { message: /epsilon/ });
  t.throws(() => descend(rows, lsrEnergy(1), Float64Array.of(0, 0, 0), { dt: 0, method: "euler" }), { message: /dt/ });
  t.throws(() => kernelEnergy(KERNELS[2], 1), { message: /uniform/ });
});
