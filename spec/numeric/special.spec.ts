import t from "tap";
import { readFileSync } from "node:fs";
import {
  exp, logDoubleFactorial, logUnitBallVolume, median, normalCdf, normalQuantile, normalTail, quantile, seeded, unitBallVolume,
} from "../../src/numeric/index.ts";

type Pairs = [number, number][];
const golden = JSON.parse(readFileSync("fixtures/numeric/golden.json", "utf8")) as {
  normalTail: Pairs; normalQuantile: Pairs; logDoubleFactorial: Pairs; logUnitBallVolume: Pairs;
  quantiles: [number[], number, number][]; medians: [number[], number][];
};
const EPS = 2 ** -52;

/** The largest error relative to the value (to 1 for values below `floor`), in eps. */
function worst(f: (x: number) => number, pairs: Pairs, floor: number): number {
  return Math.max(...pairs.map(([x, want]) => Math.abs(f(x) - want) / Math.max(Math.abs(want), floor) / EPS));
}

t.test("the normal distribution: tails to full relative precision, quantiles, symmetry", async (t) => {
  const tail = worst(normalTail, golden.normalTail, 0);
  t.ok(tail < 5, `tail ${tail} eps: erfc's 3 ULP and its argument's`); // to x = 37.5, where the uncorrected argument would cost 700 eps
  t.ok(worst((x) => normalCdf(-x), golden.normalTail, 0) < 5);
  const q = worst(normalQuantile, golden.normalQuantile, 1e-3);
  t.ok(q < 8, `quantile ${q} eps: AS 241 claims about 1e-16, its polynomials round eight times`);
  t.equal(normalQuantile(0.5), 0);
  t.same([normalQuantile(0), normalQuantile(1), normalTail(Infinity), normalTail(-Infinity), normalTail(40), normalTail(0)], [-Infinity, Infinity, 0, 1, 0, 0.5]);
  t.ok(Number.isNaN(normalTail(NaN)));
  const rng = seeded(2);
  let off = 0;
  for (let i = 0; i < 2000; i++) {
    const p = rng.uniform() * 10 ** -rng.integer(200);
    if (p > 0) off = Math.max(off, Math.abs(normalCdf(normalQuantile(p)) / p - 1));
  }
  // an error of eps in x = -30 is 900 eps in the tail
  t.ok(off < 8 * 30 * 31 * EPS, `there and back ${off}`);
  for (const bad of [-0.1, 1.1, NaN]) t.throws(() => normalQuantile(bad), { name: "EngramError", message: /probability/ });
});

t.test("double factorials and ball volumes", async (t) => {
  const f = worst(logDoubleFactorial, golden.logDoubleFactorial, 1);
  t.ok(f < 8, `log n!! ${f} eps: lgamma's 4 ULP and two more terms`);
  t.equal(exp(logDoubleFactorial(5)).toFixed(9), "15.000000000");
  const v = worst(logUnitBallVolume, golden.logUnitBallVolume, 1);
  t.ok(v < 300, `log volume ${v} eps: up to 150 factors of half an eps each and the logarithm of their product`);
  t.same([0, 1, 2].map(unitBallVolume), [1, 2, Math.PI]);
  t.ok(Math.abs(unitBallVolume(3) - (4 * Math.PI) / 3) < 2 * EPS * 4);
  const volumes = Array.from({ length: 30 }, (_, d) => unitBallVolume(d));
  t.equal(volumes.indexOf(Math.max(...volumes)), 5, "the greatest unit ball");
  t.equal(unitBallVolume(3072), 0, "below every double");
  for (const bad of [-1, 0.5, NaN]) t.throws(() => unitBallVolume(bad), { message: /dimension/ });
  for (const bad of [-2, 0.5, NaN]) t.throws(() => logDoubleFactorial(bad), { message: /whole number/ });
});

t.test("quantiles and medians are numpy's", async (t) => {
  for (const [values, q, want] of golden.quantiles) t.ok(Math.abs(quantile(values, q) - want) <= 2 * EPS * (1 + Math.abs(want)), `${q} of ${values.length}`);
  for (const [values, want] of golden.medians) t.equal(median(values), want);
  t.equal(median([-Infinity, Infinity, Infinity]), Infinity);
  t.equal(quantile([Infinity, Infinity], 0.5), Infinity, "no Infinity - Infinity");
  t.equal(median([1.7e308, 1.5e308]), 1.6e308, "no overflow on the way");
  const values = [3, 1, 2];
  median(values);
  t.same(values, [3, 1, 2], "the argument stays as it is");
  for (const f of [median, (v: number[]) => quantile(v, 0.5)]) {
    t.throws(() => f([]), { message: /at least one/ });
    t.throws(() => f([1, NaN]), { message: /value 1/ });
  }
  t.throws(() => quantile([1], 1.5), { message: /q <= 1/ });
});
