/** Quadrature and mixtures: exactness of the rule, scipy's densities, samples that have the density's moments. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import t from "tap";
import { gaussianMixture, gaussLegendre, quadrature, seeded } from "../../src/numeric/index.ts";

t.test("Gauss-Legendre: weights add to 2, nodes are symmetric, polynomials to degree 2 n - 1 are exact", async (t) => {
  for (const n of [1, 2, 3, 5, 8, 17, 20, 64, 100]) {
    const { nodes, weights } = gaussLegendre(n);
    t.ok(Math.abs(weights.reduce((sum, w) => sum + w, 0) - 2) < 1e-13, `n = ${n}`); // n roundings of terms near 2 / n
    for (let i = 0; i < n; i++) {
      t.ok(Math.abs(nodes[i] + nodes[n - 1 - i]) < 1e-15 && weights[i] > 0 && Math.abs(nodes[i]) < 1);
      if (i > 0) t.ok(nodes[i] < nodes[i - 1], "descending");
    }
    for (let degree = 0; degree <= Math.min(39, 2 * n - 1); degree++) {
      const sum = nodes.reduce((total, x, i) => total + weights[i] * x ** degree, 0);
      t.ok(Math.abs(sum - (degree % 2 === 0 ? 2 / (degree + 1) : 0)) < 1e-13, `n = ${n}, degree ${degree}`);
    }
    if (n < 20) t.ok(Math.abs(nodes.reduce((total, x, i) => total + weights[i] * x ** (2 * n), 0) - 2 / (2 * n + 1)) > 1e-12, `degree ${2 * n} is not`);
  }
});

t.test("quadrature: cubics over any interval, direction, and smooth functions to rounding", async (t) => {
  fc.assert(fc.property(fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 4, maxLength: 4 }), fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: -3, max: 3, noNaN: true }), fc.integer({ min: 1, max: 9 }), (c, a, b, panels) => {
    const F = (x: number): number => c[0] * x + (c[1] * x ** 2) / 2 + (c[2] * x ** 3) / 3 + (c[3] * x ** 4) / 4;
    // values up to 700 over lengths up to 6, some hundred roundings
    return Math.abs(quadrature((x) => c[0] + c[1] * x + c[2] * x ** 2 + c[3] * x ** 3, a, b, panels) - (F(b) - F(a))) < 1e-11;
  }));
  t.ok(Math.abs(quadrature(Math.sin, 0, Math.PI) - 2) < 1e-14);
  t.ok(Math.abs(quadrature((x) => Math.exp(-x * x), -12, 12) - Math.sqrt(Math.PI)) < 1e-13);
  t.equal(quadrature(Math.exp, 1, 1), 0);
  for (const [from, to, panels, message] of [[0, Infinity, 4, /ends/], [NaN, 1, 4, /ends/], [0, 1, 0, /panels/], [0, 1, 1.5, /panels/]] as const) t.throws(() => quadrature(Math.sin, from, to, panels), { name: "EngramError", message });
  for (const n of [0, -1, 2.5, 101, NaN]) t.throws(() => gaussLegendre(n), { name: "EngramError", message: /nodes/ });
});

interface Golden {
  readonly mixtures: { dim: number; sigma: number; means: number[]; weights: number[]; points: number[][]; logDensity: number[] }[];
}

t.test("log p is scipy's, near the means and far out", async (t) => {
  const { mixtures } = JSON.parse(readFileSync("fixtures/dense/figures.json", "utf8")) as Golden;
  t.ok(mixtures.length >= 5);
  for (const { dim, sigma, means, weights, points, logDensity } of mixtures) {
    const mixture = gaussianMixture(means, dim, sigma, weights);
    // Sums of up to 17 squares of the size of the result: a few roundings, relative.
    points.forEach((x, i) => t.ok(Math.abs(mixture.logDensity(x) - logDensity[i]) <= 1e-12 * Math.max(1, Math.abs(logDensity[i])), `d = ${dim}, point ${i}: ${mixture.logDensity(x)} for ${logDensity[i]}`));
    t.equal(mixture.logDensity(new Float64Array(dim).fill(1e200)), -Infinity, "beyond f64: no NaN");
  }
});

t.test("samples: the mean and the spread of the density, the same for one seed", async (t) => {
  const mixture = gaussianMixture([0, 0, 4, 0, 0, 8], 2, 0.5, [1, 2, 5]);
  const n = 20000;
  const X = mixture.sample(n, seeded(3));
  const share = [0, 0, 0];
  let [sx, sy, square] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [x, y] = [X[2 * i], X[2 * i + 1]];
    const part = y > 4 ? 2 : x > 2 ? 1 : 0;
    share[part]++;
    sx += x;
    sy += y;
    square += (x - [0, 4, 0][part]) ** 2 + (y - [0, 0, 8][part]) ** 2;
  }
  // Four standard errors: shares sqrt(p (1 - p) / n) <= .0035, coordinates (spread below 4) .028, mean square .5 (spread .5) .0036
  [1 / 8, 2 / 8, 5 / 8].forEach((p, i) => t.ok(Math.abs(share[i] / n - p) < 0.0142, `part ${i}`));
  t.ok(Math.abs(sx / n - 1) < 0.12 && Math.abs(sy / n - 5) < 0.12);
  t.ok(Math.abs(square / n - 0.5) < 0.0145);
  t.same(mixture.sample(5, seeded(3)), mixture.sample(5, seeded(3)));
  t.equal(mixture.sample(0, seeded(1)).length, 0);
  // the density integrates to 1
  const line = gaussianMixture([0, 3], 1, 0.7, [1, 3]);
  t.ok(Math.abs(quadrature((x) => Math.exp(line.logDensity([x])), -12, 15, 64) - 1) < 1e-12);
});

t.test("bad mixtures are refused by what is wrong", async (t) => {
  for (const [means, dim, sigma, weights, message] of [
    [[], 2, 1, undefined, /means/], [[1, 2, 3], 2, 1, undefined, /means/], [[1, NaN], 2, 1, undefined, /finite/], [[1, Infinity], 1, 1, undefined, /finite/], [[1], 0, 1, undefined, /means/], [[1], 1.5, 1, undefined, /means/],
    [[1], 1, 0, undefined, /sigma/], [[1], 1, -1, undefined, /sigma/], [[1], 1, NaN, undefined, /sigma/], [[1], 1, Infinity, undefined, /sigma/], [[1, 2], 1, 1, [1], /weights/], [[1, 2], 1, 1, [1, 0], /weights/], [[1, 2], 1, 1, [1, NaN], /weights/],
  ] as const) t.throws(() => gaussianMixture(means as readonly number[], dim, sigma, weights), { name: "EngramError", message });
  t.throws(() => gaussianMixture([1, 2], 2, 1).logDensity([1]), { name: "EngramError" });
});
