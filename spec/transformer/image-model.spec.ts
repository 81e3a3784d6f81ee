/** The image model: patches, torch's numbers, checkpoints in the released layout, a small training, bad input. */
import { readFileSync } from "node:fs";
import t from "tap";
import { Adam, constant, grad, item, mean, mul, square, sub, sum, variable, type NdArray, type Var } from "../../src/autodiff/index.ts";
import { readNpz, readSafetensors, tensor, writeSafetensors } from "../../src/formats/index.ts";
import { normal, repu } from "../../src/hamux/index.ts";
import { EngramError, seeded } from "../../src/numeric/index.ts";
import { EnergyTransformerBlock, fromPatches, ImageEnergyTransformer, patchCounts, readCheckpoint, toPatches, writeCheckpoint, type Geometry } from "../../src/transformer/index.ts";
import { worstGradient } from "../autodiff/differences.ts";
import { badCuts, surviveNoise } from "../formats/hostile.ts";
import { fill, off } from "../hamux/samples.ts";

const G: Geometry = { channels: 2, height: 4, width: 6, patch: 2 };
const PICTURE = { channels: 2, height: 4, width: 6, data: fill([2, 4, 6], 0.9, 0.5).data.map((value) => value + 0.5) };
const HIDDEN = [0, 1, 0, 0, 1, 0];
const NORMS = { mean: [0.4, 0.6], sd: [0.2, 0.3] };
const PARTS = {
  Wenc: fill([8, 5], 0.1, 0.5), Benc: fill(5, 0.2, 0.5), Wdec: fill([5, 8], 0.3, 0.5), Bdec: fill(8, 0.4, 0.5), positions: fill([7, 5], 0.5, 0.5), CLS: fill(5, 0.6), MASK: fill(5, 0.7),
};
const BLOCK = { WQ: fill([2, 3, 5], 0.1, 0.4), WK: fill([2, 3, 5], 0.2, 0.4), Xi: fill([7, 5], 0.3, 0.4), allowSelf: true };
const model = (): ImageEnergyTransformer => new ImageEnergyTransformer({ block: new EnergyTransformerBlock(BLOCK), geometry: G, ...PARTS, ...NORMS });
const npz = (): Uint8Array => new Uint8Array(readFileSync("fixtures/transformer/checkpoint.npz"));

t.test("torch's patches, tokens, states and pictures", async (t) => {
  const { image } = JSON.parse(readFileSync("fixtures/transformer/golden.json", "utf8")) as { image: Record<"patches" | "start" | "x" | "decoded", number[]> };
  const one = model();
  t.ok(off(one.patches([PICTURE]).data, image.patches) < 1e-14, "patches: unfold");
  t.ok(off(one.encode(one.patches([PICTURE]), HIDDEN, one.params).data, image.start) < 1e-14, "encoded: MASK, CLS, positions");
  const { x, decoded, completed, energies, raised } = one.complete(PICTURE, HIDDEN, { steps: 3 });
  t.ok(off(x, image.x) < 1e-11, "after three steps");
  t.ok(off(decoded.data, image.decoded) < 1e-6, "decoded (pictures are f32)");
  t.same([energies.length, raised], [4, 0]);
  const visible = toPatches(PICTURE, G);
  toPatches(completed, G).forEach((value, i) => {
    if (HIDDEN[Math.floor(i / 8)] === 0) t.equal(value, Math.fround(visible[i]), "visible patches stay");
  });
  const blind = { ...PICTURE, data: fromPatches(visible.map((value, i) => (HIDDEN[Math.floor(i / 8)] === 1 ? 9 : value)), G).data };
  const seen = { ...PICTURE, data: Float32Array.from(PICTURE.data) };
  t.same(one.complete(blind, HIDDEN).decoded.data, one.complete(seen, HIDDEN).decoded.data, "what is hidden is not looked at");
  t.ok(off(one.predict(one.patches([PICTURE]), HIDDEN, one.params, 3).data, Array.from(toPatches({ ...decoded, data: Float64Array.from(image.decoded) }, G), (value, i) => {
    const c = Math.floor((i % 8) / 4);
    return (value - NORMS.mean[c]) / NORMS.sd[c];
  })) < 1e-11, "predict is the same on the tape");
});

t.test("what stands in hidden pixels reaches nothing: NaN, infinities, numbers beyond f32; values and gradients", async (t) => {
  const hiddenAre = (value: number): typeof PICTURE => ({ ...PICTURE, data: fromPatches(toPatches(PICTURE, G).map((own, i) => (HIDDEN[Math.floor(i / 8)] === 1 ? value : own)), G).data as never });
  const parts = new ImageEnergyTransformer({ block: new EnergyTransformerBlock({ ...BLOCK, precision: "f32" }), geometry: G, ...PARTS, ...NORMS });
  for (const one of [model(), parts]) {
    const names = Object.keys(one.params);
    const learned = (picture: typeof PICTURE): ArrayLike<number>[] => {
      const vars = Object.fromEntries(names.map((name) => [name, variable(one.params[name])]));
      return grad(sum(square(one.predict(one.patches([picture]), HIDDEN, vars, 2))), Object.values(vars)).map(({ data }) => data);
    };
    const [wanted, slopes] = [one.complete(hiddenAre(0), HIDDEN), learned(hiddenAre(0))];
    for (const value of [NaN, Infinity, -Infinity, 3e38]) {
      t.same(one.complete(hiddenAre(value), HIDDEN), wanted, `${one.block.precision}, ${value}`);
      t.same(learned(hiddenAre(value)), slopes, `gradients, ${one.block.precision}, ${value}`);
    }
  }
});

t.test("patches and back, sizes that are distinct primes times the patch", async (t) => {
  for (const geometry of [G, { channels: 3, height: 15, width: 21, patch: 3 }, { channels: 1, height: 5, width: 7, patch: 1 }]) {
    const { channels, height, width } = geometry;
    const data = Float32Array.from({ length: channels * height * width }, (_, i) => i);
    const patches = toPatches({ channels, height, width, data }, geometry);
    t.same(fromPatches(patches, geometry).data, data);
    t.equal(patches.length, patchCounts(geometry).N * patchCounts(geometry).P);
  }
  const wrong: [() => unknown, RegExp][] = [
    [() => patchCounts({ ...G, patch: 4 }), /divides 4 x 6/], [() => patchCounts({ ...G, patch: 0 }), /patch: expected a whole number/], [() => toPatches({ ...PICTURE, width: 5 }, G), /2 x 4 x 6.*got 2 x 4 x 5/],
    [() => fromPatches([1], G), /48 numbers, got 1/],
  ];
  for (const [call, message] of wrong) t.throws(call, { name: "EngramError", message });
});

t.test("gradients of a completion in every parameter are finite differences", async (t) => {
  const one = model();
  const names = Object.keys(one.parameters);
  const patches = one.patches([PICTURE, { ...PICTURE, data: PICTURE.data.map((value) => 1 - value) }]);
  const loss = (...all: Var[]): Var => mul(0.1, sum(square(one.predict(patches, [...HIDDEN, 1, 1, 0, 0, 0, 1], Object.fromEntries(names.map((name, i) => [name, all[i]])), 2))));
  t.ok(worstGradient(loss, Object.values(one.parameters)) < 1e-6);
});

t.test("checkpoints: numpy's npz in the released layout; safetensors there and back", async (t) => {
  const read = readCheckpoint(npz(), { geometry: G, precision: "f64", ...NORMS });
  const wanted = model().complete(PICTURE, HIDDEN);
  t.same(read.complete(PICTURE, HIDDEN).x.length, 35);
  t.ok(off(read.complete(PICTURE, HIDDEN).x, wanted.x) < 1e-12, "to the last bits of sin in numpy and here");
  const bytes = writeCheckpoint(read, "f64");
  t.same(readCheckpoint(bytes, { geometry: G, precision: "f64", ...NORMS }).complete(PICTURE, HIDDEN), read.complete(PICTURE, HIDDEN), "the same bits");
  t.same([...readSafetensors(bytes).tensors.keys()].sort(), [...readNpz(npz()).keys()].sort());
  const half = readCheckpoint(writeCheckpoint(read, "f16"), { geometry: G, ...NORMS });
  t.equal(half.block.precision, "f32");
  t.ok(off(half.complete(PICTURE, HIDDEN).decoded.data, wanted.decoded.data) < 0.02, "f16 has three digits");
  const tensors = readSafetensors(bytes).tensors;
  const changed = (key: string, value?: NdArray): Uint8Array => writeSafetensors(new Map([...tensors].filter(([name]) => name !== key).concat(value === undefined ? [] : [[key, tensor(value.data, value.shape)]])));
  const refused: [() => unknown, RegExp][] = [
    [() => readCheckpoint(changed("Wq"), { geometry: G }), /an array Wq, got "Wk"/], [() => readCheckpoint(changed("Wq", fill([6, 5], 1)), { geometry: G }), /\[heads, width, channels\]/],
    [() => readCheckpoint(bytes, { geometry: { ...G, channels: 1 } }), /Wenc: expected shape \[4, 5\], got \[8, 5\]/], [() => readCheckpoint(changed("Xi", fill([7, 5], 1)), { geometry: G }), /Xi/],
    [() => readCheckpoint(changed("LNORM_gamma", fill([1], -1)), { geometry: G }), /gamma/], [() => readCheckpoint(changed("Bdec", { shape: [8], data: new Float64Array(8).fill(Infinity) }), { geometry: G }), /Bdec, number 0/],
    [() => writeCheckpoint(new ImageEnergyTransformer({ block: new EnergyTransformerBlock({ ...BLOCK, beta: 2 }), geometry: G, ...PARTS })), /beta = 1 \/ sqrt\(3\)/],
    [() => writeCheckpoint(new ImageEnergyTransformer({ block: new EnergyTransformerBlock({ ...BLOCK, hopfield: repu(3) }), geometry: G, ...PARTS })), /relu memories/],
  ];
  for (const [call, message] of refused) {
    t.throws(call, EngramError, String(message));
    t.throws(call, { message });
  }
  t.same(badCuts((cut) => readCheckpoint(cut, { geometry: G }).parameters, bytes), []);
  surviveNoise((noise) => readCheckpoint(noise, { geometry: G }).parameters, bytes, 100);
});

t.test("it learns: hidden patches of striped pictures, by gradients through the steps", async (t) => {
  const rng = seeded(3);
  const geometry: Geometry = { channels: 1, height: 8, width: 8, patch: 4 };
  const D = 12;
  const stripes = (): Parameters<ImageEnergyTransformer["patches"]>[0][number] => {
    const phase = rng.integer(4);
    return { channels: 1, height: 8, width: 8, data: Float32Array.from({ length: 64 }, (_, i) => ((i + phase) % 4 < 2 ? 1 : 0)) };
  };
  const one = new ImageEnergyTransformer({
    block: new EnergyTransformerBlock({ WQ: normal([2, 6, D], rng, 0.2), WK: normal([2, 6, D], rng, 0.2), Xi: normal([24, D], rng, 0.2) }), geometry, mean: [0.5], sd: [0.5],
    Wenc: normal([16, D], rng, 0.2), Benc: normal(D, rng, 0), Wdec: normal([D, 16], rng, 0.2), Bdec: normal(16, rng, 0), positions: normal([5, D], rng), CLS: normal(D, rng), MASK: normal(D, rng),
  });
  let parameters = one.parameters;
  const adam = new Adam({ rate: 0.01 });
  const losses: number[] = [];
  const hidden = Array.from({ length: 16 }, () => [1, 0, 1, 0]).flat();
  const only = constant(hidden, [16, 4, 1]);
  for (let i = 0; i < 120; i++) {
    const vars = Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, variable(value)]));
    const patches = one.patches(Array.from({ length: 16 }, stripes));
    const loss = mean(square(mul(only, sub(one.predict(patches, hidden, vars, 4), patches))));
    losses.push(item(loss));
    const gradients = grad(loss, Object.values(vars));
    parameters = adam.step(parameters, Object.fromEntries(Object.keys(vars).map((name, k) => [name, gradients[k]])));
  }
  t.ok(losses[0] > 0.4, `${losses[0]}: half the patches are hidden, each unit of variance unexplained`);
  t.ok(losses[119] < 0.02, `${losses[119]} after 120 batches`);
});

t.test("bad input", async (t) => {
  const wrong: [() => unknown, RegExp][] = [
    [() => new ImageEnergyTransformer({ block: new EnergyTransformerBlock(BLOCK), geometry: G, ...PARTS, Wenc: fill([5, 8], 1) }), /Wenc: expected shape \[8, 5\], got \[5, 8\]/],
    [() => new ImageEnergyTransformer({ block: new EnergyTransformerBlock(BLOCK), geometry: G, ...PARTS, positions: fill([6, 5], 1) }), /positions: expected shape \[7, 5\]/],
    [() => new ImageEnergyTransformer({ block: new EnergyTransformerBlock(BLOCK), geometry: G, ...PARTS, sd: [1, 0] }), /sd: expected numbers above 0/],
    [() => new ImageEnergyTransformer({ block: new EnergyTransformerBlock(BLOCK), geometry: G, ...PARTS, mean: [1] }), /2 finite numbers/],
    ...Object.keys(PARTS).map((name): [() => unknown, RegExp] => [() => new ImageEnergyTransformer({ block: new EnergyTransformerBlock(BLOCK), geometry: G, ...PARTS, [name]: undefined }), new RegExp(`image model ${name}: expected .*got none`)]),
    [() => new ImageEnergyTransformer({ block: new EnergyTransformerBlock(BLOCK), geometry: G, ...PARTS, Bdec: { shape: [8], data: new Float64Array(7) } }), /Bdec: expected 8 numbers for shape \[8\], got 7/],
    [() => model().predict(model().patches([PICTURE]), [1, 0, 1], model().params), /hidden patches: expected 6 entries/],
    [() => model().predict(model().patches([PICTURE]), [1, 0, 1, 0, 2, 0], model().params), /hidden patches, entry 4: expected 0 or 1/],
    [() => model().complete(PICTURE, [1, 0]), /hidden patches: expected 6 entries/], [() => model().complete({ ...PICTURE, height: 3 }, HIDDEN), /picture/], [() => model().complete(PICTURE, HIDDEN, { alpha: -1 }), /alpha/],
  ];
  for (const [call, message] of wrong) t.throws(call, { name: "EngramError", message });
});
