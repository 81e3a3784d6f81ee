/** The block: fixture F6 and torch's numbers, the explicit update as gradient, theorems, training through steps, bad input. */
import { readFileSync } from "node:fs";
import t from "tap";
import { constant, grad, mul, neg, square, sub, sum, variable, type NdArray, type Var } from "../../src/autodiff/index.ts";
import { HAM, layer, layerNorm, normal, othersOnly, relu, repu, signalsOf, softmax, synapseParams, tapeSignals, attention } from "../../src/hamux/index.ts";
import { EngramError, seeded } from "../../src/numeric/index.ts";
import { EnergyTransformerBlock, hopfieldNetwork, type BlockOptions, type BlockTree } from "../../src/transformer/index.ts";
import { worstGradient } from "../autodiff/differences.ts";
import { fill, off } from "../hamux/samples.ts";

const F6: BlockOptions = { WQ: fill([2, 3, 5], 0.1, 0.4), WK: fill([2, 3, 5], 0.2, 0.4), Xi: fill([7, 5], 0.3, 0.4) };
const X = fill([4, 5], 0.4, 2).data;
const RING: NdArray = { shape: [4, 4], data: Float64Array.of(0, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0) };

t.test("fixture F6", async (t) => {
  const near = (a: ArrayLike<number>, b: number[], what: string): void => void t.ok(off(a, b) < 1e-9, what);
  const block = new EnergyTransformerBlock(F6);
  const tree = block.energyTree(X);
  near([tree.attention, tree.hopfield], [-24.67938513, -7.102657973], "energies");
  t.ok(off([tree.neurons], [-1.90862e-4], 1e-9) < 1e-5, "the neuron term, six digits given");
  near(block.update(X).slice(0, 5), [4.0897143642, 3.7393800442, 1.6303568601, -1.2454486304, -3.5355001693], "u of token 0");
  near(block.attentionWeights(X).slice(4, 8), [0.1133582021, 0, 0.1101742603, 0.7764675376], "omega of head 0, query 1");
  const run = block.run(X);
  const both = (tree: BlockTree): number => tree.attention + tree.hopfield; // the fixture's E leaves the neuron term out
  near([both(run.trees[1]), both(run.trees[12])], [-35.30601415, -40.4716983], "energies after 1 and 12 steps");
  near(run.x.slice(0, 5), [6.4751182133, 6.6269729795, 3.6620588042, -1.025178848, -5.2302588691], "token 0 after 12 steps");
  t.same([run.steps, run.raised], [12, 0]);
  const self = new EnergyTransformerBlock({ ...F6, allowSelf: true });
  near([self.energyTree(X).attention], [-34.90512618], "with self-attention");
  near(self.update(X).slice(0, 5), [3.1088104368, 3.2995103578, 1.9383990012, -0.334371694, -2.4498821568], "its update");
  near([both(self.run(X).trees[12])], [-48.87759293], "its energy after 12 steps");
});

t.test("torch's energies, updates and states: masks, graphs, gamma and delta, powers, softmax", async (t) => {
  const { blocks: golden } = JSON.parse(readFileSync("fixtures/transformer/golden.json", "utf8")) as { blocks: Record<string, { parts: number[][]; u: number[]; x: number[] }> };
  const blocks: Record<string, [BlockOptions, NdArray?]> = {
    others: [F6], self: [{ ...F6, allowSelf: true }], graph: [F6, RING], norm: [{ ...F6, gamma: 1.5, delta: fill(5, 0.6).data }], power: [{ ...F6, hopfield: repu(3) }], softmax: [{ ...F6, hopfield: softmax(2) }],
  };
  t.same(Object.keys(blocks), Object.keys(golden));
  for (const [name, [options, neighbours]] of Object.entries(blocks)) {
    for (const precision of ["f64", "f32"] as const) {
      const block = new EnergyTransformerBlock({ ...options, precision });
      const run = block.run(X, { steps: 5, neighbours });
      const tolerance = precision === "f64" ? 1e-11 : 2e-4;
      t.ok(off(run.trees.flatMap(({ neurons, attention: att, hopfield }) => [neurons, att, hopfield]), golden[name].parts.flat()) < tolerance, `${name}, ${precision}: energies`);
      t.ok(off(block.update(X, neighbours), golden[name].u) < tolerance, `${name}, ${precision}: u`);
      t.ok(off(run.x, golden[name].x) < tolerance, `${name}, ${precision}: x`);
    }
  }
});

t.test("the explicit update is minus the gradient: the tape's, and finite differences in tokens and weights", async (t) => {
  for (const options of [F6, { ...F6, allowSelf: true, hopfield: repu(3), gamma: 1.5, delta: fill(5, 0.6).data }, { ...F6, hopfield: softmax(2) }]) {
    const block = new EnergyTransformerBlock(options);
    const names = Object.keys(block.parameters);
    for (const neighbours of [undefined, RING]) {
      const looks = block.graph.attentionOf(4, neighbours);
      const xhat = variable(fill([2, 4, 5], 0.4));
      const q = block.graph.prepare(block.params);
      const { attention: att, hopfield } = block.graph.energies(xhat, xhat, q, looks);
      const [g] = grad(sum(sub(att, neg(hopfield))), [xhat]);
      t.ok(off(block.graph.update(xhat, q, looks).data, g.data.map((value) => -value)) < 1e-12);
      const inputs = [fill([1, 4, 5], 0.4, 1.5), ...names.map((name) => block.parameters[name])];
      const prepared = (rest: Var[]): ReturnType<typeof block.graph.prepare> => block.graph.prepare(Object.fromEntries(names.map((name, i) => [name, rest[i]])));
      const energy = (x: Var, ...rest: Var[]): Var => sum(block.graph.energy(block.graph.normalise(x, prepared(rest)), x, prepared(rest), looks));
      t.ok(worstGradient(energy, inputs) < 1e-6, "energy, in tokens and every parameter");
      const twoSteps = (x: Var, ...rest: Var[]): Var => mul(0.01, sum(square(block.graph.step(block.graph.step(x, prepared(rest), looks, 0.1), prepared(rest), looks, 0.1))));
      t.ok(worstGradient(twoSteps, inputs) < 1e-6, "two steps, in tokens and every parameter: training goes through the dynamics");
    }
  }
});

t.test("as a HAM: the block's energy is that of one token layer and two hypersynapses", async (t) => {
  const turn = (W: NdArray): NdArray => ({ shape: [5, 2, 3], data: Float64Array.from({ length: 30 }, (_, at) => W.data[(Math.floor(at / 3) % 2) * 15 + (at % 3) * 5 + Math.floor(at / 6)]) });
  const ham = new HAM({
    layers: { tokens: layer([4, 5], layerNorm()) }, connections: [[["tokens", "tokens"], "attend"], [["tokens"], "remember"]],
    synapses: { attend: attention(turn(F6.WQ), turn(F6.WK), { hidden: softmax(1 / Math.sqrt(3)), mask: othersOnly(4) }), remember: hopfieldNetwork(F6.Xi) },
  });
  const block = new EnergyTransformerBlock(F6);
  t.ok(Math.abs(ham.energy({ tokens: X }) - block.energy(X)) < 1e-12);
  t.ok(off(ham.signals({ tokens: X }).tokens, block.update(X)) < 1e-13, "u is the signal");
  t.ok(ham.conditions().guaranteed);
  t.equal(ham.run({ tokens: X }, { dt: 1, steps: 30 }).raised, 0);
});

t.test("theorems: tokens without order, tokens left out, a token alone, the energy falls", async (t) => {
  const block = new EnergyTransformerBlock(F6);
  const order = [2, 0, 3, 1];
  const rows = (x: ArrayLike<number>, pick: number[]): Float64Array => Float64Array.from(pick.flatMap((row) => Array.from(x).slice(5 * row, 5 * row + 5)));
  t.ok(off(block.run(rows(X, order)).x, rows(block.run(X).x, order)) < 1e-12, "the block knows no positions");
  const without3: NdArray = { shape: [4, 4], data: othersOnly(4).data.map((value, at) => (at % 4 === 3 || at >= 12 ? 0 : value)) };
  t.ok(off(block.run(X, { neighbours: without3 }).x.slice(0, 15), block.run(rows(X, [0, 1, 2])).x) < 1e-13, "masking row and column of a token removes it");
  const one = block.energyTree(X.slice(0, 5));
  t.same(Math.abs(one.attention), 0, "one token attends to none (M36)");
  t.ok(one.hopfield !== 0 && Number.isFinite(one.energy));
  t.ok(block.run(X.slice(0, 5)).x.every(Number.isFinite), "but the memories still act");
  t.ok(off([block.energyTree(new Float64Array(20)).neurons], [-4 * 5 * Math.sqrt(1e-5)]) < 1e-12, "tokens of zeros: the neuron term is not small (M30)");

  // The authors' small demo, scaled to what a spec may take: energy falls at every step of .5.
  const rng = seeded(1);
  const random = (shape: number[], sd: number): NdArray => ({ shape, data: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => sd * rng.normal()) });
  const demo = new EnergyTransformerBlock({ WQ: random([2, 6, 12], 1 / Math.sqrt(6)), WK: random([2, 6, 12], 1 / Math.sqrt(6)), Xi: random([24, 12], 1 / Math.sqrt(12)) });
  const run = demo.run(demo.normalise(random([100, 12], 1).data), { steps: 200, alpha: 0.5 });
  t.ok(Math.abs(run.energies[0] + 3656) < 3 * 145.5, `${run.energies[0]}: 30 seeds in numpy have mean -3656 and standard deviation 145.5`);
  t.ok(run.energies.every((E, i) => i === 0 || E < run.energies[i - 1]), "strictly");
  t.ok(run.energies[10] - run.energies[0] < 10 * (run.energies[200] - run.energies[190]), "steeply at first, then slowly");
});

t.test("a run can be followed: every state with its energy, those of runs that stop there", async (t) => {
  for (const precision of ["f32", "f64"] as const) {
    const block = new EnergyTransformerBlock({ ...F6, precision });
    const seen: [number, number[], number][] = [];
    const run = block.run(X, { steps: 4, visit: (step, x, { energy }) => void seen.push([step, Array.from(x), energy]) });
    t.same(seen, [0, 1, 2, 3, 4].map((steps) => [steps, [...block.run(X, { steps }).x], run.energies[steps]]), precision);
  }
});

t.test("without the trace: the same bits, the first and the last energy", async (t) => {
  for (const precision of ["f32", "f64"] as const) {
    const block = new EnergyTransformerBlock({ ...F6, precision });
    for (const steps of [0, 1, 5]) {
      const options = { steps, neighbours: RING, free: [1, 0, 1, 1] };
      const [whole, bare] = [block.run(X, options), block.run(X, { ...options, trace: false })];
      t.same(bare.x, whole.x);
      t.same([...bare.energies], steps === 0 ? [whole.energies[0]] : [whole.energies[0], whole.energies[steps]]);
      t.equal(bare.steps, steps);
    }
  }
  t.throws(() => new EnergyTransformerBlock(F6).run(X, { trace: false, guard: true }), /trace: expected true with the guard/);
  t.throws(() => new EnergyTransformerBlock(F6).run(X, { trace: false, visit: () => {} }), /visit: expected with the trace/);
});

t.test("the guard, tokens held still, and steps too large", async (t) => {
  const random = seeded(6); // three tokens, unequal queries and keys: attention alone is not concave, and a step of 5 can overshoot
  const steep = new EnergyTransformerBlock({ WQ: normal([1, 3, 4], random, 1), WK: normal([1, 3, 4], random, 1), Xi: normal([2, 4], random, 0.01) });
  const start = normal([3, 4], random, 1).data;
  const [wild, guarded] = [steep.run(start, { alpha: 5, steps: 20 }), steep.run(start, { alpha: 5, steps: 20, guard: true })];
  t.ok(wild.raised > 0, "without the guard the energy rises, and that is counted");
  t.equal(guarded.raised, 0);
  t.ok(guarded.energies.every((E, i) => i === 0 || E <= guarded.energies[i - 1] + 1e-10));
  const block = new EnergyTransformerBlock(F6);
  const held = block.run(X, { free: [1, 0, 1, 0] });
  t.same(held.x.slice(5, 10), X.slice(5, 10));
  t.notSame(held.x.slice(0, 5), X.slice(0, 5));
  t.same(block.run(X, { free: 0 }).x, X);
  t.same(block.run(X, { steps: 0 }).energies.length, 1);
});

t.test("the Hopfield network module alone: closed form, batch, misfit", async (t) => {
  for (const hidden of [relu(), repu(3), softmax(2)]) {
    const module = hopfieldNetwork(F6.Xi, hidden);
    const x = constant(fill([2, 4, 5], 0.4));
    const p = synapseParams(module);
    t.ok(off(signalsOf(module, [x], p)[0].data, tapeSignals(module, [x], p)[0].data) < 1e-13);
    const alone = constant(x.data.slice(20), [1, 4, 5]);
    t.equal(module.energy([alone], p).data[0], module.energy([x], p).data[1]);
    t.ok(worstGradient((y, Xi) => sum(square(module.energy([y], { ...p, Xi }))), [fill([1, 4, 5], 0.4), F6.Xi]) < 1e-6);
  }
  t.match(hopfieldNetwork(F6.Xi).misfit([[5]]), /tokens with 5 channels/);
});

t.test("bad input", async (t) => {
  const block = new EnergyTransformerBlock(F6);
  const wrong: [() => unknown, RegExp][] = [
    [() => new EnergyTransformerBlock({ ...F6, WK: fill([2, 4, 5], 1) }), /block WK: expected shape \[2, 3, 5\], as WQ, got \[2, 4, 5\]/], [() => new EnergyTransformerBlock({ ...F6, Xi: fill([7, 4], 1) }), /\[M, 5\]/],
    [() => new EnergyTransformerBlock({ ...F6, beta: 0 }), /block beta/], [() => new EnergyTransformerBlock({ ...F6, gamma: -1 }), /gamma/], [() => new EnergyTransformerBlock({ ...F6, delta: [1, 2] }), /1 or 5 numbers, got 2/],
    [() => new EnergyTransformerBlock({ ...F6, Xi: { shape: [7, 5], data: new Float64Array(35).fill(NaN, 9, 10) } }), /parameter Xi, number 9/], [() => new EnergyTransformerBlock({ ...F6, WQ: fill([6, 5], 1) }), /3 axes/],
    [() => new EnergyTransformerBlock({ ...F6, precision: "f16" as "f32" }), /precision: expected one of f32, f64, got "f16"/], [() => new EnergyTransformerBlock({ WQ: F6.WQ, WK: F6.WK } as BlockOptions), /block Xi: expected an array with 2 axes, none empty, got none/],
    [() => new EnergyTransformerBlock({ ...F6, WQ: { shape: [2, 3, 5], data: new Float64Array(7) } }), /block WQ: expected 30 numbers for shape \[2, 3, 5\], got 7/],
    [() => block.energy([1, 2, 3]), /multiple of 5/], [() => block.energy([]), /at least one token/], [() => block.energy([1, 2, NaN, 4, 5]), /token 0, channel 2/],
    [() => block.energy(X, fill([3, 3], 1)), /neighbours: expected shape \[4, 4\]/], [() => block.energy(X, fill([4, 4], 1)), /entries of 0 and 1/],
    [() => block.energy(fill([4, 5], 0.4, 1e308).data), /energy: expected a number, got NaN/], [() => block.run(X, { steps: -1 }), /steps/], [() => block.run(X, { alpha: 0 }), /alpha/], [() => block.run(X, { free: [1, 0] }), /free tokens: expected 4 entries/],
  ];
  for (const [call, message] of wrong) {
    t.throws(call, EngramError, String(message));
    t.throws(call, { message });
  }
});
