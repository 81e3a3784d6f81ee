/** Options that do not exist are refused everywhere, with the nearest that does; so are twins of the kernels that do not exist. What a mask or a precision cannot hold is refused, too. */
import { readFileSync } from "node:fs";
import t from "tap";
import { DenseMemory } from "../src/dense/index.ts";
import { Encoder, Graph, Network } from "../src/encoders/index.ts";
import { AssociativeRegister, EntropicMemory, HeteroMemory } from "../src/entropic/index.ts";
import { attention, conv, custom, denseAM, denseAMTensor, HAM, lagrangian, layer, layerNorm, mixer, normal, relu, spherical } from "../src/hamux/index.ts";
import { ByteRows, Cells, layerHost, Rows } from "../src/kernels/index.ts";
import { EngramError, seeded } from "../src/numeric/index.ts";
import { EnergyTransformerBlock, readCheckpoint } from "../src/transformer/index.ts";
import { UniversalMemory } from "../src/universal/index.ts";

const rng = seeded(1);
const W = normal([3, 2], rng, 1);
const heads = normal([3, 1, 2], rng, 1);
const block = { WQ: normal([1, 2, 3], rng, 1), WK: normal([1, 2, 3], rng, 1), Xi: normal([2, 3], rng, 1) };
const ham = (precision: "f32" | "f64" = "f64"): HAM => new HAM({ precision, layers: { a: layer(3, spherical()) }, synapses: { s: denseAM(W) }, connections: [[["a"], "s"]] });
const graph = (): Graph => new Graph();

t.test("misspelt options", async (t) => {
  const wrong: [string, (options: never) => unknown, object, string][] = [
    ["layer", (o) => layer(3, relu(), o), { taw: 2 }, "tau"],
    ["layerNorm", (o) => layerNorm(o), { gama: 2 }, "gamma"],
    ["spherical", (o) => spherical(o), { epsilom: 1 }, "epsilon"],
    ["denseAM", (o) => denseAM(W, o), { normalized: true }, "normalised"],
    ["denseAMTensor", (o) => denseAMTensor(normal([1, 2, 3], rng, 1), o), { hiden: relu() }, "hidden"],
    ["mixer", (o) => mixer(normal([1, 2, 3, 3], rng, 1), o), { hiden: relu() }, "hidden"],
    ["attention", (o) => attention(heads, heads, o), { masks: W }, "mask"],
    ["conv", (o) => conv(normal([1, 1, 2, 2], rng, 1), o), { strides: 2 }, "stride"],
    ["pool of conv", (o) => conv(normal([1, 1, 2, 2], rng, 1), o), { pool: { kind: "avg", sise: 2 } }, "size"],
    ["custom", (o) => custom(o), { energy: ([x]: never[]) => x, signal: () => [] }, "signals"],
    ["lagrangian", (o) => lagrangian(o), { value: (x: never) => x, bound: true }, "bounded"],
    ["HAM", (o) => new HAM(o), { layers: {}, synapses: {}, conections: [] }, "connections"],
    ["HAM.run", (o) => ham().run({}, o), { step: 3 }, "steps"],
    ["HAM.conditions", (o) => ham().conditions(o), { sample: 3 }, "samples"],
    ["HAM.fromBytes", (o) => HAM.fromBytes(ham().toBytes(), o), { synapse: {} }, "synapses"],
    ["block", (o) => new EnergyTransformerBlock(o), { ...block, allowself: true }, "allowSelf"],
    ["block.run", (o) => new EnergyTransformerBlock(block).run([1, 2, 3], o), { alfa: 1 }, "alpha"],
    ["readCheckpoint", (o) => readCheckpoint(readFileSync("fixtures/transformer/checkpoint.npz"), o), { geometri: {} }, "geometry"],
    ["Network", (o) => new Network(graph(), [1, 2, 2], new Map(), o), { acuracy: "exact" }, "accuracy"],
    ["Encoder", (o) => new Encoder("resnet20-cifar", new Map(), o), { sise: [2, 2] }, "size"],
    ["Graph.convolution", (o) => graph().convolution("c", "input", o), { channels: 1, kernel: 1, strid: 1 }, "stride"],
    ["Graph.maxPool", (o) => graph().maxPool("p", "input", o), { kernel: 1, paddings: 1 }, "padding"],
    ["EntropicMemory", (o) => new EntropicMemory(o), { level: 4 }, "levels"],
    ["EntropicMemory.fromBytes", (o) => EntropicMemory.fromBytes(new Uint8Array(), o), { backends: "scalar" }, "backend"],
    ["HeteroMemory", (o) => new HeteroMemory(o), { capp: 4 }, "cap"],
    ["HeteroMemory.fromBytes", (o) => HeteroMemory.fromBytes(new Uint8Array(), o), { nam: "x" }, "name"],
  ];
  for (const [what, call, options, near] of wrong) {
    t.throws(() => call(options as never), new RegExp(`Did you mean "${near}"\\?`), what);
    t.throws(() => call(options as never), EngramError, what);
    t.throws(() => call(null as never), Error, `${what}: null`);
  }
});

t.test("twins of the kernels that do not exist", async (t) => {
  const backend = "smid" as never;
  const made: [string, () => unknown][] = [
    ["Rows", () => new Rows(2, { backend })], ["Cells", () => new Cells(2, 2, { backend })], ["ByteRows", () => new ByteRows(new Uint8Array(4), 2, { backend })], ["layerHost", () => layerHost(backend)],
    ["DenseMemory", () => new DenseMemory({ backend })], ["UniversalMemory", () => new UniversalMemory({ backend })], ["EntropicMemory", () => new EntropicMemory({ backend })],
    ["HeteroMemory", () => new HeteroMemory({ backend })], ["AssociativeRegister", () => new AssociativeRegister(2, 2, { backend })], ["Network", () => new Network(graph(), [1, 2, 2], new Map(), { backend })],
  ];
  for (const [what, make] of made) t.throws(make, /backend: expected one of simd, scalar, got "smid"\. Did you mean "simd"\?/, what);
});

t.test("masks of an entropic memory: a NaN is no number, and something must be visible", async (t) => {
  const memory = new EntropicMemory({ levels: 4, quantiser: "global" });
  memory.store([[0, 1, 2, 3], [3, 2, 1, 0]]);
  for (const call of [(visible: number[]) => memory.recall([0, 1, 2, 3], { visible }), (visible: number[]) => memory.recognize([0, 1, 2, 3], { visible }), (visible: number[]) => memory.recallMany([[0, 1, 2, 3], [3, 2, 1, 0]], { visible })]) {
    t.throws(() => call([1, NaN, 1, 1]), /visible, coordinate 1: expected a number, got NaN/);
    t.throws(() => call([0, 0, 0, 0]), /visible: expected at least one entry that is not 0, got a mask that hides everything/);
    t.throws(() => call([1, 1, 1]), /visible: expected 4 numbers, got 3/);
    t.doesNotThrow(() => call([0, 0, 1, 0]));
  }
  const register = new AssociativeRegister(4, 4);
  register.register([0, 1, 2, 3]);
  t.throws(() => register.recognize([0, 1, 2, 3], { visible: [1, 1, NaN, 1] }), /visible, coordinate 2/);
  memory.dispose();
});

t.test("numbers beyond f32 where the arithmetic is f32", async (t) => {
  t.throws(() => ham("f32").run({ a: [1, 1e39, 0] }), /state of a, neuron 1: expected a number within f32, up to 3\.4e38, got 1e\+39/);
  t.throws(() => ham("f32").energy({ a: [-4e38, 0, 0] }), /neuron 0/);
  t.ok(Number.isFinite(ham("f64").energy({ a: [1, 1e39, 0] })), "f64 holds it");
  t.ok(Number.isFinite(ham("f32").energy({ a: [3e38, 0, 0] })), "and f32 what is within");
  const large = { shape: [3, 2], data: Float64Array.of(1, 2, 3, 4, 5, 1e39) };
  t.throws(() => new HAM({ precision: "f32", layers: { a: layer(3, spherical()) }, synapses: { s: denseAM(large) }, connections: [[["a"], "s"]] }), /parameter s\.W in f32, number 5: expected a finite number/);
  t.throws(() => new EnergyTransformerBlock({ ...block, Xi: { shape: [2, 3], data: large.data }, precision: "f32" }), /parameter Xi in f32, number 5/);
  t.doesNotThrow(() => new EnergyTransformerBlock({ ...block, Xi: { shape: [2, 3], data: large.data } }));
  t.throws(() => new EnergyTransformerBlock({ ...block, precision: "f32" }).run([1, 1e39, 0]), /token 0, channel 1: expected a finite number/);
});
