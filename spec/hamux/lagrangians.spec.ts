/** Lagrangians: torch's numbers and the document's, the activation as gradient, two ways to the energy, convexity, extremes, errors. */
import t from "tap";
import { add, constant, grad, hessianVector, mul, powi, square, sum, variable, type Var } from "../../src/autodiff/index.ts";
import * as hamux from "../../src/hamux/index.ts";
import { lagrangianHessianVector, layer, legendre, type Lagrangian } from "../../src/hamux/index.ts";
import { constants } from "../../src/hamux/lagrangian.ts";
import { EngramError, seeded } from "../../src/numeric/index.ts";
import { worstGradient, worstSecond } from "../autodiff/differences.ts";
import { fill, golden, off } from "./samples.ts";

const norm = { gamma: 1.5, delta: fill(5, 0.3).data };
const ALL: Record<string, Lagrangian> = {
  identity: hamux.identity(), relu: hamux.relu(), "repu 3": hamux.repu(3), "repu 5": hamux.repu(5), "exp 1.3": hamux.exp(1.3), "rexp 1.3": hamux.rexp(1.3),
  "tanh 1.3": hamux.tanh(1.3), "sigmoid 1.3": hamux.sigmoid(1.3, 0.7), "softmax 1.3": hamux.softmax(1.3), "ghostMax 1.3": hamux.ghostMax(1.3),
  layerNorm: hamux.layerNorm(norm), spherical: hamux.spherical(norm),
};

t.test("L, xhat, E and the Hessian are torch's, for several rows and a batch", async (t) => {
  const all = golden().lagrangians;
  t.same(Object.keys(ALL), Object.keys(all));
  const x = constant(fill([2, 3, 5], 0.4, 2));
  for (const [name, L] of Object.entries(ALL)) {
    const p = constants(L.parameters);
    const xhat = L.activation(x, p);
    const wanted = all[name];
    t.ok(off(L.value(x, p).data, wanted.L) < 1e-13, `${name}, L`);
    t.ok(off(xhat.data, wanted.xhat) < 1e-13, `${name}, xhat`);
    // E is a difference of terms of order 10; torch's own is, too.
    t.ok(off(legendre(L, x, xhat, p).data, wanted.E) < 1e-12, `${name}, E`);
    const v = fill([3, 5], 1.1).data;
    const Hv = [0, 1].flatMap((i) => Array.from(lagrangianHessianVector({ lagrangian: L, shape: [3, 5] }, x.data.slice(15 * i, 15 * i + 15), v)));
    t.ok(off(Hv, wanted.Hv) < 1e-11, `${name}, H v`);
  }
});

t.test("fixture F4: x = (-1, 0, 2)", async (t) => {
  const x = constant([-1, 0, 2], [1, 3]);
  const delta = [0.1, -0.2, 0.3];
  const cases: [Lagrangian, number, number, number?][] = [
    [hamux.identity(), 2.5, 2.5], [hamux.relu(), 2, 2], [hamux.repu(3), 2.666666667, 5.333333333], [hamux.repu(5), 6.4, 25.6],
    [hamux.exp(1), 8.75693554, 5.653297217], [hamux.exp(2), 27.86674266, 81.19422212], [hamux.rexp(1), 7.389056099, 5.389056099],
    [hamux.rexp(2), 26.29907502, 80.89722505], [hamux.tanh(2), 2.316095487, 0.646590693], [hamux.sigmoid(2), 2.41911256, -0.5742879017],
    [hamux.softmax(2), 2.010290569, -0.05346041317], [hamux.layerNorm({ gamma: 1.5 }), 5.61250412, -3.608015169e-5, 1e-6],
    [hamux.layerNorm({ gamma: 1.5, delta }), 6.11250412, -3.608015169e-5, 1e-6], [hamux.spherical({ gamma: 1.5 }), 3.35410532, -6.708197224e-6, 1e-6],
    [hamux.ghostMax(1), 2.27797837, -0.8010563691], [hamux.ghostMax(2), 2.019182303, -0.09684377286],
  ];
  for (const [lagrangian, L, E, relative = 1e-9] of cases) {
    const p = constants(lagrangian.parameters);
    // The document gives ten digits: 5e-10 relative; the energies of the norms are what is left of terms 1e5 times larger.
    t.ok(off(lagrangian.value(x, p).data, [L], 1e-9) < 1e-9, `${lagrangian.name}: L ${lagrangian.value(x, p).data[0]}`);
    t.ok(off(legendre(lagrangian, x, lagrangian.activation(x, p), p).data, [E], 1e-9) < relative, `${lagrangian.name}: E`);
  }
  const ln = hamux.layerNorm({ gamma: 1.5 });
  t.ok(off(ln.activation(x, constants(ln.parameters)).data, [-1.6035622972, -0.4008905743, 2.0044528715]) < 1e-9);
  const zero = constant([0, 0, 0], [1, 3]);
  const E = legendre(ln, zero, ln.activation(zero, constants(ln.parameters)), constants(ln.parameters));
  t.ok(off(E.data, [-0.01423024947], 1e-9) < 1e-9, "no variance: -D gamma sqrt(epsilon)");
  const far = hamux.tanh(2);
  t.ok(off(far.value(constant([1000], [1, 1]), constants(far.parameters)).data, [999.6534264]) < 1e-9);
});

t.test("the activation is the gradient of L; both can be differentiated; beta, gamma and delta, too", async (t) => {
  const rng = seeded(3);
  for (const [name, L] of Object.entries(ALL)) {
    // Away from 0, where the rectified ones have kinks.
    const x = { shape: [2, 3, 5], data: Float64Array.from({ length: 30 }, () => rng.sign() * (0.1 + rng.uniform())) };
    const p = constants(L.parameters);
    const at = variable(x);
    t.ok(off(grad(sum(L.value(at, p)), [at])[0].data, L.activation(at, p).data) < 1e-13, `${name}: grad L = xhat`);
    const names = Object.keys(L.parameters);
    const scalar = (f: Lagrangian["value"]) => (one: Var, ...rest: Var[]): Var => mul(0.5, sum(square(f(one, Object.fromEntries(names.map((key, i) => [key, rest[i]]))))));
    const inputs = [x, ...Object.values(L.parameters)];
    t.ok(worstGradient(scalar(L.value), inputs) < 1e-6, `${name}: L in x and its parameters`);
    t.ok(worstGradient(scalar(L.activation), inputs) < 1e-6, `${name}: xhat in x and its parameters`);
    t.ok(worstSecond(scalar(L.activation), inputs) < 1e-5, `${name}: xhat, second order`);
  }
});

t.test("the closed energy of the activations is the Legendre transform", async (t) => {
  for (const [name, L] of Object.entries(ALL)) {
    const x = constant(fill([2, 3, 5], 0.9, 0.7));
    const p = constants(L.parameters);
    const xhat = L.activation(x, p);
    // The norms' energies are about 1e-5, left over from terms of order 10: 1e-13 absolute, and a square root of such a rest in closed form.
    const isNorm = ["layerNorm", "spherical"].includes(L.name);
    t.ok(off(L.closedEnergy!(xhat, p).data, legendre(L, x, xhat, p).data) < (isNorm ? 1e-9 : 1e-12), name);
  }
  const one = hamux.repu(1);
  t.same(one.activation(constant([-1, 0, 2], [1, 3]), {}).data, Float64Array.of(0, 0, 1), "repu(1) is a threshold");
  t.same(legendre(one, constant([-1, 0, 2], [1, 3]), one.activation(constant([-1, 0, 2], [1, 3]), {}), {}).data, Float64Array.of(0));
});

t.test("rows are apart: a layer of rows has the values of its rows, whatever stands beside them", async (t) => {
  const x = fill([4, 5], 0.2, 3);
  for (const [name, L] of Object.entries(ALL)) {
    const p = constants(L.parameters);
    const whole = L.activation(constant(x.data, [1, 4, 5]), p);
    let sumOfRows = 0;
    for (let row = 0; row < 4; row++) {
      const alone = constant(x.data.slice(5 * row, 5 * row + 5), [1, 5]);
      t.same(whole.data.slice(5 * row, 5 * row + 5), L.activation(alone, p).data, `${name}, row ${row}`);
      sumOfRows += L.value(alone, p).data[0];
    }
    t.ok(Math.abs(L.value(constant(x.data, [1, 4, 5]), p).data[0] - sumOfRows) < 1e-12 * Math.abs(sumOfRows) + 1e-12, `${name}: L is the sum over rows, delta counted once per row`);
  }
});

t.test("extremes: finite values, activations and energies wherever f64 has them", async (t) => {
  for (const [name, L] of Object.entries(ALL)) {
    if (["exp", "rexp", "repu", "identity", "relu"].includes(L.name)) continue;
    for (const scale of [1e-300, 1e-8, 1e3, 1e10, 1e150]) for (const data of [[1, -1, 0.5, 0, 2], [0, 0, 0, 0, 0], [-1, -1, -1, -1, -1]]) {
      const x = constant(data.map((value) => value * scale), [1, 5]);
      const p = constants(L.parameters);
      const xhat = L.activation(x, p);
      t.ok([L.value(x, p), xhat, legendre(L, x, xhat, p)].every((one) => one.data.every(Number.isFinite)), `${name} at ${scale}`);
    }
  }
  for (const L of [hamux.exp(2), hamux.rexp(2)]) {
    t.throws(() => L.value(constant([0, 400], [1, 2]), constants(L.parameters)), { name: "EngramError", message: /neuron 1: expected beta x of at most 709/ });
    t.throws(() => L.activation(constant(Float32Array.of(0, 50), [1, 2]), constants(L.parameters, new Float32Array(0))), { message: /at most 88/ });
    t.ok(L.value(constant([-1e300, 350], [1, 2]), constants(L.parameters)).data.every(Number.isFinite));
  }
});

t.test("f32 follows f64", async (t) => {
  const x = fill([2, 3, 5], 0.4, 2);
  for (const [name, L] of Object.entries(ALL)) {
    const single = constant(Float32Array.from(x.data), [2, 3, 5]);
    const [p, q] = [constants(L.parameters, new Float32Array(0)), constants(L.parameters)];
    const [a, b] = [L.activation(single, p), L.activation(constant(x), q)];
    t.ok(a.data instanceof Float32Array && off(a.data, b.data) < 1e-4, name);
    t.ok(off(L.value(single, p).data, L.value(constant(x), q).data) < 1e-4, name);
  }
});

t.test("a Lagrangian of the user's own: by the tape, or with its activation by hand", async (t) => {
  const value = (x: Var): Var => add(mul(0.5, sum(square(x))), mul(0.25, sum(powi(x, 4))));
  const taped = hamux.lagrangian({ value });
  const byHand = hamux.lagrangian({ name: "quartic", value, activation: (x) => add(x, powi(x, 3)) });
  const x = constant(fill([2, 3], 0.4));
  t.ok(off(taped.activation(x, {}).data, byHand.activation(x, {}).data) < 1e-15);
  t.ok(off(taped.value(x, {}).data, [0, 1].map((i) => [0, 1, 2].reduce((all, k) => all + x.data[3 * i + k] ** 2 / 2 + x.data[3 * i + k] ** 4 / 4, 0))) < 1e-15, "one number per example");
  t.notOk(taped.activation(x, {}).tracked, "plain in, plain out");
  t.ok(off(hessianVector((at) => sum(taped.value(at, {})), x, x).data, x.data.map((one) => one + 3 * one * one * one)) < 1e-15, "and it can be differentiated");
  t.throws(() => hamux.lagrangian({ value: (one) => one }).value(x, {}), { name: "EngramError", message: /one number/ });
});

t.test("what cannot be convex is refused", async (t) => {
  for (const make of [hamux.exp, hamux.rexp, hamux.tanh, hamux.sigmoid, hamux.softmax, hamux.ghostMax] as ((beta: number) => Lagrangian)[]) {
    for (const beta of [0, -1, NaN, Infinity]) t.throws(() => make(beta), EngramError);
  }
  for (const make of [hamux.layerNorm, hamux.spherical]) {
    for (const options of [{ gamma: 0 }, { gamma: -1 }, { epsilon: 0 }, { gamma: [1, 2] as unknown as number }]) t.throws(() => make(options), EngramError);
  }
  for (const n of [0, 1.5, -2]) t.throws(() => hamux.repu(n), EngramError);
  t.throws(() => hamux.sigmoid(1, 0), /scale/);
});

t.test("layers: shapes, masks, tau", async (t) => {
  t.same(layer([2, 3], hamux.tanh()).size, 6);
  t.same(Array.from(layer(3, hamux.tanh(), { free: [1, 0, 1] }).free), [1, 0, 1]);
  const wrong: [() => unknown, RegExp][] = [
    [() => layer([], hamux.tanh()), /whole numbers, 1 or above/], [() => layer(0, hamux.tanh()), /1 or above/], [() => layer(2 ** 40, hamux.tanh()), /at most/],
    [() => layer(3, hamux.tanh(), { tau: 0 }), /tau: expected a finite number above 0/], [() => layer(3, hamux.tanh(), { bias: [1, 2] }), /3 numbers for shape \[3\], got 2/],
    [() => layer(3, hamux.tanh(), { free: [1, 0] }), /layer mask: expected 3 entries, or a single 0 or 1, got 2 entries/],
    [() => layer(3, hamux.tanh(), { free: [1, 0, 0.5] }), /entry 2: expected 0 or 1, got 0.5/], [() => layer(3, hamux.tanh(), { free: 2 as 1 }), /got 2/],
    [() => layer([2, 3], hamux.layerNorm({ delta: [1, 2] })), /delta: expected 1 or 3 numbers/],
  ];
  for (const [make, message] of wrong) t.throws(make, { name: "EngramError", message });
});
