/** Differentiation, hierarchical memories, the Energy Transformer, a small training. */
import { plain, type Case, type Engram, type Tools } from "./suite.ts";

type Autodiff = Engram["autodiff"];
type Var = ReturnType<Autodiff["variable"]>;
type Floats = Record<string, ArrayLike<number>>;
interface Shaped { readonly shape: readonly number[]; readonly data: Float64Array }

/** Numbers of the rule in a shape. */
function array(tools: Tools, name: string, shape: readonly number[], scale = 1): Shaped {
  return { shape, data: tools.numbers(name, shape.reduce((a, b) => a * b, 1), scale) };
}

/** Operations of one array of 2 x 5 (or as given) numbers, those of `positive` of numbers above 1/4. */
const ONE: Record<string, (ad: Autodiff, x: Var) => Var> = {
  exp: (ad, x) => ad.exp(x), expm1: (ad, x) => ad.expm1(x), sin: (ad, x) => ad.sin(x), cos: (ad, x) => ad.cos(x), tanh: (ad, x) => ad.tanh(x), sinh: (ad, x) => ad.sinh(x), cosh: (ad, x) => ad.cosh(x),
  atan: (ad, x) => ad.atan(x), erf: (ad, x) => ad.erf(x), logCosh: (ad, x) => ad.logCosh(x), softplus: (ad, x) => ad.softplus(x), sigmoid: (ad, x) => ad.sigmoid(x), square: (ad, x) => ad.square(x),
  abs: (ad, x) => ad.abs(x), relu: (ad, x) => ad.relu(x), powi: (ad, x) => ad.powi(x, 5), neg: (ad, x) => ad.neg(x), sum: (ad, x) => ad.sum(x, 1), mean: (ad, x) => ad.mean(x, 0), variance: (ad, x) => ad.variance(x, -1),
  max: (ad, x) => ad.max(x, 1), logSumExp: (ad, x) => ad.logSumExp(x), softmax: (ad, x) => ad.softmax(x, 1), norm: (ad, x) => ad.norm(x, 0.25), transpose: (ad, x) => ad.transpose(x), gather: (ad, x) => ad.gather(x, [1, 0, 1]),
  slice: (ad, x) => ad.slice(x, 1, 1, 4), broadcastTo: (ad, x) => ad.broadcastTo(x, [3, 2, 5]), take: (ad, x) => ad.take(x, Int32Array.of(3, -1, 3, 0), [2, 2]),
};
const POSITIVE: typeof ONE = { log: (ad, x) => ad.log(x), log1p: (ad, x) => ad.log1p(x), sqrt: (ad, x) => ad.sqrt(x), pow: (ad, x) => ad.pow(x, 1.5) };

/** Value and gradients of 1/2 sum out^2. */
function derived(tools: Tools, name: string, inputs: readonly Shaped[], f: (ad: Autodiff, ...xs: Var[]) => Var): Floats {
  const ad = tools.engram.autodiff;
  const vars = inputs.map(({ shape, data }) => ad.variable(data, [...shape]));
  const out = f(ad, ...vars);
  const gradients = ad.grad(ad.mul(0.5, ad.sum(ad.square(out))), vars);
  return { [name]: out.data, ...Object.fromEntries(gradients.map((g, k) => [`${name} gradient${k === 0 ? "" : ` ${k}`}`, g.data])) };
}

/** Every Lagrangian and synapse in one network. */
function everything(tools: Tools, precision: "f32" | "f64"): InstanceType<Engram["hamux"]["HAM"]> {
  const { hamux } = tools.engram;
  const w = (name: string, shape: readonly number[]): Shaped => array(tools, `synapse ${name}`, shape);
  return new hamux.HAM({
    precision,
    layers: {
      picture: hamux.layer([6, 6, 2], hamux.spherical({ gamma: 2 })), maps: hamux.layer([2, 2, 3], hamux.sigmoid(1.5)), tokens: hamux.layer([4, 5], hamux.layerNorm()),
      label: hamux.layer(3, hamux.softmax(2), { tau: 0.5 }), free: hamux.layer(4, hamux.tanh()), ghost: hamux.layer(5, hamux.ghostMax()),
    },
    synapses: {
      see: hamux.conv(w("see", [3, 2, 3, 3]), { pool: { kind: "max", size: 2 } }), read: hamux.dense(w("read", [12, 4])), mix: hamux.nary(w("mix", [3, 4, 5])),
      attend: hamux.attention(w("WQ", [5, 2, 3]), w("WK", [5, 2, 3]), { mask: hamux.othersOnly(4) }), ask: hamux.attention(w("ask Q", [3, 2, 3]), w("ask K", [5, 2, 3])),
      keep: hamux.denseAM(w("keep", [20, 7]), { normalised: true, hidden: hamux.softmax(3) }), same: hamux.dense(w("same", [4, 4])),
    },
    connections: [
      [["picture", "maps"], "see"], [["maps", "free"], "read"], [["label", "free", "ghost"], "mix"], [["tokens", "tokens"], "attend"], [["label", "tokens"], "ask"], [["tokens"], "keep"], [["free", "free"], "same"],
    ],
  });
}

const SIZES = { picture: 72, maps: 12, tokens: 20, label: 3, free: 4, ghost: 5 } as const;

const hierarchical = (["euler", "rk4"] as const).flatMap((method) => (["f64", "f32"] as const).map((precision) => plain(`hamux/${method}/${precision}`, "six layers and seven hypersynapses: energies, activations, signals, ten steps", { method, precision, steps: 10, dt: 0.125 }, (tools, { steps, dt }) => {
  const ham = everything(tools, precision);
  const start = Object.fromEntries(Object.entries(SIZES).map(([name, size]) => [name, tools.numbers(`state ${name}`, size)]));
  const tree = ham.energyTree(start);
  const run = ham.run(start, { steps, dt, method, tolerance: 0, guard: false });
  const named = (what: string, record: Record<string, Float64Array>): Floats => Object.fromEntries(Object.entries(record).map(([name, data]) => [`${what} ${name}`, data]));
  return {
    neurons: Object.values(tree.layers), synapses: tree.connections.map(({ energy }) => energy), energies: run.energies, ...named("state", run.states), ...named("activation", run.activations),
    ...named("slope", ham.dEdActivation(start)),
  };
})));

/** Attention and memories of small size. */
function blockParts(tools: Tools): { WQ: Shaped; WK: Shaped; Xi: Shaped } {
  return { WQ: array(tools, "block WQ", [2, 3, 5], 0.5), WK: array(tools, "block WK", [2, 3, 5], 0.5), Xi: array(tools, "block Xi", [7, 5], 0.5) };
}

const transformers: readonly Case[] = (["f64", "f32"] as const).flatMap((precision) => [
  plain(`transformer/block/${precision}`, "energies, update, attention, twelve steps of four tokens; relu, powers and softmax as memories", { precision, heads: 2, tokens: 4, dim: 5 }, (tools) => {
    const X = tools.numbers("tokens", 20, 2);
    return Object.fromEntries(Object.entries({ relu: tools.engram.hamux.relu(), repu: tools.engram.hamux.repu(3), softmax: tools.engram.hamux.softmax(2) }).flatMap(([name, hopfield]) => {
      const block = new tools.engram.transformer.EnergyTransformerBlock({ ...blockParts(tools), hopfield, precision });
      const run = block.run(X);
      return [
        [`${name} energies`, run.trees.flatMap(({ neurons, attention, hopfield: memories }) => [neurons, attention, memories])], [`${name} x`, run.x], [`${name} update`, block.update(X)],
        [`${name} attention`, block.attentionWeights(X)],
      ];
    }));
  }),
  plain(`transformer/image/${precision}`, "a picture of six patches, two of them hidden, completed", { precision, geometry: { channels: 2, height: 4, width: 6, patch: 2 }, hidden: [0, 1, 0, 0, 1, 0] }, (tools, { geometry, hidden }) => {
    const part = (name: string, shape: readonly number[]): Shaped => array(tools, `image model ${name}`, shape, 0.5);
    const model = new tools.engram.transformer.ImageEnergyTransformer({
      block: new tools.engram.transformer.EnergyTransformerBlock({ ...blockParts(tools), allowSelf: true, precision }), geometry, mean: [0.375, 0.625], sd: [0.25, 0.3125],
      Wenc: part("Wenc", [8, 5]), Benc: part("Benc", [5]), Wdec: part("Wdec", [5, 8]), Bdec: part("Bdec", [8]), positions: part("positions", [7, 5]), CLS: part("CLS", [5]), MASK: part("MASK", [5]),
    });
    const picture = { channels: 2, height: 4, width: 6, data: tools.numbers("two-channel picture", 48).map((u) => (u + 1) / 2) };
    const { x, completed, energies } = model.complete(picture as never, hidden, { steps: 3 });
    return { x, completed: completed.data, energies };
  }),
]);

export const TAPE: readonly Case[] = [
  plain("autodiff/elementwise and reductions", "values and gradients of 1/2 sum out^2", { operations: [...Object.keys(ONE), ...Object.keys(POSITIVE)], shape: [2, 5] }, (tools) => {
    const x = array(tools, "tape x", [2, 5], 2);
    const positive = { shape: x.shape, data: x.data.map((value) => Math.abs(value) + 0.25) };
    return Object.assign({}, ...Object.entries(ONE).map(([name, f]) => derived(tools, name, [x], f)), ...Object.entries(POSITIVE).map(([name, f]) => derived(tools, name, [positive], f))) as Floats;
  }),
  plain("autodiff/products and windows", "values and gradients: products, convolutions, pools, broadcasting", {}, (tools) => {
    const of = (name: string, shape: readonly number[]): Shaped => array(tools, `tape ${name}`, shape);
    const [image, filters, map] = [of("image", [2, 5, 3, 2]), of("filters", [3, 2, 3, 2]), of("map", [2, 3, 2, 3])];
    return {
      ...derived(tools, "matmul", [of("A", [2, 3, 5]), of("B", [5, 7])], (ad, a, b) => ad.matmul(a, b)), ...derived(tools, "matmul batch", [of("A", [2, 3, 5]), of("C", [2, 5, 7])], (ad, a, b) => ad.matmul(a, b)),
      ...derived(tools, "conv2d", [image, filters], (ad, x, k) => ad.conv2d(x, k, { stride: 2, padding: 1 })), ...derived(tools, "convTranspose2d", [map, filters], (ad, y, k) => ad.convTranspose2d(y, k, [5, 3], { stride: 2, padding: 1 })),
      ...derived(tools, "avgPool", [image], (ad, x) => ad.avgPool(x, 2, 1)), ...derived(tools, "maxPool", [image], (ad, x) => ad.maxPool(x, 2)),
      ...derived(tools, "broadcast", [of("wide", [2, 1, 3]), of("high", [5, 1])], (ad, x, y) => ad.add(ad.mul(x, y), ad.maximum(x, y))),
    };
  }),
  plain("autodiff/second order", "Hessian times a vector, and five steps of Adam through it", { n: 5, steps: 5, rate: 0.0625 }, (tools, { n, steps, rate }) => {
    const ad = tools.engram.autodiff;
    const W = ad.constant(tools.numbers("quartic W", n * n), [n, n]);
    const f = (x: Var): Var => ad.sum(ad.powi(ad.matmul(ad.tanh(ad.reshape(x, [1, n])), W), 4));
    const x = ad.constant(tools.numbers("quartic x", n), [n]);
    const Hv = ad.hessianVector(f, x, ad.constant(tools.numbers("quartic v", n), [n]));
    const adam = new ad.Adam({ rate });
    let p: Record<string, { shape: readonly number[]; data: Float32Array | Float64Array }> = { x: { shape: [n], data: tools.numbers("quartic x", n) } };
    for (let i = 0; i < steps; i++) {
      const v = ad.variable(p.x.data, [n]);
      p = adam.step(p, { x: ad.grad(f(v), [v])[0] });
    }
    return { Hv: Hv.data, trained: p.x.data };
  }),
  ...hierarchical, ...transformers,
];
