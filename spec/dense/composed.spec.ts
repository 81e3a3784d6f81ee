/** Every similarity x separation x scaling x operation, the user's own among them, at several sizes: gradients, and energies that never rise. */
import t from "tap";
import { seeded } from "../../src/numeric/index.ts";
import {
  cosineSimilarity, DenseEnergy, dot, epanechnikov, exponential, identity, KERNELS, layerNorm, minimaAt, negHalfSquaredL2, noOperation, pairDistances, power, rectified,
  signOperation, unitNorm,
} from "../../src/dense/index.ts";
import type { EnergyParts, Operation, Scaling, Separation, Similarity } from "../../src/dense/index.ts";

/** The user's own: a smooth minus-L1 distance, F = log(1 + e^z), Q = 2 sqrt A, g = x + x^3 / 10. */
const smoothL1: Similarity = {
  name: "smooth L1",
  value: (x, xi) => -x.reduce((sum, value, k) => sum + Math.sqrt(1 + (value - xi[k]) ** 2), 0),
  addGradient: (x, xi, weight, out) => xi.forEach((value, k) => (out[k] += (weight * (value - x[k])) / Math.sqrt(1 + (value - x[k]) ** 2))),
};
const softplus: Separation = { name: "softplus", F: (z) => Math.log1p(Math.exp(z)), f: (z) => 1 / (1 + Math.exp(-z)) };
const squareRoot: Scaling = { name: "sqrt", Q: (A) => (A > 0 ? 2 * Math.sqrt(A) : -Infinity), dQ: (A) => (A > 0 ? 1 / Math.sqrt(A) : 0) };
const cubic: Operation = { name: "x + x^3/10", apply: (x) => x.map((value) => value + value ** 3 / 10), pullback: (x, u) => u.map((value, k) => value * (1 + 0.3 * x[k] * x[k])) };

const SIMILARITIES = [dot, negHalfSquaredL2, cosineSimilarity, smoothL1];
const KERNELS_WITH_GRADIENT = KERNELS.filter(({ name }) => name !== "uniform");
const SEPARATIONS: readonly Separation[] = [identity, power(2), power(3), power(20), rectified(2), rectified(5), exponential, epanechnikov, softplus, ...KERNELS_WITH_GRADIENT];
const SCALINGS = ["identity", "log", squareRoot] as const;
const OPERATIONS = [noOperation, unitNorm, layerNorm(1.3, 0.2), cubic];
const SIZES = [[1, 1], [2, 3], [5, 7], [17, 2]] as const;

const rng = seeded(21);
const draw = (n: number, d: number): Float64Array[] => Array.from({ length: n }, () => Float64Array.from({ length: d }, () => rng.normal()));

/** Every composition at every size, with a state of finite energy; `beta` keeps the compact kernels' supports over most of the data. */
function compositions(visit: (parts: EnergyParts, E: DenseEnergy, x: Float64Array, label: string) => void): void {
  for (const [N, D] of SIZES) for (const similarity of SIMILARITIES) for (const separation of SEPARATIONS) for (const scaling of SCALINGS) {
    for (const operation of OPERATIONS) for (const quadratic of [false, true]) {
      const parts: EnergyParts = { Xi: draw(N, D), similarity, separation, scaling, operation, quadratic, beta: 0.4 / D, eps: scaling === "identity" ? 0 : 0.3 };
      const E = new DenseEnergy(parts);
      const [x] = draw(1, D);
      const label = `${N} x ${D}, ${similarity.name}, ${separation.name}, ${typeof scaling === "string" ? scaling : scaling.name}, ${operation.name}${quadratic ? ", with R" : ""}`;
      if (Number.isFinite(E.energy(x))) visit(parts, E, x, label); // else a logarithm or root of a negative sum: odd powers, cosines
    }
  }
}

t.test("theorem: the gradient is the finite difference of the energy, for every composition", async (t) => {
  let compared = 0;
  compositions((_, E, x, label) => {
    const g = E.gradient(x);
    const [direction] = draw(1, x.length);
    const h = 1e-5;
    const at = (step: number): number => E.energy(x.map((value, k) => value + step * direction[k]));
    const central = (step: number): number => (at(step) - at(-step)) / (2 * step);
    const numeric = central(h);
    const slope = dot.value(g, direction);
    compared++;
    // the error of h^2 is a third of the difference to twice the step; rounding is 1e-16 / h of energies of order 1 and their terms
    const error = Math.abs(central(2 * h) - numeric);
    if (!(Math.abs(numeric - slope) <= error + 1e-9 * Math.max(1, E.evaluate(x)[0].scale, Math.abs(slope)))) t.fail(`${label}: ${slope}, differences ${numeric}`);
  });
  t.ok(compared > 5000, `${compared} compared`);
});

t.test("theorem: no dynamics raises the energy of any composition, and one that rests has no force left", async (t) => {
  let watched = 0;
  let rested = 0;
  compositions((_, E, x, label) => {
    const method = (["fixed-point", "euler", "rk4"] as const)[watched % 3];
    const { energies, state, converged } = E.descend(x, { method, dt: 0.3, maxSteps: 12, tolerance: 1e-7 });
    watched++;
    // the contract: within rounding, relative to the terms the energy is computed from
    const rounding = 1e-12 * Math.max(1, E.evaluate(x)[0].scale, E.evaluate(state)[0].scale);
    if (!state.every(Number.isFinite) || energies.some((value) => !Number.isFinite(value))) t.fail(`${label}, ${method}: ${state.join()} with energies ${energies.join()}`);
    energies.forEach((value, i) => {
      if (i > 0 && !(value <= energies[i - 1] + rounding)) t.fail(`${label}, ${method}: ${energies[i - 1]} -> ${value}`);
    });
    if (converged && method === "fixed-point") {
      rested++;
      const next = E.update(state)!;
      // 1e-7 of the largest coordinate met on the way: some paths come from 10 times as far out
      const size = state.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      if (!next.every((value, k) => Math.abs(value - state[k]) <= 1e-6 * size)) t.fail(`${label}: converged and still moving`);
    }
  });
  t.ok(watched > 5000 && rested > 300, `${watched} watched, ${rested} rested`);
});

/**
 * F convex and rising over the distances that occur makes the mean-shift step a minimum of a bound of A from below, so that A never falls,
 * whatever rises with it (identity, log, sqrt). With R the bound must hold for Q[A] itself: F = e^z under the logarithm, or Q = A.
 */
const RISING_CONVEX = new Set<string>(["identity", "exponential", "epanechnikov", "softplus", ...KERNELS_WITH_GRADIENT.filter(({ monotone }) => monotone).map(({ name }) => name)]);
const promised = ({ similarity, separation, scaling, operation, quadratic }: EnergyParts): boolean => {
  if (operation !== noOperation) return false;
  const softmax = scaling === "log" && (separation === exponential || separation.name === "gaussian");
  if (similarity === dot) return quadratic === true && softmax; // (M60)
  return similarity === negHalfSquaredL2 && RISING_CONVEX.has(separation.name) && (quadratic !== true || softmax || scaling === "identity");
};

t.test("theorem: one unguarded step never raises the energy where the bound holds", async (t) => {
  let steps = 0;
  compositions((parts, E, x, label) => {
    if (!promised(parts)) return;
    for (let n = 0; n < 4; n++) {
      const next = E.update(x);
      if (next === undefined) break;
      steps++;
      // rounding of the energies, of order 1
      if (!(E.energy(next) <= E.energy(x) + 1e-12 * Math.max(1, Math.abs(E.energy(x))))) t.fail(`${label}: ${E.energy(x)} -> ${E.energy(next)}`);
      x = next;
    }
  });
  t.ok(steps > 500, `${steps} steps`);
});

t.test("an energy without a bottom never converges, and says so", async (t) => {
  const away = new DenseEnergy({ Xi: draw(3, 2), similarity: negHalfSquaredL2, separation: power(20), scaling: "identity", beta: 1 });
  for (const method of ["fixed-point", "euler", "rk4"] as const) {
    const { state, converged, reason } = away.descend([5, 6], { method, dt: 0.3 });
    t.ok(!converged && state.every(Number.isFinite), method);
    t.match(reason, /falls without bound/, method);
  }
});

t.test("sign is flat: no gradient, and the state rests", async (t) => {
  const E = new DenseEnergy({ Xi: draw(5, 7), similarity: dot, separation: power(2), scaling: "identity", beta: 1, operation: signOperation });
  const [x] = draw(1, 7);
  t.ok(E.gradient(x).every((value) => value === 0));
  t.ok(E.descend(x).converged);
});

t.test("the minima found by sets are minima of the composed energy: no slope there, and higher all around", async (t) => {
  for (const [N, D, beta] of [[1, 1, 3], [2, 1, 0.9], [7, 2, 1.5], [11, 3, 1], [13, 5, 0.6]]) {
    const Xi = draw(N, D);
    const E = new DenseEnergy({ Xi, similarity: negHalfSquaredL2, separation: epanechnikov, scaling: "log", beta });
    const { minima, complete } = minimaAt(pairDistances(Xi.flatMap((xi) => Array.from(xi)), D), beta);
    t.ok(complete && minima.length > 0);
    for (const { members, energy } of minima) {
      const c = Float64Array.from({ length: D }, (_, k) => members.reduce((sum, mu) => sum + Xi[mu][k], 0) / members.length);
      // rounding of sums of up to 13 terms of order 1, divided by D(c), which is above 1e-3 here
      t.ok(Math.abs(E.energy(c) - energy) < 1e-11 && E.gradient(c).every((value) => Math.abs(value) < 1e-11), `${N} x ${D}: ${members.join()}`);
      const gaps = Xi.map((xi) => Math.abs(Math.sqrt(dot.value(xi, xi) - 2 * dot.value(xi, c) + dot.value(c, c)) - Math.sqrt(2 / beta)));
      const size = 0.99 * Math.min(...gaps); // within the ball of (L23)
      for (const direction of draw(8, D)) {
        const length = Math.sqrt(dot.value(direction, direction));
        t.ok(E.energy(c.map((value, k) => value + (size * direction[k]) / length)) > energy - 1e-12);
      }
    }
  }
});
