/** A HAM in a file: every kind of part comes back with its bits; custom parts are asked for; no damaged file does more than be refused. */
import t from "tap";
import { mul, square, sum, type Var } from "../../src/autodiff/index.ts";
import { readEngram, readSafetensors, tensor, writeEngram } from "../../src/formats/index.ts";
import * as hamux from "../../src/hamux/index.ts";
import { attention, bias, conv, custom, dense, denseAM, denseAMTensor, HAM, layer, mixer, nary, othersOnly, type HamOptions, type States } from "../../src/hamux/index.ts";
import { EngramError, seeded } from "../../src/numeric/index.ts";
import { badCuts, silentFlips, surviveNoise } from "../formats/hostile.ts";
import { fill } from "./samples.ts";

/** All built-in parts. */
const whole = (precision: "f32" | "f64" = "f64"): HAM => new HAM({
  precision,
  layers: {
    picture: layer([5, 5, 2], hamux.spherical({ gamma: 2, delta: [0.1, 0.2], epsilon: 1e-4 })), maps: layer([2, 2, 3], hamux.sigmoid(2, 0.5)), tokens: layer([4, 5], hamux.layerNorm({ delta: fill(5, 0.2).data }), { tau: 3 }),
    label: layer(3, hamux.softmax(2), { bias: fill(3, 0.4) }), some: layer(4, hamux.tanh(0.7), { free: [1, 0, 1, 1] }), ghost: layer(5, hamux.ghostMax(1.5)),
    i: layer(2, hamux.identity()), r: layer(2, hamux.relu()), p: layer(2, hamux.repu(4)), e: layer(2, hamux.exp(0.3)), q: layer(2, hamux.rexp(0.3)),
  },
  synapses: {
    see: conv(fill([3, 2, 2, 2], 0.1), { pool: { kind: "max", size: 2 } }), stride: conv(fill([3, 2, 3, 3], 0.1), { stride: 3, padding: 1 }), read: dense(fill([12, 4], 0.2), fill(4, 0.1)), mix: nary(fill([3, 4, 5], 0.3)),
    attend: attention(fill([5, 2, 3], 0.1), fill([5, 2, 3], 0.2), { mask: othersOnly(4), hidden: hamux.softmax(0.6) }), ask: attention(fill([3, 2, 3], 0.1), fill([5, 2, 3], 0.2)),
    keep: denseAM(fill([20, 7], 0.1), { normalised: true, hidden: hamux.softmax(3) }), both: denseAM([fill([3, 6], 0.1), fill([5, 6], 0.4)], { hidden: hamux.repu(3) }),
    cube: denseAMTensor(fill([2, 3, 3, 5], 0.1), { hidden: hamux.relu() }), blend: mixer(fill([2, 3, 5, 5], 0.2)), pull: bias(fill(2, 0.5)),
  },
  connections: [
    [["picture", "maps"], "see"], [["picture", "maps"], "stride", { noFeedback: ["picture"] }], [["maps", "some"], "read"], [["label", "some", "ghost"], "mix"], [["tokens", "tokens"], "attend"],
    [["label", "tokens"], "ask"], [["tokens"], "keep"], [["label", "ghost"], "both"], [["label", "ghost"], "cube"], [["tokens", "tokens"], "blend"],
    [["i"], "pull"], [["r"], "pull"], [["p"], "pull"], [["e"], "pull"], [["q"], "pull"],
  ],
});

t.test("written and read: the same bits in energies, signals, runs and file; Python's library can open it", async (t) => {
  for (const precision of ["f64", "f32"] as const) {
    const ham = whole(precision);
    const bytes = ham.toBytes();
    const back = HAM.fromBytes(bytes);
    const states = ham.randomStates(seeded(2));
    t.same(back.energyTree(states), ham.energyTree(states));
    t.same(back.run(states, { steps: 3 }), ham.run(states, { steps: 3 }));
    t.same(back.toBytes(), bytes);
    t.same([back.describe(), back.precision, back.warnings], [ham.describe(), precision, ham.warnings]);
    t.same([...readSafetensors(bytes).tensors.keys()].sort(), [...Object.keys(ham.parameters), "some.free"].sort());
  }
});

const small = (): HAM => new HAM({
  layers: { x: layer(2, hamux.lagrangian({ name: "half", value: (x: Var) => mul(0.5, sum(square(x))) })), y: layer(2, hamux.tanh()) },
  synapses: { s: custom({ energy: ([x]) => sum(square(x)) }), d: denseAM(fill([2, 2], 1), { hidden: hamux.lagrangian({ value: (x: Var) => mul(0.5, sum(square(x))) }) }) },
  connections: [[["x"], "s"], [["y"], "d"]],
});

t.test("custom parts are functions: asked for by name", async (t) => {
  const ham = small();
  const { layers, synapses } = ham.graph;
  const bytes = ham.toBytes();
  t.throws(() => HAM.fromBytes(bytes), { name: "EngramError", message: /x: expected its custom Lagrangian half.*lagrangians: \{ x/ });
  const lagrangians = { x: layers.x.lagrangian, d: synapses.d.hidden! };
  t.throws(() => HAM.fromBytes(bytes, { lagrangians }), { message: /s: expected its custom synapse.*synapses: \{ s/ });
  const back = HAM.fromBytes(bytes, { lagrangians, synapses: { s: synapses.s } });
  t.equal(back.energy({ x: [1, 2], y: [3, 4] }), ham.energy({ x: [1, 2], y: [3, 4] }));
});

t.test("parameters of custom synapses may be called as they like: free, beta below 0", async (t) => {
  const parameters = { free: fill(2, 0.3), beta: { shape: [], data: Float64Array.of(-2) } };
  const pull = custom({ energy: ([x], p) => mul(p.beta, sum(mul(x, p.free))), parameters });
  const ham = new HAM({ layers: { x: layer(2, hamux.tanh(), { free: [0, 1] }) }, synapses: { s: pull }, connections: [[["x"], "s"]] });
  const back = HAM.fromBytes(ham.toBytes(), { synapses: { s: pull } });
  t.same(back.parameters, ham.parameters);
  t.same([...back.graph.layers.x.free], [0, 1]);
  t.equal(back.energy({ x: [1, -2] }), ham.energy({ x: [1, -2] }));
  t.same(back.toBytes(), ham.toBytes());
  const moved = { ...hamux.identity(), parameters: { free: fill(2, 0.3) } };
  t.throws(() => new HAM({ layers: { x: layer(2, moved) }, synapses: {}, connections: [] }), { name: "EngramError", message: /x: expected a Lagrangian without a parameter free/ });
});

t.test("layers and synapses may be called like what every object has", async (t) => {
  const named = (): HAM => new HAM({
    layers: { toString: layer(2, hamux.tanh()), constructor: layer(3, hamux.sigmoid(), { free: [1, 0, 1] }) }, synapses: { valueOf: dense(fill([2, 3], 0.1)), hasOwnProperty: bias(fill(3, 0.2)) },
    connections: [[["toString", "constructor"], "valueOf"], [["constructor"], "hasOwnProperty"]],
  } as unknown as HamOptions);
  const usual = new HAM({
    layers: { x: layer(2, hamux.tanh()), y: layer(3, hamux.sigmoid(), { free: [1, 0, 1] }) }, synapses: { W: dense(fill([2, 3], 0.1)), b: bias(fill(3, 0.2)) }, connections: [[["x", "y"], "W"], [["y"], "b"]],
  });
  const states = { toString: [1, -1], constructor: [0.5, 2, -3] } as unknown as States;
  const back = HAM.fromBytes(named().toBytes());
  for (const ham of [named(), back]) {
    t.same(ham.run(states, { steps: 5 }).energies, usual.run({ x: [1, -1], y: [0.5, 2, -3] }, { steps: 5 }).energies);
    const next = ham.graph.step(ham.vars([states]), ham.params, 0.1);
    t.same(Object.values(next).map(({ data }) => data), Object.values(usual.graph.step(usual.vars([{ x: [1, -1], y: [0.5, 2, -3] }]), usual.params, 0.1)).map(({ data }) => data));
  }
});

const tiny = (): HAM => new HAM({ layers: { x: layer(2, hamux.layerNorm()), y: layer(3, hamux.softmax(), { free: [1, 0, 1] }) }, synapses: { W: dense(fill([2, 3], 0.1)) }, connections: [[["x", "y"], "W"]] });

t.test("hostile bytes are refused: cut anywhere, any bit flipped, noise", async (t) => {
  const read = (bytes: Uint8Array): unknown => HAM.fromBytes(bytes).toBytes();
  const good = tiny().toBytes();
  t.same(badCuts(read, good), []);
  t.same(silentFlips(read, good), []);
  surviveNoise(read, good);
});

t.test("hostile structures with a sound digest are refused, too", async (t) => {
  const good = readEngram(tiny().toBytes());
  const structure = JSON.parse(good.parameters.structure) as Record<string, unknown>;
  type Layers = [string, Record<string, unknown>][];
  const [layers, synapses] = [structure.layers as Layers, structure.synapses as Layers];
  const changed = (more: Record<string, unknown>, tensors = new Map(good.tensors)): Uint8Array => writeEngram({ model: "ham", parameters: { structure: JSON.stringify({ ...structure, ...more }) }, tensors });
  const layerWith = (more: Record<string, unknown>): Uint8Array => changed({ layers: [["x", { ...layers[0][1], ...more }], layers[1]] });
  const synapseWith = (more: Record<string, unknown>): Uint8Array => changed({ synapses: [["W", { ...synapses[0][1], ...more }]] });
  const without = (key: string): Uint8Array => changed({}, new Map([...good.tensors].filter(([name]) => name !== key)));
  const cases: Uint8Array[] = [
    writeEngram({ model: "dense", parameters: {}, tensors: {} }), writeEngram({ model: "ham", parameters: {}, tensors: {} }), writeEngram({ model: "ham", parameters: { structure: "[" }, tensors: {} }),
    writeEngram({ model: "ham", parameters: { structure: "null" }, tensors: {} }), changed({ precision: "f16" }), changed({ layers: null }), changed({ layers: [["x"]] }), changed({ layers: [...layers, layers[0]] }),
    changed({ connections: [["x"]] }), changed({ connections: [[["x", "z"], "W"]] }), changed({ connections: [[["x", "y"], "W", null]] }), changed({ connections: [[["x", "y"], "W", { noFeedback: "x" }]] }), changed({ synapses: [["W", null]] }),
    ...[{ shape: [1e15] }, { shape: [2 ** 25] }, { shape: [-2] }, { shape: ["2"] }, { shape: [] }, { tau: 0 }, { tau: null }, { lagrangian: null }, { lagrangian: { name: "nope", settings: {} } }, { lagrangian: { name: "__proto__", settings: {} } },
      { lagrangian: { name: "layerNorm", settings: {} } }, { lagrangian: { name: "repu", settings: { n: 1e9 ** 2 } } }].map(layerWith),
    ...[{ kind: "nope" }, { kind: "toString" }, { kind: "conv" }, { kind: "attention" }, { kind: "denseAM", settings: { layers: 1e9 } }, { kind: "denseAM", settings: { layers: 2 } }, { kind: "custom" }, { settings: null }, { hidden: {} }].map(synapseWith),
    without("W.W"), without("x.gamma"), changed({}, new Map([...good.tensors].map(([name, one]) => [name, name === "W.W" ? { ...one, shape: [3, 2] } : one]))),
    changed({}, new Map([...good.tensors].map(([name, one]) => [name, name === "W.W" ? { ...one, data: one.data.slice().fill(NaN as never) } : one]))),
    changed({}, new Map([...good.tensors].map(([name, one]) => [name, name === "y.beta" ? { ...one, data: Float64Array.of(-1) } : one]))),
    changed({}, new Map([...good.tensors].map(([name, one]) => [name, name === "y.free" ? { ...one, data: Uint8Array.of(1, 7, 0) } : one]))),
    ...[tensor(Float64Array.of(1, 0, 1)), tensor(Uint8Array.of(1, 0, 1), [3, 1]), tensor(Uint8Array.of(1, 0), [2]), tensor(Uint8Array.of(1, 0, 1), [3], "bool")].map((mask) => changed({}, new Map([...good.tensors, ["y.free", mask]]))),
    ...["z.free", "W.free", "toString.free", "free"].map((name) => changed({}, new Map([...good.tensors, [name, tensor(Uint8Array.of(1, 0, 1))]]))),
    ...["true", 1, null].map((normalised) => synapseWith({ kind: "denseAM", settings: { layers: 1, normalised } })),
    changed({}, new Map([...good.tensors, ["spare", { dtype: "f64", shape: [1], data: Float64Array.of(1) }]])),
  ];
  cases.forEach((bytes, i) => t.throws(() => HAM.fromBytes(bytes), EngramError, `case ${i}`));
  t.same(HAM.fromBytes(changed({})).toBytes(), tiny().toBytes(), "unchanged, it is read");
});
