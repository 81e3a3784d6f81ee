/** Hypersynapses: torch's numbers and the document's; closed-form signals are the tape's and finite differences; batches; misfits. */
import t from "tap";
import { constant, dot, item, mul, neg, square, sub, sum, variable, grad, type NdArray, type Var } from "../../src/autodiff/index.ts";
import * as hamux from "../../src/hamux/index.ts";
import { attention, bias, conv, custom, dense, denseAM, denseAMTensor, HAM, type Hypersynapse, layer, mixer, nary, othersOnly, signalsOf, synapseParams, tapeSignals } from "../../src/hamux/index.ts";
import { EngramError } from "../../src/numeric/index.ts";
import { worstGradient } from "../autodiff/differences.ts";
import { fill, golden, off } from "./samples.ts";

const PARTLY: NdArray = { shape: [4, 3], data: Float64Array.of(0, 0, 0, 1, 0, 1, 1, 1, 1, 0, 1, 0) };
const [WQ, WK, W4] = [fill([5, 2, 3], 0.1), fill([2, 2, 3], 0.2), fill([5, 4], 0.3)];
const ALL: Record<string, Hypersynapse> = {
  bias: bias(fill(5, 0.4)), dense: dense(fill([5, 3], 0.1)), "dense with bias": dense(fill([5, 3], 0.1), fill(3, 0.4)), nary: nary(fill([2, 3, 2], 0.5)),
  "denseAM, relu": denseAM(W4, { hidden: hamux.relu() }), "denseAM, normalised": denseAM(W4, { hidden: hamux.softmax(3), normalised: true }),
  "denseAM, two layers": denseAM([W4, fill([6, 4], 0.8)], { hidden: hamux.softmax(2) }),
  denseAMTensor: denseAMTensor(fill([2, 4, 5, 3], 0.3), { hidden: hamux.softmax(2) }), mixer: mixer(fill([2, 4, 5, 3], 0.3), { hidden: hamux.softmax(2) }),
  conv: conv(fill([3, 2, 3, 3], 0.2), { stride: 2, padding: 1 }), "conv, avg pool": conv(fill([3, 2, 2, 2], 0.2), { pool: { kind: "avg", size: 2 } }),
  "conv, max pool": conv(fill([3, 2, 2, 2], 0.2), { pool: { kind: "max", size: 2 } }),
  attention: attention(WQ, WK, { hidden: hamux.softmax(0.7) }), "attention, masked": attention(WQ, WK, { hidden: hamux.softmax(0.7), mask: PARTLY }),
  "self-attention": attention(WQ, fill([5, 2, 3], 0.2)), "self-attention, others only": attention(WQ, fill([5, 2, 3], 0.2), { mask: othersOnly(4) }),
};

/** Two examples of the golden file for one slot. */
function batch(shape: readonly number[], slot: number): Var {
  const both = [0, 1].flatMap((example) => Array.from(fill(shape, 0.2 + slot + 0.5 * example).data));
  return constant(both, [2, ...shape]);
}

/** One activation per slot: a self-attention has one layer in two slots. */
function slotsOf(name: string, shapes: readonly (readonly number[])[]): Var[] {
  const xs = shapes.map((shape, i) => batch(shape, i));
  return name.startsWith("self") ? [xs[0], xs[0]] : xs;
}

t.test("energies and signals are torch's; the closed form is the tape's", async (t) => {
  const all = golden().synapses;
  t.same(Object.keys(ALL), Object.keys(all));
  for (const [name, synapse] of Object.entries(ALL)) {
    const { shapes, E, signals } = all[name];
    const xs = slotsOf(name, shapes);
    const p = synapseParams(synapse);
    t.equal(synapse.misfit(xs.map((x) => x.shape.slice(1))), undefined, name);
    t.ok(off(synapse.energy(xs, p).data, E) < 1e-12, `${name}: E`);
    const [closed, taped] = [signalsOf(synapse, xs, p), tapeSignals(synapse, xs, p)];
    closed.forEach((signal, slot) => t.ok(off(signal.data, taped[slot].data) < 1e-12, `${name}, slot ${slot}: closed form = tape`));
    const got = name.startsWith("self") ? [closed[0].data.map((value, i) => value + closed[1].data[i])] : closed.map((one) => one.data);
    got.forEach((signal, slot) => t.ok(off(signal, signals[slot]) < 1e-12, `${name}, slot ${slot}: torch`));
  }
});

t.test("energies and signals against finite differences, in activations and parameters", async (t) => {
  for (const [name, synapse] of Object.entries(ALL)) {
    const xs = slotsOf(name, golden().synapses[name].shapes);
    const keys = Object.keys(synapse.parameters);
    const run = (f: (xs: Var[], p: Record<string, Var>) => Var) => (...all: Var[]): Var => f(all.slice(0, xs.length), Object.fromEntries(keys.map((key, i) => [key, all[xs.length + i]])));
    const inputs = [...xs, ...Object.values(synapse.parameters)];
    const energy = run((one, p) => sum(square(synapse.energy(one, p))));
    t.ok(worstGradient(energy, inputs) < 1e-6, `${name}: energy`);
    const signals = run((one, p) => signalsOf(synapse, one, p).map((signal) => sum(square(signal))).reduce((a, b) => sub(a, neg(b))));
    t.ok(worstGradient(signals, inputs) < 1e-6, `${name}: signals, so that training can go through them`);
  }
});

t.test("an example has the bits it has alone", async (t) => {
  for (const [name, synapse] of Object.entries(ALL)) {
    const xs = slotsOf(name, golden().synapses[name].shapes);
    const p = synapseParams(synapse);
    const [E, signals] = [synapse.energy(xs, p), signalsOf(synapse, xs, p)];
    for (const i of [0, 1]) {
      const one = xs.map((x) => constant(x.data.slice((i * x.data.length) / 2, ((i + 1) * x.data.length) / 2), [1, ...x.shape.slice(1)]));
      t.equal(synapse.energy(one, p).data[0], E.data[i], name);
      signalsOf(synapse, one, p).forEach((signal, slot) => t.same(signal.data, signals[slot].data.slice(i * signal.data.length, (i + 1) * signal.data.length), `${name}, slot ${slot}`));
    }
  }
});

t.test("fixture F5b", async (t) => {
  const near = (a: ArrayLike<number>, b: number[], what: string): void => void t.ok(off(a, b, 0.1) < 2e-9, what); // ten decimals
  const a = constant(fill([1, 5], 0.2));
  const check = (synapse: Hypersynapse, xs: Var[], E: number, signal: number[], slot = 0): void => {
    const p = synapseParams(synapse);
    near(synapse.energy(xs, p).data, [E], `${synapse.kind}: E`);
    near(signalsOf(synapse, xs, p)[slot].data, signal, `${synapse.kind}: signal`);
  };
  check(ALL["denseAM, normalised"], [a], -0.4378298984, [0.452951065, -0.3288483189, 0.1667454006, 0.0146258356, -0.1943069788]);
  check(ALL["denseAM, relu"], [a], -0.003907333127, [0.0261241639, 0.0036757555, -0.0330509219, 0.0586068784, -0.0773904984]);
  const three = [fill([1, 2], 0.1), fill([1, 3], 0.2), fill([1, 2], 0.3)].map((x) => constant(x));
  check(ALL.nary, three, -0.8409378197, [-0.5860020019, 0.3308707477, 0.6984763132], 1);
  const synapse = conv(fill([3, 2, 2, 2], 0.2), { stride: 2 });
  const [x, y] = [constant(fill([1, 5, 5, 2], 0.1)), constant(fill([1, 2, 2, 3], 0.3))];
  const p = synapseParams(synapse);
  near(synapse.energy([x, y], p).data, [0.8142365974], "conv: E");
  const [into1, into2] = signalsOf(synapse, [x, y], p);
  near(into2.data.slice(0, 3), [0.6415847244, 1.4153916038, 1.5538741409], "conv at (0, 0)");
  near(into1.data.slice(0, 2), [-1.2439041999, 1.6493855745], "into (0, 0)");
  t.same(into1.data.slice(48), Float64Array.of(0, 0), "the last row and column are not reached");
});

t.test("theorems: aligned unit input, blind tokens, permutations", async (t) => {
  const W = fill([5, 3], 0.1);
  const x = constant(fill([1, 5], 0.2));
  const field = signalsOf(dense(W), [x, constant([0, 0, 0], [1, 3])], { W: constant(W) })[1];
  const length = Math.sqrt(item(dot(field, field)));
  const aligned = constant(field.data.map((value) => value / length), [1, 3]);
  t.ok(Math.abs(dense(W).energy([x, aligned], { W: constant(W) }).data[0] + length) < 1e-15, "energy = -norm of the field");

  const alone = attention(WQ, fill([5, 2, 3], 0.2), { mask: othersOnly(1) });
  const token = constant(fill([1, 1, 5], 0.2));
  t.equal(Math.abs(alone.energy([token, token], synapseParams(alone)).data[0]), 0, "one token that does not see itself: no energy (M36)");
  for (const signal of signalsOf(alone, [token, token], synapseParams(alone))) t.ok(signal.data.every((value) => value === 0));

  const others = ALL["self-attention, others only"];
  const tokens = constant(fill([1, 4, 5], 0.2));
  const order = [2, 0, 3, 1];
  const moved = constant(order.flatMap((row) => Array.from(tokens.data.slice(5 * row, 5 * row + 5))), [1, 4, 5]);
  const p = synapseParams(others);
  const [here, there] = [tokens, moved].map((z) => signalsOf(others, [z, z], p)[0].data);
  order.forEach((row, i) => t.ok(off(there.slice(5 * i, 5 * i + 5), here.slice(5 * row, 5 * row + 5)) < 1e-13, "tokens permuted, signals permuted"));
});

t.test("layers of other shapes: rows of neurons for weights, tokens for attention", async (t) => {
  const picture = constant(fill([2, 2, 3, 5], 0.2));
  const asTokens = constant(picture.data, [2, 6, 5]);
  const self = ALL["self-attention"];
  const p = synapseParams(self);
  t.same(self.energy([picture, picture], p).data, self.energy([asTokens, asTokens], p).data, "H x W x C are H W tokens");
  t.same(signalsOf(self, [picture, picture], p)[0].shape, [2, 2, 3, 5]);
  const plain = constant(fill([2, 5], 0.2));
  t.same(self.misfit([[5], [5]]), undefined, "a plain layer is one token");
  t.ok(self.energy([plain, plain], p).data.every(Number.isFinite));
});

t.test("a synapse of the user's own: the tape, or signals by hand, in a batch", async (t) => {
  const energy = ([x, y]: Var[], { k }: Readonly<Record<string, Var>>): Var => neg(mul(k, sum(mul(square(x), y))));
  const taped = custom({ energy, parameters: { k: { shape: [], data: Float64Array.of(0.5) } } });
  const byHand = custom({ energy, signals: ([x, y], { k }) => [mul(mul(2, k), mul(x, y)), mul(k, square(x))], parameters: taped.parameters });
  const xs = [batch([3], 0), batch([3], 1)];
  const p = synapseParams(taped);
  signalsOf(taped, xs, p).forEach((signal, i) => t.ok(off(signal.data, signalsOf(byHand, xs, p)[i].data) < 1e-15));
  t.same(taped.energy(xs, p).shape, [2]);
  const k = variable(0.5);
  t.ok(grad(sum(taped.energy(xs, { k })), [k])[0].data[0] !== 0, "its parameters learn");
  t.throws(() => custom({ energy: ([x]) => x }).energy(xs, {}), { name: "EngramError", message: /one number, got shape \[3\]/ });
  t.throws(() => signalsOf(custom({ energy, signals: () => [] }), xs, p), /2 arrays, got 0/);
  t.throws(() => new HAM({ layers: { a: layer(3, hamux.tanh()) }, synapses: { s: custom({ energy: ([x]) => x }) }, connections: [[["a"], "s"]] }), /one number/, "found when the HAM is built");
});

t.test("what does not fit is said", async (t) => {
  const misfits: [Hypersynapse, number[][], RegExp][] = [
    [ALL.dense, [[5], [4]], /2 layers of 5, 3 neurons/], [ALL.bias, [[4]], /one layer of 5 neurons/], [ALL.nary, [[2], [3]], /3 layers of 2, 3, 2/],
    [ALL.conv, [[7, 5, 3], [4, 3, 3]], /first \[H, W, 2\]/], [ALL.conv, [[7, 5, 2], [4, 3, 2]], /second layer of \[4, 3, 3\] over a first of \[7, 5, 2\]/],
    [ALL.attention, [[4, 5], [3, 3]], /5 and 2 channels/], [ALL["attention, masked"], [[5, 5], [3, 2]], /4 queries and 3 keys/], [ALL.mixer, [[4, 5], [3, 3]], /same number of tokens/],
  ];
  for (const [synapse, shapes, message] of misfits) t.match(synapse.misfit(shapes), message);
  const wrong: [() => unknown, RegExp][] = [
    [() => dense(fill(5, 1)), /2 axes/], [() => dense(fill([5, 3], 1), fill(5, 1)), /3 numbers, the second layer's/], [() => nary(fill(5, 1)), /two axes or more/],
    [() => denseAM([]), /at least one/], [() => denseAM([W4, fill([6, 3], 1)]), /4 columns, as the first, got 3/],
    [() => denseAM({ shape: [2, 2], data: Float64Array.of(0, 1, 0, 1) }, { normalised: true }), /column 0.*length above 0/],
    [() => denseAMTensor(W4), /heads, n/], [() => mixer(W4), /4 axes/], [() => conv(W4), /4 axes/], [() => conv(fill([3, 2, 2, 2], 1), { stride: 0 }), /stride/],
    [() => conv(fill([3, 2, 2, 2], 1), { pool: { kind: "maximum" as "max", size: 2 } }), /one of avg, max/], [() => conv(fill([3, 2, 2, 2], 1), { pool: { kind: "max", size: 0 } }), /pool/],
    [() => attention(WQ, fill([5, 3, 3], 1)), /\[Dk, 2, 3\]/], [() => attention(WQ, WK, { mask: fill([4, 3], 1) }), /entries of 0 and 1/],
    [() => attention(WQ, WK, { mask: PARTLY, hidden: hamux.relu() }), /softmax over the keys/],
  ];
  for (const [make, message] of wrong) {
    t.throws(make, EngramError);
    t.throws(make, { message });
  }
});
