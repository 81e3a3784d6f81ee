import t from "tap";
import { readFileSync } from "node:fs";
import { descend, dot, eulerStep, exp, integrate, rk4Step, seeded, sin } from "../../src/numeric/index.ts";
import type { Flow } from "../../src/numeric/index.ts";

const golden = JSON.parse(readFileSync("fixtures/numeric/golden.json", "utf8")) as { pendulum: { t: number; start: number[]; end: number[] } };
const pendulum: Flow = (x) => Float64Array.of(x[1], -sin(x[0]));
const decay: Flow = (x) => x.map((value) => -value);

t.test("the adaptive pair: scipy's pendulum, an error that follows the tolerance, and order 5", async (t) => {
  const { t: until, start, end } = golden.pendulum;
  const results = [1e-4, 1e-6, 1e-8, 1e-10, 1e-12].map((tolerance) => {
    const { x, finished, steps } = integrate(pendulum, Float64Array.from(start), until, tolerance);
    t.ok(finished);
    const error = Math.max(Math.abs(x[0] - end[0]), Math.abs(x[1] - end[1]));
    t.ok(error < 100 * tolerance, `${tolerance}: ${error}, one tolerance a step over ${steps} steps, most of them far below it`);
    return steps;
  });
  // Steps grow as tolerance^(-1/5): 100 times stricter is 2.5 times as many.
  for (const [i, steps] of results.slice(2).entries()) t.ok(Math.abs(steps / results[i + 1] - 2.5) < 0.6, `${results}`);
});

t.test("the adaptive pair at its edges", async (t) => {
  t.same(integrate(decay, Float64Array.of(3), 0), { x: Float64Array.of(3), t: 0, steps: 0, finished: true });
  t.ok(Math.abs(integrate(decay, Float64Array.of(1), 1, 1e-12).x[0] - exp(-1)) < 1e-11);
  t.same(integrate(() => Float64Array.of(0), Float64Array.of(5), 10).x[0], 5, "at rest");
  const blowUp = integrate((x) => Float64Array.of(x[0] * x[0]), Float64Array.of(1), 2);
  t.ok(!blowUp.finished && blowUp.t < 1.0001 && Number.isFinite(blowUp.x[0]), "1 / (1 - t) ends at 1, and says so");
  const wall = integrate((x) => Float64Array.of(x[0] > 0.5 ? NaN : 1), Float64Array.of(0), 1);
  t.ok(!wall.finished && wall.x[0] <= 0.5 && wall.x[0] > 0.49, "up to where the flow is defined");
  const stiff = integrate((x) => Float64Array.of(-1e5 * x[0]), Float64Array.of(1), 1, 1e-6);
  t.ok(stiff.finished && Math.abs(stiff.x[0]) < 1e-4, "stiff flows cost steps, not sense");
  t.throws(() => integrate(decay, Float64Array.of(1), -1), { message: /until/ });
  t.throws(() => integrate(decay, Float64Array.of(1), 1, 0), { message: /tolerance/ });
  t.throws(() => integrate(decay, Float64Array.of(1, NaN), 1), { name: "EngramError", message: /coordinate 1/ });
});

t.test("a flow that reuses one array for its answer is read in time; the start is never changed", async (t) => {
  const shared = new Float64Array(2);
  const reuse: Flow = (x) => {
    shared.set(pendulum(x));
    return shared;
  };
  const x = Float64Array.of(1, 0.5);
  t.same(rk4Step(reuse, x, 0.1), rk4Step(pendulum, x, 0.1));
  t.same(eulerStep(reuse, x, 0.1), eulerStep(pendulum, x, 0.1));
  t.same(integrate(reuse, x, 1), integrate(pendulum, x, 1));
  t.same(x, Float64Array.of(1, 0.5));
});

t.test("descent: the energy never rises, whatever the first step, and the minimum is found", async (t) => {
  const rng = seeded(4);
  for (const D of [1, 2, 3, 5, 8, 17]) {
    const h = Float64Array.from({ length: D }, () => 0.1 + 5 * rng.uniform());
    const energy = (x: Float64Array): number => 0.5 * dot(h.map((a, i) => a * x[i]), x);
    const f: Flow = (x) => x.map((value, i) => -h[i] * value);
    const x0 = Float64Array.from({ length: D }, () => 10 * rng.normal());
    for (const method of ["euler", "rk4"] as const) {
      for (const dt of [0.01, 0.3, 1000]) { // 1000 overshoots: a plain step would diverge
        const { x, energies, converged, steps } = descend(f, energy, x0, { dt, method, maxSteps: 100000 });
        t.ok(converged && energies.length === steps + 1, `${D} ${method} ${dt}`);
        // 1e-12 of the larger of 1 and the energy is the default slack
        t.ok(energies.every((E, i) => i === 0 || E <= energies[i - 1] + 1e-12 * Math.max(1, energies[i - 1])), "never rises");
        // At rest: |f| dt <= 1e-9, and |f| >= .1 |x|
        t.ok(Math.max(...x.map(Math.abs)) <= 1e-8 / dt, `${Math.max(...x.map(Math.abs))}`);
      }
    }
    t.ok(x0.some((value) => Math.abs(value) > 1e-3), "the start is not changed");
  }
  const curved = (x: Float64Array): number => (1 - x[0]) ** 2 + 100 * (x[1] - x[0] * x[0]) ** 2;
  const valley = descend((x) => Float64Array.of(2 * (1 - x[0]) + 400 * x[0] * (x[1] - x[0] * x[0]), -200 * (x[1] - x[0] * x[0])), curved, Float64Array.of(-1.2, 1), { dt: 1, maxSteps: 200000, tolerance: 1e-6 });
  t.ok(valley.energies.every((E, i) => i === 0 || E <= valley.energies[i - 1] + 1e-12 * Math.max(1, valley.energies[i - 1])) && valley.energies.at(-1)! < 1e-6, `Rosenbrock's valley: ${valley.energies.at(-1)} after ${valley.steps}`);
});

t.test("descent at its edges", async (t) => {
  const energy = (x: Float64Array): number => 0.5 * x[0] * x[0];
  t.same(descend(decay, energy, Float64Array.of(0)).converged, true, "already there");
  const short = descend(decay, energy, Float64Array.of(1), { maxSteps: 3 });
  t.same([short.converged, short.steps, short.energies.length], [false, 3, 4]);
  const uphill = descend((x) => x.map((value) => value), energy, Float64Array.of(1));
  t.ok(!uphill.converged && Math.abs(uphill.x[0] - 1) < 3e-12, "a flow that only climbs goes nowhere and is not called converged");
  const strict = descend((x) => x.map((value) => value), energy, Float64Array.of(1), { slack: 0 });
  t.ok(!strict.converged && strict.x[0] === 1);
  const offset = descend(decay, (x) => 1e6 + energy(x), Float64Array.of(1), { tolerance: 1e-12 });
  t.ok(offset.converged && Math.abs(offset.x[0]) <= 1e-11, "an energy too coarse to see the last steps does not stop them");
  const noisy = (x: Float64Array): number => energy(x) + 1e-13 * sin(1e9 * x[0]); // what a sum over many rows looks like from close by
  t.ok(descend(decay, noisy, Float64Array.of(1)).converged, "rounding of the energy is no rise");
  t.notOk(descend(decay, noisy, Float64Array.of(1), { slack: 0 }).converged, "unless it is declared exact");
  t.notOk(descend(decay, noisy, Float64Array.of(1), { energySize: 1e-6 }).converged, "or made of small terms");
  const cliff = descend(() => Float64Array.of(1), (x) => (x[0] > 0.5 ? NaN : -x[0]), Float64Array.of(0), { dt: 1 });
  t.ok(!cliff.converged && cliff.x[0] <= 0.5 && cliff.x[0] > 0.499, "a NaN energy counts as a rise");
  t.throws(() => descend(decay, () => NaN, Float64Array.of(1)), { message: /energy at the start/ });
  t.throws(() => descend(decay, energy, Float64Array.of(Infinity)), { message: /coordinate 0/ });
  t.throws(() => descend(decay, energy, Float64Array.of(1), { dt: 0 }), { message: /dt/ });
  t.throws(() => descend(decay, energy, Float64Array.of(1), { tolerance: NaN }), { message: /tolerance/ });
  t.throws(() => descend(decay, energy, Float64Array.of(1), { slack: -1 }), { message: /slack/ });
  t.throws(() => descend(decay, energy, Float64Array.of(1), { energySize: NaN }), { message: /energySize/ });
});
