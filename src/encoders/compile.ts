/** Steps to calls of kernels: weights folded and packed, addresses fixed. Running a compiled step allocates nothing. */
import { Convolution, padded } from "../kernels/index.ts";
import type { Accuracy, Blocks, ConvolutionShape, Geometry, LayerHost } from "../kernels/index.ts";
import { EngramError } from "../numeric/index.ts";
import { mapLength } from "./buffers.ts";
import type { Layer, Operation, Shape } from "./graph.ts";
import type { Step } from "./lower.ts";
import { convolutionShape } from "./shapes.ts";
import { readNumbers } from "./weights.ts";
import type { TensorSource } from "./weights.ts";

/** What all steps of a network share. */
export interface Workshop {
  readonly host: LayerHost;
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly source: TensorSource;
  /** What the weights are called in errors. */
  readonly called: string;
  readonly accuracy: Accuracy;
  /** Address of a value. */
  at(name: string): number;
  /** Parameters of the steps. */
  readonly blocks: Blocks;
  /** How each convolution made so far is computed. */
  readonly methods: Convolution["method"][];
  /** Work space that all steps use in turn: `bytes` is what the largest needs, `scratch` where it lies, set before the first run. */
  readonly work: { bytes: number; scratch: number };
}

/** Computes one step for that many images. */
export type Run = (images: number) => void;

export function compile(step: Step, shop: Workshop): Run {
  const { layer, output, low, high } = step;
  const { host: { exports, arena }, shapes, at, blocks, work } = shop;
  const { operation } = layer;
  const names = layer.inputs;
  const from = shapes.get(names[0])!;
  const [C, H, W] = from;
  const to = shapes.get(output)!;
  const [x, out] = [at(names[0]), at(output)];
  const [pixel, outPixel] = [padded(C), padded(to[0])];
  const [size, outSize] = [mapLength(from), mapLength(to)];
  const need = (bytes: number): void => void (work.bytes = Math.max(work.bytes, bytes));
  /** The same for each image. */
  const each = (one: (x: number, out: number) => void): Run => (images) => {
    for (let n = 0; n < images; n++) one(x + 4 * n * size, out + 4 * n * outSize);
  };
  const parameter = (part: string): number => blocks.placePadded(readNumbers(shop.source, `${layer.name}.${part}`, shop.called), pixel);
  switch (operation.kind) {
    case "convolution":
    case "linear":
      return convolution(step, shop, operation, x, out);
    case "batchNorm": {
      const { scale, shift } = normFactors(layer, shop);
      const [s, b] = [blocks.placePadded(scale, pixel), blocks.placePadded(shift, pixel)];
      return (images) => exports.affine_f32(x, out, images * H * W, pixel, s, b, low, high);
    }
    case "groupNorm": {
      const [gamma, beta] = [parameter("weight"), parameter("bias")];
      need(24 * pixel);
      return each((from, to) => {
        const { scratch } = work;
        exports.groupFactors_f32(from, H * W, 4 * pixel, C, C / operation.groups, gamma, beta, operation.epsilon, scratch + 16 * pixel, scratch + 20 * pixel, scratch);
        exports.affine_f32(from, to, H * W, pixel, scratch + 16 * pixel, scratch + 20 * pixel, low, high);
      });
    }
    case "layerNorm": {
      const [gamma, beta] = [parameter("weight"), parameter("bias")];
      return (images) => exports.layerNorm_f32(x, images * H * W, 4 * pixel, C, gamma, beta, operation.epsilon, out);
    }
    case "activation":
      return activation(operation, shop, x, out, size);
    case "add": {
      const y = at(names[1]);
      return (images) => exports.add_f32(x, y, out, images * size, low, high);
    }
    case "maxPool":
    case "averagePool": {
      const { kernel, stride, padding, dilation } = operation;
      const geometry: Geometry = { rows: H, columns: W, pixel, channels: C, kernel, stride, dilation, padding, outRows: to[1], outColumns: to[2] };
      const g = blocks.geometry(geometry);
      if (operation.kind === "maxPool") return each((from, to) => exports.maxPool_f32(from, g, to));
      return each((from, to) => exports.averagePool_f32(from, g, operation.countPadding ? 1 : 0, to));
    }
    case "globalAverage":
      need(8 * pixel);
      return each((from, to) => exports.globalAverage_f32(from, H * W, 4 * pixel, pixel, to, work.scratch));
    case "upsample":
      if (operation.method === "nearest") return each((from, to_) => exports.nearest_f32(from, H, W, 4 * pixel, to[1], to[2], to_));
      return each((from, to_) => exports.bilinear_f32(from, H, W, 4 * pixel, to[1], to[2], operation.aligned ? 1 : 0, to_));
    case "concat": {
      let channel = 0;
      const parts = names.map((name) => {
        const [channels] = shapes.get(name)!;
        const part = { from: at(name), pixel: padded(channels), channels, to: out + 4 * channel };
        channel += channels;
        return part;
      });
      return (images) => {
        for (const part of parts) exports.copy_f32(part.from, 4 * part.pixel, 4, part.to, 4 * outPixel, 4, images * H * W, part.channels);
      };
    }
    case "flatten":
      return each((from, to) => exports.copy_f32(from, 4, 4 * pixel, to, 4 * H * W, 4, C, H * W));
    case "reshape": {
      // Through the channel-first vector, which is the input itself where that is one.
      const area = to[1] * to[2];
      need(4 * C * H * W);
      return each((from, to_) => {
        const vector = H * W === 1 ? from : work.scratch;
        if (vector !== from) exports.copy_f32(from, 4, 4 * pixel, vector, 4 * H * W, 4, C, H * W);
        exports.copy_f32(vector, 4 * area, 4, to_, 4, 4 * outPixel, to[0], area);
      });
    }
    case "subsample": {
      const { stride, before } = operation;
      return (images) => {
        arena.f32.fill(0, out / 4, out / 4 + images * outSize);
        for (let n = 0; n < images; n++) {
          for (let y = 0; y < to[1]; y++) {
            exports.copy_f32(x + 4 * (n * size + y * stride * W * pixel), 4 * stride * pixel, 4, out + 4 * (n * outSize + y * to[2] * outPixel + before), 4 * outPixel, 4, to[2], C);
          }
        }
      };
    }
    default:
      throw new Error(`no kernel for ${operation.kind}`);
  }
}

function convolution({ layer, norm, residual, low, high }: Step, shop: Workshop, operation: Extract<Operation, { kind: "convolution" | "linear" }>, x: number, out: number): Run {
  const { source, shapes, host, called } = shop;
  const from = shapes.get(layer.inputs[0])!;
  const shape = convolutionShape(operation, from);
  let weights = readNumbers(source, `${layer.name}.weight`, called);
  let bias: ArrayLike<number> = operation.bias ? readNumbers(source, `${layer.name}.bias`, called) : new Float32Array(shape.outChannels);
  if (norm !== undefined) {
    const { scale, shift } = normFactors(norm, shop);
    weights = scaled(weights, shape, scale);
    bias = Float64Array.from(bias, (b, o) => b * scale[o] + shift[o]);
  }
  const made = new Convolution(host, shop.blocks, shape, [from[1], from[2]], weights, bias, shop.accuracy);
  shop.methods.push(made.method);
  shop.work.bytes = Math.max(shop.work.bytes, made.scratchBytes);
  const after = { residual: residual === undefined ? 0 : shop.at(residual), low, high };
  return (images) => made.run(x, out, images, shop.work.scratch, after);
}

/** Weights times a factor for each output channel, which is their first axis; of a transposed convolution the second, within the group. */
function scaled(weights: Float32Array, { inChannels, outChannels, groups, transposed, kernel }: ConvolutionShape, scale: Float64Array): Float32Array {
  const taps = kernel[0] * kernel[1];
  const perGroup = outChannels / groups;
  const run = transposed ? taps : weights.length / outChannels;
  const out = new Float32Array(weights.length);
  for (let at = 0, i = 0; at < weights.length; at += run, i++) {
    const o = transposed ? Math.floor(i / perGroup / (inChannels / groups)) * perGroup + (i % perGroup) : i;
    for (let j = at; j < at + run; j++) out[j] = weights[j] * scale[o];
  }
  return out;
}

/** Batch norm at inference as x scale + shift, f64. */
function normFactors({ name, operation }: Layer, { source, called }: Workshop): { scale: Float64Array; shift: Float64Array } {
  const [gamma, beta, mean, variance] = ["weight", "bias", "running_mean", "running_var"].map((part) => readNumbers(source, `${name}.${part}`, called));
  const { epsilon } = operation as Extract<Operation, { kind: "batchNorm" }>;
  const bad = variance.findIndex((v) => v < 0);
  if (bad >= 0) throw new EngramError(`${called}, tensor "${name}.running_var", element ${bad}`, "a variance, 0 or above", String(variance[bad]), "The file is damaged or holds something else.");
  const scale = Float64Array.from(gamma, (g, c) => g / Math.sqrt(variance[c] + epsilon));
  return { scale, shift: scale.map((s, c) => beta[c] - mean[c] * s) };
}

function activation({ f, parameter }: Extract<Operation, { kind: "activation" }>, { host: { exports } }: Workshop, x: number, out: number, size: number): Run {
  switch (f) {
    case "relu":
      return (images) => exports.clamp_f32(x, out, images * size, 0, Infinity);
    case "relu6":
      return (images) => exports.clamp_f32(x, out, images * size, 0, 6);
    case "leaky":
      return (images) => exports.leaky_f32(x, out, images * size, parameter);
    case "tanh":
      return (images) => exports.tanh_f32(x, out, images * size, parameter);
    default:
      return (images) => exports[`${f}_f32`](x, out, images * size);
  }
}
