/**
 * One convolution, its weights packed for one size of feature map (weights and sizes as torch.nn.Conv2d and ConvTranspose2d have them):
 *
 *   y[o][p] = sum over taps (i, j) and channels c of  x[c][window of p, tap (i, j)] w[o][c][i][j],  + bias[o], + residual[o][p], clamped
 *
 * How it is computed depends on the shape and the accuracy option alone, never on how many images there are:
 *
 *   depthwise    one channel a group: tap by tap (assembly/windows.ts)
 *   winograd     3x3, stride 1, one group, unless the accuracy is "exact": F(4x4) on maps of 10 pixels and more, else F(2x2)
 *   product      everything else, and transposed convolutions (product.ts)
 */
import { EngramError } from "../numeric/index.ts";
import type { Blocks } from "./blocks.ts";
import { outputSize, padded } from "./geometry.ts";
import type { Geometry } from "./geometry.ts";
import type { LayerHost } from "./layers.ts";
import { Product } from "./product.ts";
import { Winograd } from "./winograd.ts";

export type Pair = readonly [rows: number, columns: number];

/** "exact" sums the definition; "fast" may use Winograd's algorithm, whose rounding error is larger (F(4x4): about tenfold). */
export type Accuracy = "exact" | "fast";

export interface ConvolutionShape {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  /** 1 for a transposed convolution. */
  readonly dilation: Pair;
  readonly groups: number;
  readonly transposed: boolean;
  /** Rows and columns added at the end of a transposed output. */
  readonly outputPadding: Pair;
}

/** What follows the sum: `residual` is an address or 0, laid out like the output. */
export interface After {
  readonly residual: number;
  readonly low: number;
  readonly high: number;
}

/** A way to compute it. */
export interface Form {
  /** Bytes of work space, whatever the number of images. */
  readonly scratchBytes: number;
  run(x: number, out: number, images: number, scratch: number, after: After): void;
}

/** Rows and columns of the output; 0 or less where the window does not fit. @throws EngramError for sizes that are no two whole numbers from 1 (paddings from 0) */
export function convolutionSize(shape: ConvolutionShape, size: Pair): Pair {
  for (const [name, least, value] of [["kernel", 1, shape.kernel], ["stride", 1, shape.stride], ["dilation", 1, shape.dilation], ["padding", 0, shape.padding], ["outputPadding", 0, shape.outputPadding], ["size", 1, size]] as const) {
    if (!Array.isArray(value) || value.length !== 2 || value.some((n) => !Number.isInteger(n) || n < least)) {
      throw new EngramError(`convolution, ${name}`, `rows and columns, whole numbers from ${least}`, String(value), "Give both, for example [3, 3].");
    }
  }
  const { kernel, stride, padding, dilation, transposed, outputPadding } = shape;
  const along = (d: 0 | 1): number => transposed
    ? (size[d] - 1) * stride[d] - 2 * padding[d] + kernel[d] + outputPadding[d]
    : outputSize(size[d], kernel[d], stride[d], padding[d], dilation[d]);
  return [along(0), along(1)];
}

export class Convolution implements Form {
  readonly outSize: Pair;
  readonly method: "depthwise" | "winograd2" | "winograd4" | "product";
  readonly #form: Form;

  /**
   * @param blocks takes what is packed
   * @param weights out x in/groups x rows x columns, transposed: in x out/groups x rows x columns; finite (zeros around a map are left out, not multiplied)
   * @param bias outChannels numbers
   */
  constructor(host: LayerHost, blocks: Blocks, shape: ConvolutionShape, size: Pair, weights: Float32Array, bias: ArrayLike<number>, accuracy: Accuracy) {
    this.outSize = convolutionSize(shape, size);
    const geometry: Geometry = {
      rows: size[0], columns: size[1], pixel: padded(shape.inChannels), channels: shape.inChannels / shape.groups, kernel: shape.kernel, stride: shape.stride,
      dilation: shape.dilation, padding: shape.padding, outRows: this.outSize[0], outColumns: this.outSize[1],
    };
    [this.method, this.#form] = chosen(host, blocks, shape, geometry, weights, bias, accuracy);
  }

  /** Whether `residual` may be given. */
  static addsResidual(shape: ConvolutionShape): boolean {
    return shape.groups === 1;
  }

  get scratchBytes(): number {
    return this.#form.scratchBytes;
  }

  /** x, out: addresses of `images` feature maps. */
  run(x: number, out: number, images: number, scratch: number, after: After): void {
    this.#form.run(x, out, images, scratch, after);
  }
}

/** Maps at least this wide and high use F(4x4). */
const LARGE = 10;

function chosen(
  host: LayerHost, blocks: Blocks, shape: ConvolutionShape, geometry: Geometry, weights: Float32Array, bias: ArrayLike<number>, accuracy: Accuracy,
): [Convolution["method"], Form] {
  const { inChannels, outChannels, kernel, stride, dilation, groups, transposed } = shape;
  if (!transposed && groups > 1 && groups === inChannels && groups === outChannels) return ["depthwise", depthwise(host, blocks, geometry, weights, bias)];
  const small = Math.min(geometry.outRows, geometry.outColumns);
  const minimal = !transposed && groups === 1 && [...kernel, ...stride, ...dilation].join() === "3,3,1,1,1,1";
  // Fewer channels: the transforms cost more than the products save. Smaller maps: a tile is mostly padding.
  if (accuracy === "exact" || !minimal || inChannels < 8 || small < 3) return ["product", new Product(host, blocks, shape, geometry, weights, bias)];
  return small >= LARGE
    ? ["winograd4", new Winograd(host, blocks, 6, outChannels, geometry, weights, bias)]
    : ["winograd2", new Winograd(host, blocks, 4, outChannels, geometry, weights, bias)];
}

function depthwise({ exports }: LayerHost, blocks: Blocks, geometry: Geometry, weights: Float32Array, bias: ArrayLike<number>): Form {
  const { rows, columns, pixel, kernel, outRows, outColumns } = geometry;
  const taps = kernel[0] * kernel[1];
  const C = bias.length;
  const W = blocks.place(Float32Array.from({ length: taps * pixel }, (_, i) => (i % pixel < C ? weights[(i % pixel) * taps + Math.floor(i / pixel)] : 0)));
  const B = blocks.placePadded(bias, pixel);
  const g = blocks.geometry(geometry);
  return {
    scratchBytes: 0,
    run: (x, out, images, _scratch, { low, high }) => {
      for (let n = 0; n < images; n++) exports.depthwise_f32(x + 4 * n * rows * columns * pixel, g, W, B, low, high, out + 4 * n * outRows * outColumns * pixel);
    },
  };
}
