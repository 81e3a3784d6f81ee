/** Convolutions against the literal loop, simd against scalar, a batch against its images, on sizes that fit nothing. */
import t from "tap";
import { seeded } from "../../src/numeric/index.ts";
import { Blocks } from "../../src/kernels/blocks.ts";
import { Convolution, convolutionSize } from "../../src/kernels/convolution.ts";
import type { Accuracy, ConvolutionShape, Pair } from "../../src/kernels/convolution.ts";
import { padded } from "../../src/kernels/geometry.ts";
import { layerHost } from "../../src/kernels/layers.ts";
import type { LayerHost } from "../../src/kernels/layers.ts";

interface Case extends ConvolutionShape {
  readonly size: Pair;
}

const base: ConvolutionShape = { inChannels: 1, outChannels: 1, kernel: [1, 1], stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1, transposed: false, outputPadding: [0, 0] };
const of = (size: Pair, inChannels: number, outChannels: number, kernel: Pair, more: Partial<ConvolutionShape> = {}): Case => ({ ...base, ...more, size, inChannels, outChannels, kernel });

const CASES: readonly Case[] = [
  of([1, 1], 1, 1, [1, 1]), of([3, 5], 7, 17, [1, 1]), of([9, 13], 64, 5, [1, 1]), of([8, 9], 300, 11, [1, 1]), of([5, 7], 257, 3, [1, 1], { stride: [2, 2] }),
  of([11, 7], 3, 8, [7, 7], { stride: [2, 2], padding: [3, 3] }), of([5, 8], 4, 19, [3, 5], { padding: [1, 2] }), of([13, 11], 5, 7, [3, 3], { stride: [2, 3], padding: [2, 0], dilation: [2, 3] }),
  of([1, 1], 65, 9, [3, 3], { padding: [1, 1] }), of([1, 5], 31, 9, [3, 3], { padding: [1, 1] }), of([6, 1], 31, 9, [3, 3], { padding: [1, 1] }), of([2, 2], 40, 8, [3, 3], { padding: [1, 1], stride: [2, 2] }),
  of([7, 7], 1, 1, [2, 2], { stride: [3, 3] }), of([4, 4], 6, 4, [3, 3], { padding: [4, 4], dilation: [4, 4] }),
  // Winograd, both kinds
  of([3, 3], 8, 8, [3, 3]), of([5, 5], 8, 8, [3, 3]), of([7, 5], 13, 17, [3, 3], { padding: [1, 1] }), of([4, 4], 259, 9, [3, 3], { padding: [1, 1] }),
  of([10, 13], 8, 3, [3, 3], { padding: [1, 1] }), of([17, 11], 19, 33, [3, 3], { padding: [1, 1] }), of([14, 15], 9, 8, [3, 3], { padding: [0, 2] }),
  // by fours, more than one block of 256, more than one pass of tiles
  of([10, 10], 257, 8, [3, 3], { padding: [1, 1] }), of([4, 5], 258, 64, [3, 3], { padding: [1, 1] }), of([23, 30], 9, 65, [3, 3], { padding: [1, 1] }),
  // groups
  of([5, 7], 6, 4, [3, 3], { groups: 2, padding: [1, 1] }), of([5, 7], 21, 14, [1, 1], { groups: 7 }), of([4, 6], 4, 12, [3, 3], { groups: 4 }),
  of([6, 9], 11, 11, [3, 3], { groups: 11, padding: [1, 1] }), of([9, 8], 17, 17, [3, 3], { groups: 17, stride: [2, 2], padding: [1, 1] }),
  of([11, 9], 5, 5, [5, 3], { groups: 5, dilation: [2, 1], padding: [4, 0] }),
  // transposed
  of([1, 1], 2, 3, [1, 1], { transposed: true }), of([5, 3], 7, 9, [4, 4], { transposed: true, stride: [2, 2], padding: [1, 1] }),
  of([4, 5], 3, 10, [3, 3], { transposed: true, stride: [2, 2], padding: [1, 1], outputPadding: [1, 1] }), of([3, 4], 5, 2, [2, 5], { transposed: true, stride: [3, 2], padding: [0, 2], outputPadding: [1, 0] }),
  of([3, 3], 6, 4, [3, 4], { transposed: true, stride: [2, 3], groups: 2 }), of([7, 6], 11, 5, [3, 3], { transposed: true, padding: [1, 1] }), of([2, 70], 3, 3, [2, 2], { transposed: true, stride: [2, 2] }),
  // outputs enough for windows by fours, and more than one block of 256
  of([7, 9], 5, 67, [3, 3], { padding: [1, 1], stride: [2, 2] }), of([5, 4], 130, 65, [3, 2], { stride: [2, 1] }), of([13, 12], 3, 64, [7, 7], { stride: [2, 2], padding: [3, 3] }), of([3, 4], 6, 144, [2, 2], { groups: 2 }),
  of([5, 6], 3, 71, [4, 4], { transposed: true, stride: [2, 2], padding: [1, 1] }), of([3, 5], 130, 64, [3, 3], { transposed: true, stride: [2, 2], padding: [1, 1], outputPadding: [1, 1] }), of([1, 5], 64, 72, [3, 3], { padding: [1, 1], stride: [2, 2] }),
  // and with fewer taps than its stride: some outputs are the bias alone
  of([2, 2], 1, 1, [1, 1], { transposed: true, stride: [2, 2] }), of([3, 2], 5, 9, [1, 3], { transposed: true, stride: [3, 2], padding: [0, 1], outputPadding: [2, 0] }), of([2, 3], 6, 4, [2, 1], { transposed: true, stride: [1, 4], groups: 2 }),
];

const name = (c: Case): string => `${c.transposed ? "transposed " : ""}${c.size.join("x")} ${c.inChannels}->${c.outChannels} kernel ${c.kernel.join("x")} stride ${c.stride.join()} padding ${c.padding.join()} dilation ${c.dilation.join()} groups ${c.groups}`;
const numbers = (n: number, seed: number): Float32Array => {
  const rng = seeded(seed);
  return Float32Array.from({ length: n }, () => rng.normal());
};

/** The definition: f64, NCHW; also the sum of magnitudes of each output, which bounds what rounding can do. */
function literal(c: Case, x: Float32Array, w: Float32Array, bias: Float32Array, out: Pair): { y: Float64Array; scale: Float64Array } {
  const [C, O] = [c.inChannels / c.groups, c.outChannels / c.groups];
  const y = new Float64Array(c.outChannels * out[0] * out[1]);
  const scale = new Float64Array(y.length);
  const add = (o: number, oy: number, ox: number, value: number): void => {
    if (oy < 0 || oy >= out[0] || ox < 0 || ox >= out[1]) return;
    y[(o * out[0] + oy) * out[1] + ox] += value;
    scale[(o * out[0] + oy) * out[1] + ox] += Math.abs(value);
  };
  for (let o = 0; o < c.outChannels; o++) for (let oy = 0; oy < out[0]; oy++) for (let ox = 0; ox < out[1]; ox++) add(o, oy, ox, bias[o]);
  for (let n = 0; n < c.groups; n++) for (let ic = 0; ic < C; ic++) for (let oc = 0; oc < O; oc++) {
    for (let i = 0; i < c.kernel[0]; i++) for (let j = 0; j < c.kernel[1]; j++) {
      const [ci, co] = [n * C + ic, n * O + oc];
      const weight = w[((c.transposed ? ci * O + oc : co * C + ic) * c.kernel[0] + i) * c.kernel[1] + j];
      if (c.transposed) {
        for (let iy = 0; iy < c.size[0]; iy++) for (let ix = 0; ix < c.size[1]; ix++) {
          add(co, iy * c.stride[0] - c.padding[0] + i, ix * c.stride[1] - c.padding[1] + j, weight * x[(ci * c.size[0] + iy) * c.size[1] + ix]);
        }
        continue;
      }
      for (let oy = 0; oy < out[0]; oy++) for (let ox = 0; ox < out[1]; ox++) {
        const [iy, ix] = [oy * c.stride[0] - c.padding[0] + i * c.dilation[0], ox * c.stride[1] - c.padding[1] + j * c.dilation[1]];
        if (iy >= 0 && iy < c.size[0] && ix >= 0 && ix < c.size[1]) add(co, oy, ox, weight * x[(ci * c.size[0] + iy) * c.size[1] + ix]);
      }
    }
  }
  return { y, scale };
}

/** NCHW images through one convolution; outputs NCHW. What lies beside the numbers that count is filled with 1e30 first. */
function run(host: LayerHost, c: Case, images: readonly Float32Array[], w: Float32Array, bias: Float32Array, accuracy: Accuracy, after: { low: number; high: number; residual?: readonly Float32Array[] }): { outs: Float32Array[]; method: string } {
  const blocks = new Blocks(host);
  const convolution = new Convolution(host, blocks, c, c.size, w, bias, accuracy);
  const out = convolution.outSize;
  const [ip, op] = [padded(c.inChannels), padded(c.outChannels)];
  const [inArea, outArea] = [c.size[0] * c.size[1], out[0] * out[1]];
  const room = (n: number): number => host.arena.allocate(4 * n);
  const [x, y, r, s] = [room(images.length * inArea * ip), room(images.length * outArea * op), room(images.length * outArea * op), host.arena.allocate(convolution.scratchBytes)];
  const place = (to: number, area: number, pixel: number, channels: number, all: readonly Float32Array[]): void => {
    host.arena.f32.fill(1e30, to / 4, to / 4 + all.length * area * pixel);
    all.forEach((image, n) => image.forEach((v, i) => (host.arena.f32[to / 4 + (n * area + (i % area)) * pixel + Math.floor(i / area)] = v)));
    if (channels > pixel) throw new Error("padding");
  };
  place(x, inArea, ip, c.inChannels, images);
  host.arena.f32.fill(NaN, y / 4, y / 4 + images.length * outArea * op);
  host.arena.f32.fill(NaN, s / 4, s / 4 + convolution.scratchBytes / 4);
  if (after.residual !== undefined) place(r, outArea, op, c.outChannels, after.residual);
  convolution.run(x, y, images.length, s, { residual: after.residual === undefined ? 0 : r, low: after.low, high: after.high });
  const outs = images.map((_, n) => Float32Array.from({ length: c.outChannels * outArea }, (_, i) => host.arena.f32[y / 4 + (n * outArea + (i % outArea)) * op + Math.floor(i / outArea)]));
  const { method } = convolution;
  blocks.free();
  for (const address of [x, y, r, s]) host.arena.free(address);
  return { outs, method };
}

const FREE = { low: -Infinity, high: Infinity };
const hosts = [layerHost(), layerHost("scalar")];
const methods = new Set<string>();

for (const accuracy of ["exact", "fast"] as const) {
  t.test(`${accuracy}: the literal loop, the same bits in both twins, a batch has the bits of its images`, async (t) => {
    t.equal(hosts[0].backend, "simd");
    for (const [i, c] of CASES.entries()) {
      const images = [0, 1, 2].map((n) => numbers(c.inChannels * c.size[0] * c.size[1], 100 * i + n));
      const w = numbers((c.inChannels * c.outChannels * c.kernel[0] * c.kernel[1]) / c.groups, i + 1);
      const bias = numbers(c.outChannels, i + 2);
      const batch = run(hosts[0], c, images, w, bias, accuracy, FREE);
      methods.add(batch.method);
      const out = convolutionSize(c, c.size);
      let worst = 0;
      images.forEach((image, n) => {
        const { y, scale } = literal(c, image, w, bias, out);
        for (let k = 0; k < y.length; k++) worst = Math.max(worst, Math.abs(batch.outs[n][k] - y[k]) / (scale[k] || 1));
      });
      // Relative to the sum of magnitudes. A sum of blocks of at most 256: 260 half-ULPs at the very worst, a random walk of some 10 in fact.
      // F(2x2) adds sums of 4 and 4 terms of magnitude 1, F(4x4) factors to 10 and 18 squared: 300 half-ULPs.
      const bound = 2 ** -24 * (batch.method === "winograd4" ? 300 : 30);
      t.ok(worst <= bound, `${name(c)} ${batch.method}: ${worst}`);
      t.same(run(hosts[1], c, images, w, bias, accuracy, FREE).outs, batch.outs, "twins");
      images.forEach((image, n) => t.same(run(hosts[0], c, [image], w, bias, accuracy, FREE).outs[0], batch.outs[n], "single"));
    }
  });
}

t.test("the cases meet every method", async (t) => {
  t.same([...methods].sort(), ["depthwise", "product", "winograd2", "winograd4"]);
});

t.test("residual and bounds come after the sum, in that order, in both twins", async (t) => {
  for (const c of CASES.filter(({ groups, inChannels, outChannels }) => groups === 1 || groups === inChannels && groups === outChannels)) {
    const images = [numbers(c.inChannels * c.size[0] * c.size[1], 5), numbers(c.inChannels * c.size[0] * c.size[1], 6)];
    const w = numbers((c.inChannels * c.outChannels * c.kernel[0] * c.kernel[1]) / c.groups, 7);
    const bias = numbers(c.outChannels, 8);
    const out = convolutionSize(c, c.size);
    const residual = Convolution.addsResidual(c) ? images.map((_, n) => numbers(c.outChannels * out[0] * out[1], 9 + n)) : undefined;
    const plain = run(hosts[0], c, images, w, bias, "fast", FREE);
    const both = hosts.map((host) => run(host, c, images, w, bias, "fast", { low: 0, high: 1.5, residual }).outs);
    t.same(both[0], both[1], name(c));
    t.same(both[0], plain.outs.map((y, n) => y.map((v, k) => Math.min(1.5, Math.max(0, residual === undefined ? v : v + residual[n][k])))), "the same bits as afterwards");
  }
});

/** Taps along one axis that meet the map in some window. */
function inUse(c: Case, d: 0 | 1): number {
  const outputs = convolutionSize(c, c.size)[d];
  const meets = (tap: number): boolean => Array.from({ length: outputs }, (_, o) => o).some((o) => Array.from({ length: c.size[d] }, (_, i) => i).some((i) =>
    c.transposed ? i * c.stride[d] - c.padding[d] + tap === o : o * c.stride[d] - c.padding[d] + tap * c.dilation[d] === i));
  return Array.from({ length: c.kernel[d] }, (_, tap) => tap).filter(meets).length;
}

t.test("what is packed comes back when it is freed; taps that meet no pixel are not kept", async (t) => {
  const host = layerHost("scalar");
  for (const c of CASES) {
    const w = numbers((c.inChannels * c.outChannels * c.kernel[0] * c.kernel[1]) / c.groups, 7);
    const blocks = new Blocks(host);
    new Convolution(host, blocks, c, c.size, w, new Float32Array(c.outChannels), "fast");
    t.ok(blocks.bytes >= 4 * (w.length / (c.kernel[0] * c.kernel[1])) * inUse(c, 0) * inUse(c, 1));
    if (c.size.join() === "1,1" && c.inChannels === 65) t.ok(blocks.bytes < 2 * 4 * 65 * 16, "one of nine");
    blocks.free();
    t.equal(host.arena.usedBytes, 0, name(c));
  }
});

t.test("sizes that are none are refused, those that do not fit give 0 or less", async (t) => {
  const [one] = CASES;
  t.ok(convolutionSize({ ...one, kernel: [50, 3], padding: [0, 0], dilation: [1, 1], transposed: false }, [5, 5])[0] <= 0);
  const refused: [object, unknown, RegExp][] = [
    [{ kernel: 3 }, [5, 5], /convolution, kernel: expected rows and columns, whole numbers from 1, got 3/], [{ kernel: [3] }, [5, 5], /kernel: .* got 3/], [{ stride: [1, 0] }, [5, 5], /stride: .* from 1, got 1,0/],
    [{ dilation: [1, NaN] }, [5, 5], /dilation: .* got 1,NaN/], [{ padding: [-1, 0] }, [5, 5], /padding: .* from 0, got -1,0/], [{ outputPadding: undefined }, [5, 5], /outputPadding: .* got undefined/],
    [{}, [5, 5.5], /size: .* got 5,5\.5/], [{}, [0, 5], /size: .* got 0,5/], [{}, undefined, /size: .* got undefined/],
  ];
  for (const [change, size, message] of refused) t.throws(() => convolutionSize({ ...one, ...change } as ConvolutionShape, size as [number, number]), { name: "EngramError", message });
});
