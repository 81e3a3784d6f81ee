/** The networks of arXiv 2405.12500: parameters of entropic-memory.md section 5, every layer against PyTorch, and weights of i8 with scales. */
import t from "tap";
import fc from "fast-check";
import { tensor, writeSafetensors, type Tensor } from "../../src/formats/index.ts";
import { ARCHITECTURES, architectureOf, Graph, Network } from "../../src/encoders/index.ts";
import { inferShapes } from "../../src/encoders/shapes.ts";
import { expectedTensors } from "../../src/encoders/weights.ts";
import { withRuleWeights } from "./golden.ts";

const OURS = ARCHITECTURES.filter(({ name }) => name.startsWith("entropic-cifar"));
for (const architecture of OURS) withRuleWeights(t, architecture);

t.test("as many parameters as the paper's networks", async (t) => {
  const sizeOf = (_tensor: string, _axis: number, otherwise: number): number => otherwise;
  const count = (name: string, keep: (tensor: string) => boolean = () => true): number => {
    const architecture = architectureOf(name);
    const input = architecture.input(sizeOf);
    const { layers } = architecture.graph(sizeOf, input);
    return [...expectedTensors(layers, inferShapes(layers, input))].filter(([tensorName]) => keep(tensorName)).reduce((sum, [, shape]) => sum + shape.reduce((a, b) => a * b, 1), 0);
  };
  t.equal(OURS.length, 15);
  const encoders = { 1024: 9_020, 512: 8_070, 256: 7_484, 128: 7_302, 64: 15_430 };
  const decoders = { 1024: 6_971, 512: 7_047, 256: 6_971, 128: 7_047, 64: 15_367 };
  const classifiers = { 1024: 8_462_922, 512: 8_462_346, 256: 2_171_466, 128: 2_170_890, 64: 2_170_602 };
  for (const [n, wanted] of Object.entries(encoders)) t.equal(count(`entropic-cifar-encoder-${n}`), wanted, `encoder ${n}`);
  for (const [n, wanted] of Object.entries(decoders)) t.equal(count(`entropic-cifar-decoder-${n}`), wanted, `decoder ${n}`);
  for (const [n, wanted] of Object.entries(classifiers)) t.equal(count(`entropic-cifar-classifier-${n}`), wanted, `classifier ${n}`);
  const trained = (name: string): boolean => !name.includes("running_");
  t.equal(count("entropic-cifar-classifier-1024", trained), 8_461_514, "of them trained, 1024");
  t.equal(count("entropic-cifar-classifier-256", trained), 2_170_058, "of them trained, 256");
});

t.test("encoder, decoder and classifier of one n fit together", async (t) => {
  const shape = (name: string): string => {
    const architecture = architectureOf(name);
    const input = architecture.input((_tensor, _axis, otherwise) => otherwise);
    return inferShapes(architecture.graph((_tensor, _axis, otherwise) => otherwise, input).layers, input).get(architecture.features)!.join();
  };
  for (const n of [64, 128, 256, 512, 1024]) {
    t.equal(shape(`entropic-cifar-encoder-${n}`), `${n},1,1`);
    t.equal(shape(`entropic-cifar-decoder-${n}`), "3,32,32");
    t.equal(shape(`entropic-cifar-classifier-${n}`), "10,1,1");
  }
});

t.test("TensorFlow's same pool: windows of 2, stride 1, reach one row and one column beyond the map, where there is nothing", async (t) => {
  for (const backend of ["simd", "scalar"] as const) {
    for (const [C, H, W] of [[1, 1, 1], [3, 1, 5], [8, 4, 1], [5, 7, 3], [17, 16, 16]] as const) {
      const g = new Graph();
      g.maxPool("p", "input", { kernel: 2, stride: 1, paddingAfter: 1 });
      const network = new Network(g, [C, H, W], new Map(), { backend });
      // All below 0: padding by zeros would show.
      const x = Float32Array.from({ length: C * H * W }, (_, i) => -1 - ((i * 37) % 101));
      const at = (c: number, y: number, k: number): number => (y < H && k < W ? x[(c * H + y) * W + k] : -Infinity);
      const want = Float32Array.from(x, (_, i) => {
        const [c, y, k] = [Math.floor(i / (H * W)), Math.floor(i / W) % H, i % W];
        return Math.max(at(c, y, k), at(c, y + 1, k), at(c, y, k + 1), at(c, y + 1, k + 1));
      });
      t.same(network.run(x), want, `${C} x ${H} x ${W}, ${backend}`);
      network.dispose();
    }
  }
  const pool = (options: object): (() => string) => () => new Graph().maxPool("p", "input", { kernel: 2, ...options });
  t.throws(pool({ paddingAfter: 2 }), { name: "EngramError", message: /layer p, paddingAfter: expected at most 1 x 1, got 2 x 2/ });
  t.throws(pool({ paddingAfter: 0.5 }), { message: /paddingAfter: expected a whole number from 0/ });
});

/** A linear layer of 5 rows and 7 columns. */
function linear(tensors: ReadonlyMap<string, Tensor> | Uint8Array): Network {
  const g = new Graph();
  g.linear("l", "input", 5);
  return new Network(g, [7, 1, 1], tensors, { name: "w.safetensors", architecture: "toy" });
}

t.test("weights of i8 with a scale per row are the products in f32", async (t) => {
  const property = fc.property(fc.int8Array({ minLength: 35, maxLength: 35 }), fc.array(fc.float({ min: Math.fround(1e-6), max: 10, noNaN: true }), { minLength: 5, maxLength: 5 }), (q, scales) => {
    const bias = tensor(new Float32Array(5));
    const whole = Float32Array.from(q, (value, i) => value * scales[Math.floor(i / 7)]);
    const asked = Float32Array.from({ length: 14 }, (_, i) => Math.fround((i - 6) / 3));
    const narrow = new Map<string, Tensor>([["l.weight", tensor(Int8Array.from(q), [5, 7])], ["l.weight_scale", tensor(Float32Array.from(scales))], ["l.bias", bias]]);
    const [wide, given, file] = [linear(new Map([["l.weight", tensor(whole, [5, 7])], ["l.bias", bias]])), linear(narrow), linear(writeSafetensors(narrow))];
    const want = wide.run(asked);
    t.same(given.run(asked), want);
    t.same(file.run(asked), want, "from a file too");
    for (const network of [wide, given, file]) network.dispose();
  });
  fc.assert(property, { numRuns: 20 });
});

t.test("scales that do not fit, or nothing to scale, are refused", async (t) => {
  const q = tensor(new Int8Array(35).fill(3), [5, 7]);
  const bias = tensor(new Float32Array(5));
  const refused = (weight: Tensor, scale: Tensor | undefined, message: RegExp): void => {
    const all: [string, Tensor][] = [["l.weight", weight], ["l.bias", bias]];
    if (scale !== undefined) all.push(["l.weight_scale", scale]);
    t.throws(() => linear(new Map(all)), { name: "EngramError", message });
  };
  refused(q, tensor(new Float32Array(7)), /w\.safetensors, tensor "l\.weight_scale": expected 5 floats, one for each row of l\.weight, got f32 \[7\]/);
  refused(q, tensor(new Float32Array(5), [5, 1]), /got f32 \[5, 1\]/);
  refused(q, tensor(new Int8Array(5)), /expected 5 floats.*got i8 \[5\]/);
  refused(tensor(new Int8Array(1), []), tensor(new Float32Array(1)), /expected no floats/);
  refused(q, undefined, /1 that are no floats: l\.weight i8/);
  refused(q, tensor(new Float32Array(5).fill(NaN, 3, 4)), /l\.weight_scale", element 3: expected a finite number, got NaN/);
  refused(tensor(new Float32Array(35), [5, 7]), tensor(new Float32Array(5)), /1 not part of it: l\.weight_scale/);
  refused(tensor(new Int8Array(28), [4, 7]), tensor(new Float32Array(4)), /1 of another shape: l\.weight \[4, 7\] instead of \[5, 7\]/);
});
