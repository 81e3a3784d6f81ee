/**
 * Convolution as a matrix product: the windows as rows of a matrix, k = (tap, channel), against weights k x out (assembly/gemm.ts), k in
 * blocks of 256 whose sums are added in order. A 1x1 window of stride 1 is the feature map itself. Taps that no window of the map has inside
 * the image are left out (of a 3x3 window on a 1x1 map one is left).
 *
 * A transposed convolution is one product for each (row mod stride, column mod stride) of its output, over the taps that reach it, in
 * falling order: along one axis output y = s q + r - padding takes input q - m through tap r + s m, m = 0, 1, ...
 */
import type { Blocks } from "./blocks.ts";
import type { After, ConvolutionShape, Form } from "./convolution.ts";
import { padded } from "./geometry.ts";
import type { Geometry } from "./geometry.ts";
import type { LayerHost } from "./layers.ts";
import { leftSide, windowSide } from "./left-side.ts";
import { foursBytes, sumsBytes } from "./packed.ts";
import { BLOCK_K } from "./panels.ts";

/** Pixels at once: with 256 k their windows stay in the second-level cache. */
const TILE = 64;

/** Outputs that share their taps: all, or those of one residue of a transposed convolution. */
interface Part {
  readonly g: number;
  readonly geometry: Geometry;
  /** K x out of each group: block after block, so that a product reads one stream, each in panels of 8. */
  readonly W: readonly number[];
  /** [first k, how many, how many before] in order. */
  readonly blocks: readonly (readonly [number, number, number])[];
  /** Its first output row and column. */
  readonly at: readonly [number, number];
}

/** Taps of one axis that take part, in the order of their k, and where their outputs lie. */
interface Axis {
  readonly taps: readonly number[];
  readonly padding: number;
  readonly first: number;
  readonly count: number;
}

export class Product implements Form {
  readonly scratchBytes: number;
  readonly #host: LayerHost;
  readonly #shape: ConvolutionShape;
  readonly #whole: Geometry;
  readonly #parts: Part[] = [];
  /** Of each group. */
  readonly #bias: readonly number[];
  readonly #panels: number;
  /** What windows read outside an image (assembly/patches.ts). */
  readonly #zeros: number;

  constructor(host: LayerHost, blocks: Blocks, shape: ConvolutionShape, geometry: Geometry, weights: Float32Array, bias: ArrayLike<number>) {
    this.#host = host;
    this.#shape = shape;
    this.#whole = geometry;
    const perGroup = shape.outChannels / shape.groups;
    this.#panels = Math.ceil(perGroup / 8);
    this.#bias = Array.from({ length: shape.groups }, (_, n) => blocks.placePadded(Array.from({ length: perGroup }, (_, o) => bias[n * perGroup + o]), padded(perGroup)));
    for (const down of axes(shape, geometry, 0)) {
      for (const across of axes(shape, geometry, 1)) this.#parts.push(part(blocks, shape, geometry, weights, down, across));
    }
    this.#zeros = blocks.place(new Float32Array(16 + Math.min(BLOCK_K, geometry.channels))) + 64;
    this.scratchBytes = foursBytes(TILE, BLOCK_K) + sumsBytes(TILE) + (shape.groups > 1 ? 32 * TILE * this.#panels : 0);
  }

  run(x: number, out: number, images: number, scratch: number, after: After): void {
    const { groups, transposed, stride } = this.#shape;
    const { outRows, outColumns } = this.#whole;
    const pixelBytes = 4 * padded(this.#shape.outChannels);
    for (const each of this.#parts) {
      const { outRows: rows, outColumns: columns } = each.geometry;
      const total = images * rows * columns;
      for (let pixel = 0, count = 0; pixel < total; pixel += count) {
        const column = pixel % columns;
        // A transposed convolution's outputs lie `stride` apart, and within one row.
        count = Math.min(TILE, transposed ? columns - column : total - pixel);
        const line = Math.floor(pixel / columns);
        const place = transposed ? (Math.floor(line / rows) * outRows + each.at[0] + (line % rows) * stride[0]) * outColumns + each.at[1] + column * stride[1] : pixel;
        const step = transposed ? stride[1] * pixelBytes : pixelBytes;
        for (let n = 0; n < groups; n++) this.#tile(each, n, x, pixel, count, out + place * pixelBytes, step, scratch, after, place * pixelBytes);
      }
    }
  }

  /** Outputs of one group for `count` pixels of a part. */
  #tile(each: Part, n: number, x: number, pixel: number, count: number, out: number, step: number, scratch: number, { residual, low, high }: After, place: number): void {
    const { exports } = this.#host;
    const { groups, transposed, outChannels } = this.#shape;
    const { channels, kernel, stride, padding, pixel: width } = each.geometry;
    const panels = this.#panels;
    const plain = !transposed && [...kernel, ...stride, ...padding].join() === "1,1,1,1,0,0";
    const from = x + 4 * n * channels;
    // A group's panels may reach into its neighbour's channels: it is computed aside.
    const sums = scratch + foursBytes(TILE, BLOCK_K);
    const [target, targetStep] = groups === 1 ? [out, step] : [sums + sumsBytes(TILE), 32 * panels];
    // No tap reaches these outputs: an empty sum, then what follows it.
    const blocks = each.blocks.length === 0 ? [[0, 0, 0] as const] : each.blocks;
    blocks.forEach(([k, depth, before], i) => {
      const last = i === blocks.length - 1;
      const left = plain
        ? leftSide(this.#host, 8 * panels, from + 4 * (pixel * width + k), 4 * width, count, depth, scratch)
        : windowSide(this.#host, 8 * panels, from, each.g, pixel, count, k, depth, this.#zeros, scratch);
      left.gemm(
        left.A, left.aStride, count, each.W[n] + 32 * panels * before, 32 * depth, panels, depth, target, targetStep, i === 0 ? 1 : 0, last ? 1 : 0,
        this.#bias[n], residual === 0 ? 0 : residual + place, step, low, high, sums,
      );
    });
    if (groups > 1) exports.copy_f32(target, targetStep, 4, out + (4 * n * outChannels) / groups, step, 4, count, outChannels / groups);
  }
}

/** What happens along one axis: one entry, or one per residue of a transposed convolution that has outputs. */
function axes(shape: ConvolutionShape, geometry: Geometry, d: 0 | 1): Axis[] {
  const [taps, stride, padding] = [shape.kernel[d], shape.stride[d], shape.padding[d]];
  const count = d === 0 ? geometry.outRows : geometry.outColumns;
  if (!shape.transposed) return [{ taps: Array.from({ length: taps }, (_, i) => i), padding, first: 0, count }];
  return Array.from({ length: stride }, (_, r) => {
    const reach = r < taps ? Math.ceil((taps - r) / stride) : 0;
    const first = (((r - padding) % stride) + stride) % stride;
    const q = (first + padding - r) / stride;
    return { taps: Array.from({ length: reach }, (_, i) => r + stride * (reach - 1 - i)), padding: reach - 1 - q, first, count: Math.ceil((count - first) / stride) };
  }).filter((axis) => axis.count > 0);
}

function part(blocks: Blocks, shape: ConvolutionShape, whole: Geometry, weights: Float32Array, down: Axis, across: Axis): Part {
  const { transposed, groups, outChannels, inChannels, kernel: [kernelRows, kernelColumns] } = shape;
  const one = [1, 1] as const;
  const geometry: Geometry = {
    ...whole, kernel: [down.taps.length, across.taps.length], padding: [down.padding, across.padding], stride: transposed ? one : shape.stride, dilation: transposed ? one : shape.dilation,
    outRows: down.count, outColumns: across.count,
  };
  const C = inChannels / groups;
  const O = outChannels / groups;
  // From one output channel, one input channel, to the next in `weights`; where a tap begins.
  const [oStep, cStep] = transposed ? [kernelRows * kernelColumns, O * kernelRows * kernelColumns] : [C * kernelRows * kernelColumns, kernelRows * kernelColumns];
  const taps = down.taps.flatMap((i) => across.taps.map((j) => i * kernelColumns + j));
  const list = blocksOf(geometry);
  const K = list.reduce((sum, [, depth]) => sum + depth, 0);
  const panels = Math.ceil(O / 8);
  const W = Array.from({ length: groups }, (_, n) => {
    const packed = new Float32Array(8 * panels * K);
    const start = n * (transposed ? C * cStep : O * oStep);
    for (const [k, depth, before] of list) {
      for (let o = 0; o < O; o++) {
        let to = 8 * (panels * before + (o >> 3) * depth) + (o & 7);
        for (let tap = Math.floor(k / C), c = k % C, i = 0; i < depth; i++, to += 8) {
          packed[to] = weights[start + o * oStep + taps[tap] + c * cStep];
          if (++c < C) continue;
          c = 0;
          tap++;
        }
      }
    }
    return blocks.place(packed);
  });
  return { g: blocks.geometry(geometry), geometry, W, blocks: list, at: [down.first, across.first] };
}

/** The k of the taps in use, consecutive ones joined, cut into blocks of 256. */
function blocksOf(g: Geometry): [number, number, number][] {
  const used = (d: 0 | 1, size: number, outputs: number): boolean[] => Array.from({ length: g.kernel[d] }, (_, tap) => {
    for (let o = 0; o < outputs; o++) {
      const at = o * g.stride[d] - g.padding[d] + tap * g.dilation[d];
      if (at >= 0 && at < size) return true;
    }
    return false;
  });
  const [down, across] = [used(0, g.rows, g.outRows), used(1, g.columns, g.outColumns)];
  const runs: [number, number][] = [];
  down.forEach((row, i) => across.forEach((column, j) => {
    if (!row || !column) return;
    const k = (i * across.length + j) * g.channels;
    const last = runs[runs.length - 1];
    if (last !== undefined && last[0] + last[1] === k) last[1] += g.channels;
    else runs.push([k, g.channels]);
  }));
  let before = 0;
  return runs.flatMap(([from, length]) => Array.from({ length: Math.ceil(length / BLOCK_K) }, (_, i): [number, number, number] => {
    const depth = Math.min(BLOCK_K, length - i * BLOCK_K);
    before += depth;
    return [from + i * BLOCK_K, depth, before - depth];
  }));
}
