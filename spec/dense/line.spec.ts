/** Energies on a line: every stretch is what its neighbours make it; the pair under eight kernels, against numpy and closed forms. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import t from "tap";
import { inflection, KERNELS, pairEnergy, pairForce, pairWindow, stretches, type Kernel } from "../../src/dense/index.ts";

const kernel = (name: string): Kernel => KERNELS.find((one) => one.name === name)!;
const kinds = (energies: number[], ceiling?: number): string[] => stretches(energies, { ceiling }).map(({ kind, from, to }) => `${kind} ${from}-${to}`);

t.test("what a stretch is", async (t) => {
  t.same(kinds([]), []);
  t.same(kinds([7]), ["minimum 0-0"]);
  t.same(kinds([2, 1, 3]), ["minimum 1-1"]);
  t.same(kinds([1, 2, 1]), ["minimum 0-0", "minimum 2-2"], "ends count");
  t.same(kinds([2, 1, 1, 3]), ["minimum 1-2"], "halfway between two samples");
  t.same(kinds([2, 1, 1, 1, 3]), ["flat minimum 1-3"]);
  t.same(kinds([1, 2, 2, 2, 1]), ["minimum 0-0", "ridge 1-3", "minimum 4-4"]);
  t.same(kinds([1, 2, 2, 2, 3]), ["minimum 0-0", "shoulder 1-3"]);
  t.same(kinds([3, 2, 2, 2, 1]), ["shoulder 1-3", "minimum 4-4"]);
  t.same(kinds([1, 2, 2, 1]), ["minimum 0-0", "minimum 3-3"], "two equal neighbours at a maximum are no ridge");
  t.same(kinds([9, 9, 9, 1, 9, 9], 9), ["minimum 3-3"], "off the support");
  t.same(kinds([9, 9, 9], 9), []);
  t.same(kinds([Infinity, 1, Infinity]), ["minimum 1-1"]);
  t.throws(() => stretches([1, NaN]), { name: "EngramError", message: /sample 1/ });
});

t.test("minima of random rows: one more than maxima between supports, and none missed", async (t) => {
  t.doesNotThrow(() => fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 40 }), (energies) => {
    const found = stretches(energies);
    const at = (i: number): number => energies[i] ?? Infinity;
    // Independent: compress runs, then look at neighbours.
    const runs = energies.reduce<{ value: number; from: number; to: number }[]>((list, value, i) => (list.at(-1)?.value === value ? (list[list.length - 1].to = i, list) : [...list, { value, from: i, to: i }]), []);
    const minima = runs.filter(({ from, to, value }) => at(from - 1) > value && at(to + 1) > value);
    return found.filter(({ kind }) => kind.endsWith("minimum")).map(({ from, to }) => `${from}-${to}`).join() === minima.map(({ from, to }) => `${from}-${to}`).join()
      && found.every(({ kind, from, to }) => kind === "minimum" || to - from >= 2);
  })));
});

t.test("the force is the slope of the energy, up to a positive factor", async (t) => {
  for (const one of KERNELS.filter(({ name }) => name !== "uniform")) {
    for (const h of [0.6, 1.5, 1.9, 2.3, 5]) {
      const [E, F] = [pairEnergy(one, h), pairForce(one, h)];
      for (const x of [-1.27, -0.71, -0.2, 0.05, 0.41, 0.93, 1.22]) {
        if (!Number.isFinite(E(x))) continue;
        const f = one.kappa(((x - 1) / h) ** 2) + one.kappa(((x + 1) / h) ** 2);
        const slope = (E(x + 1e-6) - E(x - 1e-6)) / 2e-6;
        // E' = (2 / h^2) F / f; a central difference of 1e-6 is good to 1e-9 where E is smooth
        t.ok(Math.abs(slope - ((2 / (h * h)) * F(x)) / f) < 1e-6 * Math.max(1, Math.abs(slope)), `${one.name}, h = ${h}, x = ${x}: ${slope}`);
      }
    }
  }
});

t.test("inflections and windows have their closed forms", async (t) => {
  const closed: [string, number][] = [["epanechnikov", 1], ["cosine", 1], ["quartic", 1 / Math.sqrt(3)], ["triweight", 1 / Math.sqrt(5)], ["tricube", 4 ** (-1 / 3)], ["gaussian", Math.SQRT1_2]];
  for (const [name, u] of closed) t.ok(Math.abs(inflection(kernel(name))! - u) < 1e-9, name);
  for (const name of ["triangle", "uniform"]) t.equal(inflection(kernel(name)), undefined, name);
  for (const [name, low] of [["epanechnikov", 1], ["cosine", 1], ["quartic", Math.sqrt(3)], ["tricube", 4 ** (1 / 3)]] as const) {
    const found = pairWindow(kernel(name))!;
    t.ok(Math.abs(found.low - low) < 1e-8 && found.high === 2, name);
    // Just inside there are three minima, just outside there are not: what the window claims, on a fine row of samples.
    const minima = (h: number): number[] => {
      const x = Float64Array.from({ length: 4001 }, (_, i) => (i - 2000) / 1000);
      return stretches(x.map(pairEnergy(kernel(name), h)), { tolerance: 0 }).filter(({ kind }) => kind === "minimum").map(({ from, to }) => (x[from] + x[to]) / 2);
    };
    for (const h of [low + 0.01, 1.8, 1.99].filter((one) => one > low)) t.same(minima(h), [-1, 0, 1], `${name}, h = ${h}`);
    for (const h of [low - 0.01, 2.01]) t.not(minima(h).length, 3, `${name}, h = ${h}`);
  }
  for (const name of ["gaussian", "triangle", "uniform", "triweight"]) t.equal(pairWindow(kernel(name)), undefined, name);
});

t.test("counts of minima are numpy's", async (t) => {
  const { merging, kernels } = JSON.parse(readFileSync("fixtures/dense/figures.json", "utf8")) as { merging: Record<string, number[]>; kernels: Record<string, Record<"mass" | "muK" | "sigmaK" | "efficiency", number>> };
  t.equal(Object.keys(merging).length, 6);
  for (const [name, counts] of Object.entries(merging)) {
    const own = [0.2, 0.5, 1.5, 1.9, 2, 2.3, 3].map((h) => {
      const x = Float64Array.from({ length: 1001 }, (_, i) => (i - 500) / 250);
      const E = name === "gaussian" ? pairEnergy(kernel(name), h * Math.SQRT2, 1e-10, Math.sqrt(Math.PI)) : pairEnergy(kernel(name), h, 1e-10);
      return stretches(x.map(E), { ceiling: 0.99 * -Math.log(1e-10) }).filter(({ kind }) => kind === "minimum").length;
    });
    t.same(own, counts, name);
  }
  for (const one of KERNELS) for (const what of ["mass", "muK", "sigmaK", "efficiency"] as const) t.ok(Math.abs(one[what] / kernels[one.name][what] - 1) < 1e-12, `${one.name}, ${what}`); // scipy's quadrature asks for 1e-13
});

t.test("bandwidths that are none are refused", async (t) => {
  for (const h of [0, -1, NaN, Infinity]) {
    t.throws(() => pairEnergy(KERNELS[0], h), { name: "EngramError", message: /bandwidth/ });
    t.throws(() => pairForce(KERNELS[0], h), { name: "EngramError", message: /bandwidth/ });
  }
  t.equal(pairEnergy(kernel("epanechnikov"), 0.5)(0), Infinity, "off the support");
});
