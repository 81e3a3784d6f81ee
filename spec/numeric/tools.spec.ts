import t from "tap";
import { auroc, eulerStep, exp, integrate, multiply, pseudoInverse, quantile, rk4Step, seeded, thresholdAt, transpose } from "../../src/numeric/index.ts";

t.test("seeded numbers: reproducible, uniform, normal, unbiased; forks are independent of what was drawn", async (t) => {
  const first = seeded(7);
  const again = seeded(7);
  t.same(Array.from({ length: 20 }, () => first.uniform()), Array.from({ length: 20 }, () => again.uniform()));
  t.not(seeded(8).uniform(), seeded(7).uniform());
  const used = seeded(7);
  used.normal();
  t.equal(used.fork(3).uniform(), seeded(7).fork(3).uniform());
  t.not(seeded(7).fork(3).uniform(), seeded(7).fork(4).uniform());

  const rng = seeded(1);
  const n = 100000;
  const normals = Array.from({ length: n }, () => rng.normal());
  const moment = (k: number): number => normals.reduce((sum, x) => sum + x ** k, 0) / n;
  // Four standard errors of each moment: sqrt(var / n), var of x, x^2, x^4 = 1, 2, 96.
  t.ok(Math.abs(moment(1)) < 4 / Math.sqrt(n) && Math.abs(moment(2) - 1) < 4 * Math.sqrt(2 / n) && Math.abs(moment(4) - 3) < 4 * Math.sqrt(96 / n));
  const counts = new Array(7).fill(0);
  for (let i = 0; i < 70000; i++) counts[rng.integer(7)]++;
  t.ok(counts.every((count) => Math.abs(count - 10000) < 4 * Math.sqrt(10000)), "integers");
  const uniforms = Array.from({ length: n }, () => rng.uniform());
  t.ok(uniforms.every((u) => u >= 0 && u < 1) && Math.abs(uniforms.reduce((a, b) => a + b) / n - 0.5) < 4 / Math.sqrt(12 * n));
  const deck = Array.from({ length: 52 }, (_, i) => i);
  rng.shuffle(deck);
  t.same([...deck].sort((a, b) => a - b), Array.from({ length: 52 }, (_, i) => i));
});

t.test("ODE steps have their order: halving dt divides the error by 2 and by 16", async (t) => {
  const decay = (x: Float64Array): Float64Array => x.map((value) => -value);
  const error = (step: typeof eulerStep, n: number): number => {
    let x: Float64Array = Float64Array.of(1);
    for (let i = 0; i < n; i++) x = step(decay, x, 1 / n);
    return Math.abs(x[0] - exp(-1));
  };
  t.ok(Math.abs(error(eulerStep, 100) / error(eulerStep, 200) - 2) < 0.05);
  t.ok(Math.abs(error(rk4Step, 10) / error(rk4Step, 20) - 16) < 1.5);
  const circle = integrate((x) => Float64Array.of(-x[1], x[0]), Float64Array.of(1, 0), 2 * Math.PI, 1e-9);
  t.ok(circle.finished && Math.abs(circle.x[0] - 1) < 1e-5 && Math.abs(circle.x[1]) < 1e-5, "once around, at 1e-9 a step over some thousand steps");
  t.notOk(integrate(decay, Float64Array.of(1), 1, 1e-12, 3).finished, "says when it ran out of steps");
});

t.test("quantiles, thresholds, AUROC with ties", async (t) => {
  // numpy.quantile([4, 1, 3, 2], q)
  t.same([0, 0.25, 0.5, 0.9, 1].map((q) => quantile([4, 1, 3, 2], q)), [1, 1.75, 2.5, 3.7, 4]);
  t.equal(thresholdAt([5, 1, 2, 3, 4, 6, 7, 8, 9, 10], 0.1), 2, "one in ten is rejected");
  t.equal(thresholdAt([5, 1], 0), 1);
  t.equal(thresholdAt(Array.from({ length: 100 }, (_, i) => i), 0.29), 29, ".29 * 100 is 28.999... in doubles, 29 of 100 is allowed");
  // Against the definition, also where rate * n is rounded (.29 * 100 = 28.999...), with ties and at every size.
  const rng = seeded(9);
  for (const n of [1, 2, 3, 4, 5, 7, 8, 17, 64, 100]) {
    const known = Array.from({ length: n }, () => rng.integer(20));
    for (const rate of [0, 0.01, 0.05, 0.1, 0.29, 1 / 3, 0.5, 0.57, 0.99]) {
      const rejected = (threshold: number): number => known.filter((score) => score < threshold).length / n;
      const at = thresholdAt(known, rate);
      t.ok(rejected(at) <= rate, `${rate} of ${n}: not too many`);
      const higher = known.filter((score) => score > at);
      t.ok(higher.length === 0 || rejected(Math.min(...higher)) > rate, `${rate} of ${n}: none larger would do`);
    }
    const foreign = Array.from({ length: n + 3 }, () => rng.integer(20) - 4);
    let wins = 0;
    for (const a of known) for (const b of foreign) wins += a > b ? 1 : a === b ? 0.5 : 0;
    t.equal(auroc(known, foreign), wins / (n * (n + 3)), "pair by pair");
  }
  t.throws(() => thresholdAt([1, NaN], 0.1), { message: /value 1/ });
  t.throws(() => auroc([1], [NaN]), { message: /value 0/ });
  t.equal(auroc([2, 3], [0, 1]), 1);
  t.equal(auroc([1, 1], [1, 1]), 0.5);
  t.equal(auroc([1, 3], [2]), 0.5);
  t.equal(auroc([2, 2, 5], [1, 2]), (1 + 0.5 + 1 + 0.5 + 1 + 1) / 6);
  t.throws(() => quantile([], 0.5), { name: "EngramError" });
  t.throws(() => thresholdAt([1], 1), { message: /rate/ });
  t.throws(() => auroc([], [1]), { message: /empty/ });
});

t.test("linear algebra refuses what ml-matrix would truncate", async (t) => {
  const A = { rows: 2, columns: 3, data: Float64Array.of(1, 2, 3, 4, 5, 6) };
  t.same(multiply(A, transpose(A)).data, Float64Array.of(14, 32, 32, 77));
  t.throws(() => multiply(A, A), { message: /inner dimensions/ });
  t.throws(() => transpose({ ...A, rows: 3 }), { message: /3 x 3/ });
  const P = multiply(multiply(A, pseudoInverse(A)), A).data;
  t.ok(P.every((value, i) => Math.abs(value - A.data[i]) < 1e-12), "A A+ A = A");
});
