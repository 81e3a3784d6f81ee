/** What holds for every network: bits, memory, weights that do not fit, layers that fuse, bad input. */
import t from "tap";
import { Encoder, Graph, Network } from "../../src/encoders/index.ts";
import type { Shape, Weights } from "../../src/encoders/index.ts";
import { assignBuffers, mapLength } from "../../src/encoders/buffers.ts";
import { lower } from "../../src/encoders/lower.ts";
import { inferShapes } from "../../src/encoders/shapes.ts";
import { expectedTensors } from "../../src/encoders/weights.ts";
import { tensor, writeSafetensors } from "../../src/formats/index.ts";
import type { Tensor } from "../../src/formats/index.ts";
import { image } from "../../src/images/index.ts";
import { kernels } from "../../src/kernels/host.ts";
import { seeded } from "../../src/numeric/index.ts";
import { ARCHITECTURES } from "../../src/encoders/index.ts";
import { ruleImages, ruleWeights } from "./rule.ts";

/** Every kind of layer in one small network, on 11 x 9 pixels of 3 channels. */
function everything(): Graph {
  const g = new Graph();
  let x = g.relu("r1", g.batchNorm("b1", g.convolution("c1", "input", { channels: 12, kernel: 3, padding: 1, bias: false })));
  const side = g.subsample("side", x, 2, 20, 3);
  let y = g.activation("r6", g.batchNorm("b2", g.convolution("c2", x, { channels: 12, kernel: 3, padding: 1, groups: 12, stride: 2 })), "relu6");
  y = g.convolution("c3", y, { channels: 20, kernel: 1 });
  x = g.relu("sum1", g.add("a1", y, side));
  x = g.activation("silu", g.groupNorm("gn", x, 5), "silu");
  const parts = [g.activation("gelu", g.convolution("c4", x, { channels: 7, kernel: 3, padding: 2, dilation: 2 }), "gelu"), g.maxPool("mp", x, { kernel: 3, stride: 1, padding: 1 }), g.averagePool("ap", x, { kernel: 3, stride: 1, padding: 1 })];
  x = g.concat("cat", parts);
  x = g.activation("leaky", g.layerNorm("ln", x), "leaky", 0.3);
  x = g.batchNorm("bt", g.convolution("up", x, { channels: 10, kernel: 4, stride: 2, padding: 1, transposed: true, groups: 1 }));
  x = g.add("twice", x, x);
  x = g.upsample("bilinear", g.upsample("nearest", x, [1, 2]), [2, 1], "bilinear");
  x = g.convolution("c5", x, { channels: 6, kernel: [5, 3], stride: [3, 4], groups: 2 });
  x = g.activation("tanh", g.linear("l1", g.flatten("flat", x), 24), "tanh", 2);
  x = g.reshape("shape", x, [4, 2, 3]);
  g.activation("sigmoid", g.globalAverage("mean", x), "sigmoid");
  return g;
}

const INPUT: Shape = [3, 11, 9];
const graph = everything();
const wanted = expectedTensors(graph.layers, inferShapes(graph.layers, INPUT));
const weights = ruleWeights(wanted);
const numbers = (n: number, seed: number): Float32Array => {
  const rng = seeded(seed);
  return Float32Array.from({ length: n }, () => rng.uniform());
};

t.test("every kind of layer: the scalar twin has the bits of the kernels, in every layer", async (t) => {
  const images = numbers(3 * 3 * 99, 1);
  for (const accuracy of ["exact", "fast"] as const) {
    const layers = graph.layers.map(({ name }) => name);
    const [a, b] = (["simd", "scalar"] as const).map((backend) => {
      const network = new Network(graph, INPUT, weights, { layers, accuracy, backend });
      t.equal(network.backend, backend);
      const out = network.read(images);
      network.dispose();
      return out;
    });
    for (const name of layers) {
      t.same(a.get(name)!.data, b.get(name)!.data, name);
      if (name !== "side") t.ok(new Set(a.get(name)!.data).size > 10 || name === "mean" || name === "sigmoid", `${name} is alive`);
    }
    t.same(a.get("input")!.data, images);
  }
});

t.test("what is read changes nothing else: fused or kept, alone or with others", async (t) => {
  const images = numbers(2 * 3 * 99, 2);
  // Convolutions before batch norms are folded in both.
  const apart = ["c1", "c2", "up"];
  const layers = graph.layers.map(({ name }) => name).filter((name) => !apart.includes(name));
  const all = new Network(graph, INPUT, weights, { layers }).read(images);
  for (const name of layers) {
    const network = new Network(graph, INPUT, weights, { layers: [name] });
    t.same(network.run(images), all.get(name)!.data, name);
    t.same(network.outputs[0].shape, all.get(name)!.shape);
    network.dispose();
  }
});

t.test("an image alone, in any batch, in any place: the same bits; a batch takes no kernel memory", async (t) => {
  for (const [name, count] of [["cifar-resnet20", 19], ["resnet18-cifar", 5]] as const) {
    const architecture = ARCHITECTURES.find((each) => each.name === name)!;
    const g = architecture.graph((_t, _a, otherwise) => otherwise, [3, 32, 32]);
    const network = new Network(g, [3, 32, 32], ruleWeights(expectedTensors(g.layers, inferShapes(g.layers, [3, 32, 32]))));
    const images = numbers(count * 3072, 3);
    const used = kernels()!.arena.usedBytes;
    const size = kernels()!.arena.memory.buffer.byteLength;
    const seen: [number, number][] = [];
    const batch = network.run(images, { onProgress: (done, total) => seen.push([done, total]) });
    t.equal(kernels()!.arena.usedBytes, used);
    t.equal(kernels()!.arena.memory.buffer.byteLength, size);
    t.same(seen[seen.length - 1], [count, count]);
    t.ok(seen.every(([done], i) => i === 0 || done > seen[i - 1][0]), "progress goes forward");
    const dim = batch.length / count;
    for (let i = 0; i < count; i++) t.same(network.run(images.subarray(i * 3072, (i + 1) * 3072)), batch.subarray(i * dim, (i + 1) * dim), `${name} ${i}`);
    const out = new Float32Array(batch.length);
    t.equal(network.run(images, {}, out), out);
    t.same(out, batch);
    t.equal(network.run(new Float32Array(0)).length, 0, "no images");
    network.dispose();
  }
});

t.test("buffers: values that live at the same time never overlap", async (t) => {
  for (const architecture of ARCHITECTURES) {
    const input = architecture.input((_t, _a, otherwise) => otherwise);
    const { layers } = architecture.graph((_t, _a, otherwise) => otherwise, input);
    const shapes = inferShapes(layers, input);
    for (const kept of [new Set([architecture.features]), new Set(layers.filter((_, i) => i % 5 === 4).map(({ name }) => name).concat(architecture.features))]) {
      const steps = lower(layers, shapes, kept);
      const { offsets, length } = assignBuffers(steps, shapes, kept);
      const last = new Map<string, number>();
      steps.forEach((step, i) => step.inputs.forEach((name) => last.set(name, i)));
      for (const name of kept) last.set(name, steps.length);
      const born = new Map([["input", -1], ...steps.map((step, i): [string, number] => [step.output, i])]);
      let wrong = 0;
      for (const [a, i] of born) {
        if (offsets.get(a)! + mapLength(shapes.get(a)!) > length) wrong++;
        for (const [b, j] of born) {
          // b is written while a is still to be read; writing over an input that dies is allowed where the step is elementwise.
          const elementwise = j >= 0 && ["activation", "add", "batchNorm", "groupNorm"].includes(steps[j].layer.operation.kind);
          if (a === b || i >= j || (last.get(a) ?? i) < j || ((last.get(a) ?? i) === j && elementwise)) continue;
          const [p, q] = [offsets.get(a)!, offsets.get(b)!];
          if (p < q + mapLength(shapes.get(b)!) && q < p + mapLength(shapes.get(a)!)) wrong++;
        }
        // Every input is there before it is read.
        if (i >= 0 && steps[i].inputs.some((name) => born.get(name)! >= i)) wrong++;
      }
      t.equal(wrong, 0, `${architecture.name}, ${kept.size} kept`);
    }
  }
});

t.test("one error lists all tensors that do not fit", async (t) => {
  const all = new Map<string, Tensor>([...wanted.keys()].map((name) => [name, weights.read(name)]));
  const change = (f: (tensors: Map<string, Tensor>) => void): Weights => {
    const tensors = new Map(all);
    f(tensors);
    return tensors;
  };
  const made = (w: Weights): Network => new Network(graph, INPUT, w, { name: "toy.safetensors", architecture: "toy" });
  const error = /toy\.safetensors: expected the \d+ tensors of toy, got 2 missing: c1\.weight, gn\.bias; 2 not part of it: zz, c1\.weights; 2 of another shape: c3\.weight \[20, 12\] instead of \[20, 12, 1, 1\], c3\.bias \[19\] instead of \[20\]; 1 that are no floats: gn\.weight i32\. Choose/;
  t.throws(() => made(change((w) => {
    w.delete("c1.weight");
    w.delete("gn.bias");
    w.set("zz", tensor(new Float32Array(1)));
    w.set("c1.weights", tensor(new Float32Array(1)));
    w.set("c3.weight", tensor(new Float32Array(240), [20, 12]));
    w.set("c3.bias", tensor(new Float32Array(19)));
    w.set("gn.weight", tensor(new Int32Array(20)));
    w.set("b1.num_batches_tracked", tensor(BigInt64Array.of(5n), []));
  })), { name: "EngramError", message: error });
  t.throws(() => made(change((w) => w.set("c3.bias", tensor(new Float32Array(20).fill(1).fill(NaN, 7, 8))))), { message: /tensor "c3\.bias", element 7: expected a finite number, got NaN/ });
  t.throws(() => made(change((w) => w.set("c3.bias", tensor(new Float64Array(20).fill(1e300))))), { message: /toy\.safetensors, tensor "c3\.bias", element 0: expected a number that f32 can hold, up to 3\.4e38, got 1e\+300/ });
  t.throws(() => made(change((w) => w.set("b2.running_var", tensor(new Float32Array(12).fill(1).fill(-1, 3, 4))))), { message: /b2\.running_var", element 3: expected a variance, 0 or above, got -1/ });
  t.throws(() => made(change((w) => w.set("c3.bias", { dtype: "f32", shape: [20], data: new Float32Array(19) }))), { message: /c3\.bias": expected 20 numbers, got 19/ });
  const large = made(change((w) => w.set("c1.weight", tensor(new Float32Array(324).fill(3e38), [12, 3, 3, 3]))));
  t.throws(() => large.run(new Float32Array(297).fill(1)), { message: /layer sigmoid, image 0: expected finite numbers, got NaN/ });
  large.dispose();
  const used = kernels()!.arena.usedBytes;
  t.throws(() => made(change((w) => w.set("l1.bias", tensor(new Float32Array(24).fill(Infinity))))));
  t.equal(kernels()!.arena.usedBytes, used, "what was packed before the error is free again");
  t.throws(() => made(new Uint8Array(3)), { name: "EngramError" });
});

t.test("f16, bf16 and f64 are widened or rounded at load; DataParallel's prefix is no part of a name", async (t) => {
  const { layers } = ARCHITECTURES.find(({ name }) => name === "mini-conv")!.graph((_t, _a, o) => o, [1, 16, 16]);
  const names = expectedTensors(layers, inferShapes(layers, [1, 16, 16]));
  const rule = ruleWeights(names);
  const eighths = new Map([...names.keys()].map((name): [string, Tensor] => {
    const { shape, data } = rule.read(name);
    return [name, tensor(Float32Array.from(data as Float32Array, (v) => Math.round(8 * v) / 8), shape)];
  }));
  const as = (dtype: "f32" | "f16" | "bf16" | "f64", prefix = ""): Uint8Array => writeSafetensors(new Map([...eighths].map(([name, { shape, data }]) => [prefix + name, tensor(dtype === "f64" ? Float64Array.from(data as Float32Array) : data, shape, dtype)])));
  const picture = image(16, 16, 1, ruleImages(256, false).slice(0, 256));
  const features = (bytes: Uint8Array): Float32Array => {
    const encoder = new Encoder("mini-conv", bytes);
    const out = encoder.encode([picture]);
    encoder.dispose();
    return out;
  };
  const want = features(as("f32"));
  t.equal(want.length, 64);
  for (const dtype of ["f16", "bf16", "f64"] as const) t.same(features(as(dtype)), want, dtype);
  t.same(features(as("f32", "module.")), want, "module.");
});

t.test("diffusers' names of the tiny autoencoder, both halves in one file", async (t) => {
  const pick = (name: string): { g: Graph; input: Shape } => {
    const architecture = ARCHITECTURES.find((each) => each.name === name)!;
    const input: Shape = name.endsWith("encoder") ? [3, 16, 16] : [4, 2, 2];
    return { g: architecture.graph((_t, _a, o) => o, input), input };
  };
  const both = new Map<string, Tensor>();
  for (const half of ["encoder", "decoder"] as const) {
    const { g, input } = pick(`taesd-${half}`);
    const rule = ruleWeights(expectedTensors(g.layers, inferShapes(g.layers, input)));
    for (const name of rule.places.keys()) {
      const [place, ...rest] = name.split(".");
      both.set(`${half}.layers.${[Number(place) - (half === "decoder" ? 1 : 0), ...rest].join(".")}`, rule.read(name));
    }
  }
  for (const half of ["encoder", "decoder"] as const) {
    const { g, input } = pick(`taesd-${half}`);
    const numbers = ruleImages(input[0] * input[1] * input[2], half === "decoder");
    const plain = new Network(g, input, ruleWeights(expectedTensors(g.layers, inferShapes(g.layers, input))));
    const other = new Encoder(`taesd-${half}`, both, { size: [input[1], input[2]] });
    t.same(other.network.run(numbers), plain.run(numbers), half);
    other.dispose();
    plain.dispose();
  }
});

t.test("bad input and use after dispose", async (t) => {
  const network = new Network(graph, INPUT, weights);
  t.throws(() => network.run(new Float32Array(298)), { message: /images: expected N x 3 x 11 x 9 = N x 297 numbers, got 298/ });
  t.throws(() => network.run(new Float32Array(594).fill(1).fill(NaN, 300, 301)), { message: /image 1, number 3: expected a finite number/ });
  t.throws(() => network.run(new Float32Array(297), {}, new Float32Array(5)), { message: /out: expected 4 numbers, got 5/ });
  const used = kernels()!.arena.usedBytes;
  network.dispose();
  t.ok(kernels()!.arena.usedBytes < used);
  t.throws(() => network.run(new Float32Array(297)), { message: /disposed/ });
  network.dispose();
  t.throws(() => new Network(graph, INPUT, weights, { layers: ["c6"] }), { message: /layer: expected one of .*"c6"\. Did you mean "c/ });
  t.throws(() => new Network(graph, INPUT, weights, { layers: [] }), { message: /at least one name/ });
  t.throws(() => new Network(graph, [3, 2, 2], weights), { message: /layer c5: expected an input at least as large as its window, got 10 x \d+ x \d+ for an image of 3 x 2 x 2/ });
  t.throws(() => new Encoder("resnet19", new Map()), { message: /Did you mean "resnet18"/ });
  t.throws(() => new Encoder("resnet18", new Map()), { message: /weights: expected the 100 tensors of resnet18, got 100 missing: conv1\.weight/ });
  const g = new Graph();
  t.throws(() => g.relu("a", "b"), { message: /inputs that are earlier layers, got "b"/ });
  g.relu("a", "input");
  t.throws(() => g.relu("a", "input"), { message: /"a" twice/ });
  g.linear("l", "a", 3);
  t.throws(() => inferShapes(g.layers, [3, 2, 2]), { message: /layer l: expected a vector, got 3 x 2 x 2/ });
});

t.test("a graph takes only sizes that a layer can have", async (t) => {
  const g = new Graph();
  const conv = (more: object) => (): string => g.convolution("c", "input", { channels: 2, kernel: 3, ...more });
  const pool = (more: object, kind: "maxPool" | "averagePool" = "maxPool") => (): string => g[kind]("p", "input", { kernel: 3, ...more });
  const refused: [() => string, RegExp][] = [
    [conv({ stride: 1.5 }), /layer c, stride: expected a whole number from 1 to 1048576, got 1\.5/], [conv({ padding: 0.5 }), /layer c, padding: .* from 0 .* got 0\.5/], [conv({ padding: -1 }), /padding: .* got -1/],
    [conv({ dilation: 0 }), /dilation: .* got 0/], [conv({ dilation: [1, -1] }), /dilation: .* got -1/], [conv({ dilation: 2 ** 32, kernel: 1 }), /dilation: .* got 4294967296/],
    [conv({ kernel: 0 }), /kernel: .* got 0/], [conv({ kernel: NaN }), /kernel: .* got NaN/], [conv({ kernel: [3] }), /kernel: expected one number, or rows and columns, got 3/], [conv({ kernel: "3" }), /rows and columns/],
    [conv({ channels: 0 }), /channels: .* got 0/], [conv({ groups: 0 }), /groups: .* got 0/], [conv({ transposed: true, stride: 0 }), /stride: .* got 0/],
    [conv({ transposed: true, stride: [2, 3], outputPadding: [1, 3] }), /outputPadding: expected at most 1 x 2, got 1 x 3/], [conv({ transposed: true, outputPadding: 1 }), /outputPadding: expected at most 0 x 0/],
    [conv({ outputPadding: 1 }), /outputPadding: expected at most 0 x 0/],
    [pool({ padding: 2 }), /layer p, padding: expected at most 1 x 1, got 2 x 2/], [pool({ kernel: [2, 5], padding: [1, 3] }, "averagePool"), /padding: expected at most 1 x 2, got 1 x 3/],
    [pool({ stride: Infinity }), /stride: .* got Infinity/], [pool({ dilation: 0.5 }, "averagePool"), /dilation: .* got 0\.5/],
    [() => g.linear("l", "input", 2.5), /features: .* got 2\.5/], [() => g.groupNorm("n", "input", 0), /groups: .* got 0/], [() => g.batchNorm("n", "input", -1), /epsilon: expected 0 or above, got -1/],
    [() => g.activation("t", "input", "tanh", 0), /parameter: expected a finite number other than 0/], [() => g.activation("t", "input", "leaky", NaN), /parameter: expected a finite number, got NaN/],
    [() => g.upsample("u", "input", 0), /factor: expected a number above 0, got 0/], [() => g.subsample("s", "input", 0, 2, 0), /stride: .* got 0/], [() => g.subsample("s", "input", 1, 2, -1), /before: .* got -1/],
    [() => g.reshape("r", "input", [-1, -1, 3]), /shape: .* got -1/], [() => g.reshape("r", "input", [4] as unknown as Shape), /shape: expected channels, rows, columns, got \[4\]/],
  ];
  for (const [add, message] of refused) t.throws(add, { name: "EngramError", message });
  t.equal(g.layers.length, 1, "nothing was added");
  const shapesOf = (make: (g: Graph) => string, input: Shape): Shape => {
    const one = new Graph();
    const last = make(one);
    return inferShapes(one.layers, input).get(last)!;
  };
  for (const input of [[3, 2], [3, 0, 2], [3, 2.5, 2], [3, NaN, 2]]) t.throws(() => shapesOf(() => "input", input as unknown as Shape), { name: "EngramError", message: /input: expected channels, rows and columns/ });
  t.throws(() => shapesOf((one) => one.upsample("u", "input", 1.5), [1, 3, 2]), { message: /layer u: expected rows and columns that are whole numbers times 1\.5 x 1\.5, got 1 x 3 x 2/ });
  t.same(shapesOf((one) => one.upsample("u", "input", 1.5), [1, 4, 2]), [1, 6, 3]);
  t.throws(() => shapesOf((one) => one.subsample("s", "input", 2, 4, 2), [3, 2, 2]), { message: /layer s: expected at most 2 channels behind 2 of 4, got 3 x 2 x 2/ });
  // Taps at -1 and 2 of two pixels.
  t.throws(() => shapesOf((one) => one.maxPool("p", "input", { kernel: 2, stride: 1, padding: 1, dilation: 3 }), [1, 2, 2]), { message: /layer p: expected pixels in every window, got 1 x 2 x 2/ });
  t.same(shapesOf((one) => one.maxPool("p", "input", { kernel: 2, stride: 1, padding: 1, dilation: 3 }), [1, 3, 4]), [1, 2, 3]);
});

t.test("unknown names and arrays of another kind are refused, not passed over", async (t) => {
  const g = new Graph();
  t.throws(() => g.activation("a", "input", "swish" as "silu"), { name: "EngramError", message: /layer a, activation: expected one of relu, .*, got "swish"/ });
  t.throws(() => g.activation("a", "input", "sigmoyd" as "sigmoid"), { name: "EngramError", message: /Did you mean "sigmoid"/ });
  t.throws(() => g.upsample("u", "input", 2, "cubic" as "bilinear"), { name: "EngramError", message: /layer u, method: expected one of nearest, bilinear, got "cubic"/ });
  t.throws(() => g.concat("c", []), { name: "EngramError", message: /layer c: expected at least one input, got none/ });
  t.equal(g.layers.length, 1, "nothing was added");
  t.throws(() => new Network(graph, INPUT, weights, { accuracy: "exakt" as "exact" }), { name: "EngramError", message: /accuracy: expected one of exact, fast, got "exakt"\. Did you mean "exact"/ });
  t.throws(() => new Network(graph, INPUT, weights, { backend: "wasm" as "simd" }), { name: "EngramError", message: /backend: expected one of simd, scalar, got "wasm"/ });
  const inputs = ["input"];
  g.concat("c", inputs);
  inputs.pop();
  const network = new Network(g, [1, 2, 2], new Map());
  const four = [1, 2, 3, 4];
  t.same(network.run(Float32Array.from(four)), Float32Array.from(four));
  t.throws(() => network.run(four as unknown as Float32Array), { name: "EngramError", message: /images: expected a Float32Array, got Array\. / });
  t.throws(() => network.read(Float64Array.from(four) as unknown as Float32Array), { name: "EngramError", message: /images: expected a Float32Array, got Float64Array/ });
  t.throws(() => network.run(undefined as unknown as Float32Array), { name: "EngramError", message: /images: expected a Float32Array, got Undefined/ });
  t.throws(() => network.run(Float32Array.from(four), {}, new Array<number>(4) as unknown as Float32Array), { name: "EngramError", message: /out: expected a Float32Array, got Array/ });
  network.dispose();
});

t.test("errors about numbers in weights name the file; what f32 cannot hold is shown as it was given", async (t) => {
  const g = new Graph();
  g.batchNorm("bn", g.linear("l", "input", 1));
  const one = (changes: Record<string, Tensor>): Map<string, Tensor> => new Map(Object.entries({
    "l.weight": tensor(Float32Array.of(1), [1, 1]), ...Object.fromEntries(["l.bias", "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"].map((name) => [name, tensor(Float32Array.of(1))])), ...changes,
  }));
  const made = (changes: Record<string, Tensor>) => (): Network => new Network(g, [1, 1, 1], one(changes), { name: "mine.safetensors" });
  made({})().dispose();
  t.throws(made({ "l.bias": tensor(Float32Array.of(NaN)) }), { name: "EngramError", message: /^mine\.safetensors, tensor "l\.bias", element 0: expected a finite number, got NaN/ });
  t.throws(made({ "l.weight": tensor(Float64Array.of(-1e300), [1, 1]) }), { name: "EngramError", message: /^mine\.safetensors, tensor "l\.weight", element 0: expected a number that f32 can hold.*, got -1e\+300/ });
  t.throws(made({ "bn.running_var": tensor(Float32Array.of(-1)) }), { name: "EngramError", message: /^mine\.safetensors, tensor "bn\.running_var", element 0: expected a variance/ });
  t.throws(made({ "bn.bias": { dtype: "f32", shape: [1], data: new Float32Array(2) } }), { name: "EngramError", message: /^mine\.safetensors, tensor "bn\.bias": expected 1 numbers, got 2/ });
  for (const [weights, got] of [[undefined, "undefined"], [null, "null"], ["w.safetensors", 'the text "w.safetensors"'], [7, "7"]] as const) {
    t.throws(() => new Encoder("mini-conv", weights as never), { name: "EngramError", message: `weights: expected the bytes of a safetensors file, an open one, or a map of tensors, got ${got}. Read the file first: new Encoder(architecture, readFileSync(path)).` });
  }
});

t.test("an encoder takes pictures in an array, into an array of one's own, and no option it does not have", async (t) => {
  const architecture = ARCHITECTURES.find(({ name }) => name === "mini-conv")!;
  const input = architecture.input((_t, _a, otherwise) => otherwise);
  const { layers } = architecture.graph((_t, _a, otherwise) => otherwise, input);
  const encoder = new Encoder("mini-conv", ruleWeights(expectedTensors(layers, inferShapes(layers, input))));
  const [C, H, W] = input;
  // more than are preprocessed at once
  const pictures = Array.from({ length: 67 }, (_, n) => image(W, H, C as 1, Float32Array.from({ length: C * H * W }, (_value, i) => ((i * 31 + n * 7) % 101) / 100)));
  const want = encoder.encode(pictures);
  const out = new Float32Array(67 * encoder.dim);
  t.equal(encoder.encode(pictures, {}, out), out);
  t.same(out, want);
  t.same(encoder.encode(pictures.slice(40, 43)), want.slice(40 * encoder.dim, 43 * encoder.dim), "what an earlier, larger batch left is not read again");
  const held = process.memoryUsage().arrayBuffers;
  for (let call = 0; call < 50; call++) encoder.encode(pictures, {}, out);
  // an array of preprocessed pictures for each call would be 50 times this; whatever is collected meanwhile only makes it less
  t.ok(process.memoryUsage().arrayBuffers - held < 4 * 32 * encoder.network.dim, "a batch takes no memory of JavaScript either");
  t.same([encoder.encode([]).length, encoder.encodeLayers([]).get(encoder.network.outputs[0].name)!.data.length], [0, 0], "a batch of zero");
  t.throws(() => encoder.encode(pictures, {}, new Float32Array(3)), { name: "EngramError", message: new RegExp(`out: expected ${67 * encoder.dim} numbers, got 3`) });
  t.throws(() => encoder.encode(pictures[0] as never), { name: "EngramError", message: /pictures: expected an array of pictures, got one picture\. Put a single one into brackets/ });
  t.throws(() => encoder.encodeLayers(undefined as never), { name: "EngramError", message: /pictures: expected an array of pictures, got Undefined/ });
  t.throws(() => encoder.encode([pictures[0], undefined as never]), { name: "EngramError", message: /picture 1: expected a picture, got undefined/ });
  t.throws(() => encoder.encode([pictures[0]], { onprogress: () => {} } as never), { name: "EngramError", message: /encode option: .*Did you mean "onProgress"/ });
  t.throws(() => encoder.network.run(new Float32Array(encoder.network.dim), { progress: 1 } as never), { name: "EngramError", message: /run option: expected one of onProgress, got "progress"/ });
  for (const size of [32, [32], [3, 32, 32]]) t.throws(() => new Encoder("mini-conv", new Map(), { size: size as never }), { name: "EngramError", message: /size: expected \[rows, columns\], got 3/ });
  encoder.dispose();
});
