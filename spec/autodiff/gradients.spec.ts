/** Every operation against finite differences in every argument, first and second order; against torch; and at its edges. */
import { readFileSync } from "node:fs";
import t from "tap";
import * as ad from "../../src/autodiff/index.ts";
import { constant, grad, hessianVector, item, mul, type NdArray, square, sub, sum, variable, type Var } from "../../src/autodiff/index.ts";
import { EngramError, seeded } from "../../src/numeric/index.ts";
import { arrayOf, worstGradient, worstSecond } from "./differences.ts";

type Draw = "any" | "positive" | "apart";
/** Operation, shapes of its arguments, and from where they are drawn ("apart": at least .1 from 0, where kinks are). */
type Case = readonly [name: string, f: (...xs: Var[]) => Var, shapes: readonly (readonly number[])[], draw?: Draw];

const CASES: readonly Case[] = [
  ["add", ad.add, [[2, 3], [2, 3]]], ["add, broadcast", ad.add, [[2, 1, 3], [5, 1]]], ["add, number", (x) => ad.add(3, x), [[7]]],
  ["sub", ad.sub, [[2, 3], [3]]], ["sub, broadcast", ad.sub, [[3, 1], [2, 3, 5]]],
  ["mul", ad.mul, [[2, 3], [2, 3]]], ["mul, broadcast", ad.mul, [[2, 1, 3], [5, 1]]], ["mul, single", ad.mul, [[], [2, 3]]],
  ["mul, itself", (x) => ad.mul(x, x), [[5]]],
  ["div", ad.div, [[2, 3], [2, 1]], "positive"], ["div, number", (x) => ad.div(2, x), [[3]], "positive"],
  ["maximum", (x, y) => ad.maximum(x, ad.add(y, 0.037)), [[2, 3], [3]]], ["neg", ad.neg, [[3]]],
  ["broadcastTo", (x) => ad.broadcastTo(x, [2, 5, 3]), [[5, 1]]], ["sumTo", (x) => ad.sumTo(x, [5, 1]), [[2, 5, 3]]],
  ...(["exp", "expm1", "sin", "cos", "tanh", "sinh", "cosh", "atan", "erf", "logCosh", "softplus", "sigmoid", "square"] as const)
    .map((name): Case => [name, ad[name], [[2, 3]]]),
  ...(["log", "log1p", "sqrt"] as const).map((name): Case => [name, ad[name], [[2, 3]], "positive"]),
  ["abs", ad.abs, [[7]], "apart"], ["relu", ad.relu, [[7]], "apart"],
  ["powi 0", (x) => ad.powi(x, 0), [[3]]], ["powi 1", (x) => ad.powi(x, 1), [[3]]], ["powi 5", (x) => ad.powi(x, 5), [[3]]],
  ["pow 1.5", (x) => ad.pow(x, 1.5), [[3]], "positive"], ["pow -2", (x) => ad.pow(x, -2), [[3]], "positive"],
  ["sum", (x) => ad.sum(x), [[2, 3]]], ["sum, axis", (x) => ad.sum(x, 1), [[2, 3, 5]]], ["sum, axes kept", (x) => ad.sum(x, [0, -1], true), [[2, 3, 5]]],
  ["mean", (x) => ad.mean(x, 0), [[3, 2]]], ["variance", (x) => ad.variance(x, -1), [[2, 5]]], ["max", (x) => ad.max(x, 0), [[5, 3]]],
  ["logSumExp", (x) => ad.logSumExp(x), [[2, 5]]], ["logSumExp, axis kept", (x) => ad.logSumExp(x, 0, true), [[5, 2, 3]]],
  ["softmax", (x) => ad.softmax(x), [[2, 5]]], ["softmax, axis", (x) => ad.softmax(x, 1), [[2, 5, 3]]],
  ["norm", (x) => ad.norm(x), [[2, 5]]], ["norm, epsilon", (x) => ad.norm(x, 0.3), [[2, 5]]],
  ["dot", ad.dot, [[2, 3], [2, 3]]], ["total", (x, y) => ad.total([x, y, x]), [[3], [3]]],
  ["matmul", ad.matmul, [[3, 5], [5, 2]]], ["matmul, batch", ad.matmul, [[2, 3, 5], [2, 5, 7]]],
  ["matmul, shared right", ad.matmul, [[2, 3, 5], [5, 7]]], ["matmul, shared left", ad.matmul, [[3, 5], [2, 5, 7]]],
  ["reshape", (x) => ad.reshape(x, [3, 2]), [[2, 3]]], ["transpose", (x) => ad.transpose(x), [[2, 3, 5]]],
  ["transpose, order", (x) => ad.transpose(x, [2, 0, 1]), [[2, 3, 5]]],
  ["gather", (x) => ad.gather(x, [2, 0, 2]), [[3, 2]]], ["slice", (x) => ad.slice(x, 1, 1, 3), [[2, 5, 3]]],
  ["alias", (x) => ad.mul(x, ad.alias(x)), [[3]]], ["stack", (x, y) => ad.stack([x, y, x]), [[2, 3], [2, 3]]],
  ["take", (x) => ad.take(x, Int32Array.of(3, -1, 3, 0), [2, 2]), [[5]]], ["place", (x) => ad.place(x, Int32Array.of(3, -1, 3, 0), [5]), [[2, 2]]],
  ["conv2d", (x, k) => ad.conv2d(x, k, { stride: 2, padding: 1 }), [[2, 5, 3, 2], [3, 2, 3, 2]]],
  ["convTranspose2d", (y, k) => ad.convTranspose2d(y, k, [5, 3], { stride: 2, padding: 1 }), [[2, 3, 2, 3], [3, 2, 3, 2]]],
  ["avgPool", (x) => ad.avgPool(x, 2, 1), [[1, 3, 5, 2]]], ["avgUnpool", (y) => ad.avgUnpool(y, [1, 3, 5, 2], 2, 1), [[1, 2, 4, 2]]],
  ["maxPool", (x) => ad.maxPool(x, 2), [[1, 5, 4, 2]]], ["maxUnpool", (y) => ad.maxUnpool(y, PICTURE, 2), [[1, 2, 2, 2]]],
];

const rng = seeded(11);
const PICTURE: Var = constant(arrayOf([1, 5, 4, 2], () => rng.normal()));
const DRAWS: Record<Draw, () => number> = {
  any: () => rng.normal(),
  positive: () => 0.5 + 2 * rng.uniform(),
  apart: () => rng.sign() * (0.1 + rng.uniform()),
};

/** 1/2 sum w out^2: a scalar of any output, curved even where the operation is linear. */
const loss = (f: (...xs: Var[]) => Var) => (...xs: Var[]): Var => {
  const out = f(...xs);
  return mul(0.5, sum(mul(constant({ shape: out.shape, data: out.data.map((_, i) => Math.cos(i)) }), square(out))));
};

t.test("gradients are finite differences, in every argument of every operation, and so are their own gradients", async (t) => {
  for (const [name, f, shapes, draw = "any"] of CASES) {
    const xs = shapes.map((shape) => arrayOf(shape, DRAWS[draw]));
    // Central differences at h = 1e-5 are good to about 1e-9 of terms of order 10.
    const [first, second] = [worstGradient(loss(f), xs), worstSecond(loss(f), xs)];
    t.ok(first < 1e-7, `${name}: ${first}`);
    t.ok(second < 1e-6, `${name}, second order: ${second}`);
  }
  const tested = new Set(CASES.map(([name]) => name.split(/[ ,]/)[0]));
  const notOperations = ["Adam", "Var", "constant", "detach", "grad", "hessianVector", "item", "ndArray", "outputSize", "sizeOf", "step", "variable"];
  t.same(Object.keys(ad).filter((name) => !tested.has(name) && !notOperations.includes(name)), [], "every exported operation is in the list");
});

interface Golden { inputs: NdArray[]; shape: number[]; out: number[]; gradients: number[][] }

t.test("values and gradients are torch's", async (t) => {
  const golden = JSON.parse(readFileSync("fixtures/autodiff/golden.json", "utf8")) as Record<string, Golden>;
  const operations: Record<string, (...xs: Var[]) => Var> = {
    matmul: ad.matmul, matmulShared: ad.matmul, matmulLeft: ad.matmul, broadcast: (a, b) => ad.add(ad.mul(a, b), b),
    logSumExp: (x) => ad.logSumExp(x), softmax: (x) => ad.softmax(x, 0),
    conv: (x, k) => ad.conv2d(x, k, { stride: 2, padding: 1 }), convTranspose: (y, k) => ad.convTranspose2d(y, k, [7, 5], { stride: 2, padding: 1 }),
    avgPool: (x) => ad.avgPool(x, 3, 2), maxPool: (x) => ad.maxPool(x, 3, 2),
    layerNorm: (x) => ad.div(sub(x, ad.mean(x, -1, true)), ad.sqrt(ad.add(ad.variance(x, -1, true), 1e-5))),
  };
  t.same(Object.keys(operations).sort(), Object.keys(golden).sort());
  for (const [name, { inputs, shape, out, gradients }] of Object.entries(golden)) {
    const vars = inputs.map(({ shape: own, data }) => variable(data, own));
    const got = operations[name](...vars);
    t.same(got.shape, shape, name);
    const off = (a: ArrayLike<number>, b: number[]): number => b.reduce((most, value, i) => Math.max(most, Math.abs(a[i] - value) / Math.max(1, Math.abs(value))), 0);
    t.ok(off(got.data, out) < 1e-13, `${name}: sums of up to 260 products in another order`);
    grad(loss(operations[name])(...vars), vars).forEach((g, k) => t.ok(off(g.data, gradients[k]) < 1e-11, `${name}, argument ${k}`));
  }
});

t.test("a Hessian times a vector; third derivatives; graphs deeper than the call stack", async (t) => {
  const A = arrayOf([3, 3], () => rng.normal());
  const quadratic = (x: Var): Var => mul(0.5, ad.dot(x, ad.reshape(ad.matmul(constant(A), ad.reshape(x, [3, 1])), [3])));
  const v = constant([1, -2, 0.5]);
  const Hv = hessianVector(quadratic, constant([3, 1, 2]), v);
  const wanted = [0, 1, 2].map((i) => [0, 1, 2].reduce((all, j) => all + ((A.data[3 * i + j] + A.data[3 * j + i]) / 2) * v.data[j], 0));
  Hv.data.forEach((value, i) => t.ok(Math.abs(value - wanted[i]) < 1e-14));
  t.same(hessianVector((x) => sum(x), constant([1, 2, 3]), v).data, Float64Array.of(0, 0, 0), "a linear function has none");

  const x = variable(2);
  const [first] = grad(ad.powi(x, 5), [x]);
  const [second] = grad(first, [x]);
  t.same([first, second, grad(second, [x])[0]].map(item), [80, 160, 240], "5 x^4, 20 x^3, 60 x^2");

  let y: Var = x;
  for (let i = 0; i < 20000; i++) y = ad.add(y, 1e-4);
  t.equal(item(grad(mul(y, y), [x])[0]), 2 * item(y));
});

t.test("only what is asked for: constants, unused variables, intermediate results, seeds", async (t) => {
  const [x, y] = [variable([1, 2]), variable([3])];
  const middle = mul(x, x);
  const out = sum(mul(middle, 3));
  t.same(grad(out, [y, middle, x]).map((g) => Array.from(g.data)), [[0], [3, 3], [6, 12]]);
  t.notOk(ad.add(constant([1]), 2).tracked);
  t.same(ad.detach(middle).edges, []);
  t.same(grad(middle, [x], constant([1, 10]))[0].data, Float64Array.of(2, 40));
  t.same(grad(x, [x], constant([5, 6]))[0].data, Float64Array.of(5, 6), "a variable is its own output");
  t.same(ad.step(constant([-1, 0, 2])).data, Float64Array.of(0, 0, 1));
});

t.test("ties and kinks: the first of equal maxima, nothing at 0", async (t) => {
  const x = variable([2, 5, 5]);
  t.same(grad(ad.max(x), [x])[0].data, Float64Array.of(0, 1, 0));
  const z = variable([0, 0]);
  t.same(grad(sum(ad.relu(z)), [z])[0].data, Float64Array.of(0, 0));
  t.same(grad(sum(ad.abs(z)), [z])[0].data, Float64Array.of(0, 0));
  const [a, b] = [variable([1]), variable([1])];
  t.same(grad(sum(ad.maximum(a, b)), [a, b]).map((g) => g.data[0]), [1, 0]);
});

t.test("extreme numbers stay finite", async (t) => {
  const far = constant([1e3, -1e3, 1e300, -1e300, 0]);
  for (const f of [ad.logCosh, ad.softplus, ad.sigmoid, ad.tanh, (x: Var) => ad.softmax(x), (x: Var) => ad.norm(x), (x: Var) => ad.logSumExp(x)]) {
    const x = variable(far.data);
    const y = f(x);
    t.ok(y.data.every(Number.isFinite), String(f));
    t.ok(grad(sum(y), [x])[0].data.every(Number.isFinite), String(f));
  }
  t.equal(ad.logCosh(constant([1e-9])).data[0], 5e-19, "log cosh z = z^2/2 near 0");
  t.ok(Number.isNaN(ad.relu(constant([NaN])).data[0]) && Number.isNaN(ad.max(constant([1, NaN, 2])).data[0]), "NaN is not swallowed");
});

t.test("f32: the same operations rounded, gradients to 1e-3; products do not depend on the batch", async (t) => {
  for (const [name, f, shapes, draw = "any"] of CASES) {
    if (name.startsWith("maxUnpool")) continue; // holds an f64 picture
    const xs = shapes.map((shape) => arrayOf(shape, DRAWS[draw]));
    const single = xs.map(({ shape, data }) => variable(Float32Array.from(data), shape));
    const double = single.map(({ shape, data }) => variable(Float64Array.from(data), shape));
    const weigh = (out: Var): Var => sum(mul(out, constant({ shape: out.shape, data: out.data.map((_, i) => Math.cos(i)) })));
    const [g, wanted] = [grad(weigh(f(...single)), single), grad(weigh(f(...double)), double)];
    t.ok(g.every((one) => one.data instanceof Float32Array), name);
    const off = Math.max(...g.flatMap((one, k) => Array.from(one.data, (value, i) => Math.abs(value - wanted[k].data[i]) / Math.max(1, Math.abs(wanted[k].data[i])))));
    t.ok(off < 1e-3, `${name}: ${off}`);
  }
  for (const kind of [Float32Array, Float64Array]) for (const k of [1, 5, 255, 256, 257, 600]) {
    const [X, W] = [[17, k], [k, 7]].map((shape) => constant({ shape, data: kind.from(arrayOf(shape, DRAWS.any).data) }));
    const all = ad.matmul(X, W);
    for (const row of [0, 3, 16]) t.same(ad.matmul(ad.slice(X, 0, row, row + 1), W).data, all.data.slice(7 * row, 7 * row + 7), `row ${row} of ${kind.name}, k = ${k}`);
  }
});

t.test("no numbers at all", async (t) => {
  t.same(ad.add(constant([]), constant([])).data.length, 0);
  t.equal(item(sum(constant([]))), 0);
  t.equal(item(ad.logSumExp(constant([]))), -Infinity);
  t.same(ad.matmul(constant([], [2, 0]), constant([], [0, 3])).data, new Float64Array(6));
});

t.test("shapes that do not fit say what was expected and what came", async (t) => {
  const m = constant([1, 2, 3, 4, 5, 6], [2, 3]);
  const wrong: [string, () => unknown, RegExp][] = [
    ["add", () => ad.add(m, constant([1, 2])), /add: expected shapes that are equal.*\[2, 3\] and \[2\]/],
    ["matmul", () => ad.matmul(m, m), /\[2, 3\] and \[2, 3\]/],
    ["matmul, batch", () => ad.matmul(constant(new Float64Array(12), [2, 2, 3]), constant(new Float64Array(9), [3, 3, 1])), /leading axes.*\[2, 2, 3\] and \[3, 3, 1\]/],
    ["reshape", () => ad.reshape(m, [4]), /6 numbers, as \[2, 3\], got \[4\]/],
    ["transpose", () => ad.transpose(m, [0, 0]), /every axis/],
    ["sum", () => ad.sum(m, 2), /axis in -2\.\.1, got 2/],
    ["gather", () => ad.gather(m, [2]), /row of \[2, 3\], 0\.\.1, got 2/],
    ["slice", () => ad.slice(m, 0, 1, 3), /0\.\.2/],
    ["take", () => ad.take(m, Int32Array.of(6), [1]), /-1\.\.5, got 6/],
    ["stack", () => ad.stack([m, constant([1])]), /\[2, 3\], as the first, got \[1\]/],
    ["stack, none", () => ad.stack([]), /at least one/],
    ["broadcastTo", () => ad.broadcastTo(m, [3, 3]), /\[2, 3\] and \[3, 3\]/],
    ["broadcastTo, smaller", () => ad.broadcastTo(m, [1, 3]), /repeats to \[1, 3\]/],
    ["conv2d", () => ad.conv2d(constant(new Float64Array(8), [1, 2, 2, 2]), constant(new Float64Array(3), [1, 3, 1, 1])), /\[O, 2, kh, kw\], got \[1, 3, 1, 1\]/],
    ["conv2d, too small", () => ad.conv2d(constant(new Float64Array(4), [1, 2, 2, 1]), constant(new Float64Array(9), [1, 1, 3, 3])), /at least 3 x 3, got 2 x 2/],
    ["grad", () => grad(variable(m), []), /one number, or a seed/],
    ["grad, seed", () => grad(variable(m), [], constant([1])), /\[2, 3\], as the output, got \[1\]/],
    ["precision", () => ad.add(m, constant(new Float32Array(3))), /one precision/],
    ["variable", () => variable([1, 2], [3]), /3 numbers for shape \[3\], got 2/],
    ["shape", () => constant([1], [0.5, 2]), /whole numbers/],
    ["item", () => item(m), /one number/],
    ["powi", () => ad.powi(m, 0.5), /whole exponent/],
    ["norm", () => ad.norm(m, -1), /0 or above/],
  ];
  for (const [name, call, message] of wrong) {
    t.throws(call, EngramError, name);
    t.throws(call, { message }, name);
  }
});

t.test("Adam: the first step is the rate, and a quadratic is minimised", async (t) => {
  const adam = new ad.Adam({ rate: 0.1 });
  const first = adam.step({ a: constant([3, -2]) }, { a: constant([5, -0.01]) });
  t.ok(Math.abs(first.a.data[0] - 2.9) < 1e-8 && Math.abs(first.a.data[1] + 1.9) < 1e-6, "m / sqrt(v) = sign g at the first step");
  let p: Record<string, NdArray> = { x: constant([4, -3, 2]) };
  const again = new ad.Adam({ rate: 0.05 });
  for (let i = 0; i < 2000; i++) {
    const x = variable(p.x);
    p = again.step(p, { x: grad(sum(square(sub(x, constant([1, 2, 3])))), [x])[0] });
  }
  p.x.data.forEach((value, i) => t.ok(Math.abs(value - (i + 1)) < 1e-6));
  t.throws(() => new ad.Adam({ b1: 1 }), /\[0, 1\)/);
  const [twice, once] = [new ad.Adam(), new ad.Adam()];
  const [start, slope] = [{ x: constant([1, 2]), constructor: constant([3]) }, { x: constant([1, -1]), constructor: constant([1]) }];
  const refused: [Record<string, NdArray>, Record<string, NdArray>, RegExp][] = [
    [start, {}, /gradient of x: .*got none/], [start, { x: slope.x }, /gradient of constructor: .*got none/], [start, { ...slope, constructor: { shape: [1], data: new Float64Array(0) } }, /gradient of constructor: expected 1 numbers/],
  ];
  for (const [parameters, gradients, message] of refused) t.throws(() => twice.step(parameters, gradients), { name: "EngramError", message });
  t.same(twice.step(start, slope), once.step(start, slope), "what was refused left nothing behind");
  t.throws(() => once.step({ x: constant([1, 2, 3]) }, { x: constant([1, 2, 3]) }), { name: "EngramError", message: /parameter x: expected 2 numbers, as in the step before, got 3/ });
});
