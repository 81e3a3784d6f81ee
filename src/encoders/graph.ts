/**
 * A network as a list of named layers, each reading earlier ones: what an architecture's file writes down beside its paper.
 * Names are those of the PyTorch module that the layer stands for, so that `<name>.weight` is its tensor in a state dict; the sum, the
 * second activation and other unnamed steps of a block have names of ours (`layer1.0.add`), and the last step has the block's own.
 *
 *   shapes are [C, H, W]; a vector of D features is [D, 1, 1]
 */
import { checkNames, EngramError, unknownName } from "../numeric/index.ts";
import type { Pair } from "../kernels/index.ts";
import { both, number, pair, whole, within } from "./sizes.ts";
import type { Size } from "./sizes.ts";

/** Channels, rows, columns. */
export type Shape = readonly [channels: number, rows: number, columns: number];

export type Activation = "relu" | "relu6" | "leaky" | "silu" | "gelu" | "sigmoid" | "tanh";

const ACTIVATIONS: readonly Activation[] = ["relu", "relu6", "leaky", "silu", "gelu", "sigmoid", "tanh"];
const UPSAMPLINGS: readonly Extract<Operation, { kind: "upsample" }>["method"][] = ["nearest", "bilinear"];

export interface ConvolutionOptions {
  /** Output channels. */
  readonly channels: number;
  readonly kernel: Size;
  readonly stride?: Size;
  readonly padding?: Size;
  readonly dilation?: Size;
  readonly groups?: number;
  /** Default: true. */
  readonly bias?: boolean;
  /** torch.nn.ConvTranspose2d; its weights are in x out/groups x rows x columns. */
  readonly transposed?: boolean;
  readonly outputPadding?: Size;
}

export interface PoolOptions {
  readonly kernel: Size;
  /** Default: the kernel. */
  readonly stride?: Size;
  readonly padding?: Size;
  readonly dilation?: Size;
  /** Round the number of windows up. */
  readonly ceil?: boolean;
  /** Averages count the padding, as PyTorch's default is, but not what a rounded-up last window has beyond it. */
  readonly countPadding?: boolean;
}

export interface MaxPoolOptions extends PoolOptions {
  /** Padding below and to the right where it differs from that above and to the left: windows of 2, stride 1 and 1 here are TensorFlow's "same". Default: padding. */
  readonly paddingAfter?: Size;
}

export type Operation =
  | { readonly kind: "input" | "globalAverage" | "add" | "concat" | "flatten" }
  | {
    readonly kind: "convolution"; readonly channels: number; readonly kernel: Pair; readonly stride: Pair; readonly padding: Pair; readonly dilation: Pair;
    readonly groups: number; readonly bias: boolean; readonly transposed: boolean; readonly outputPadding: Pair;
  }
  | { readonly kind: "linear"; readonly features: number; readonly bias: boolean }
  | { readonly kind: "batchNorm" | "layerNorm"; readonly epsilon: number }
  | { readonly kind: "groupNorm"; readonly groups: number; readonly epsilon: number }
  | { readonly kind: "activation"; readonly f: Activation; readonly parameter: number }
  | {
    readonly kind: "maxPool" | "averagePool"; readonly kernel: Pair; readonly stride: Pair; readonly padding: Pair; readonly dilation: Pair;
    readonly paddingAfter: Pair; readonly ceil: boolean; readonly countPadding: boolean;
  }
  | { readonly kind: "upsample"; readonly method: "nearest" | "bilinear"; readonly factor: Pair; readonly aligned: boolean }
  | { readonly kind: "reshape"; readonly shape: Shape }
  | { readonly kind: "subsample"; readonly stride: number; readonly channels: number; readonly before: number };

export interface Layer {
  readonly name: string;
  /** Names of the layers it reads. */
  readonly inputs: readonly string[];
  readonly operation: Operation;
}

/** Every method adds one layer and returns its name. @throws EngramError on a name given twice, inputs that are no earlier layers, unknown names of options, sizes out of range */
export class Graph {
  readonly layers: Layer[] = [{ name: "input", inputs: [], operation: { kind: "input" } }];
  readonly #names: Set<string> = new Set(["input"]);

  convolution(name: string, x: string, options: ConvolutionOptions): string {
    checkNames(`layer ${name}, option`, options, ["channels", "kernel", "stride", "padding", "dilation", "groups", "bias", "transposed", "outputPadding"] satisfies (keyof ConvolutionOptions)[]);
    const { channels, kernel, stride = 1, padding = 0, dilation = 1, groups = 1, bias = true, transposed = false, outputPadding = 0 } = options;
    const sizes = {
      kernel: pair(name, "kernel", kernel, 1), stride: pair(name, "stride", stride, 1), padding: pair(name, "padding", padding, 0), dilation: pair(name, "dilation", dilation, 1),
      outputPadding: pair(name, "outputPadding", outputPadding, 0),
    };
    if (transposed && sizes.dilation.some((d) => d !== 1)) throw new EngramError(name, "dilation 1 in a transposed convolution", `${dilation}`, "Dilated transposed convolutions are not computed.");
    const last: Pair = transposed ? [sizes.stride[0] - 1, sizes.stride[1] - 1] : [0, 0];
    within(name, "outputPadding", sizes.outputPadding, last, "It is for transposed convolutions, and smaller than their stride.");
    return this.#layer(name, [x], { kind: "convolution", channels: whole(name, "channels", channels, 1), ...sizes, groups: whole(name, "groups", groups, 1), bias, transposed });
  }

  /** On a vector; flatten a feature map first. */
  linear(name: string, x: string, features: number, bias = true): string {
    return this.#layer(name, [x], { kind: "linear", features: whole(name, "features", features, 1), bias });
  }

  batchNorm(name: string, x: string, epsilon = 1e-5): string {
    return this.#layer(name, [x], { kind: "batchNorm", epsilon: positive(name, epsilon) });
  }

  groupNorm(name: string, x: string, groups: number, epsilon = 1e-5): string {
    return this.#layer(name, [x], { kind: "groupNorm", groups: whole(name, "groups", groups, 1), epsilon: positive(name, epsilon) });
  }

  /** Over the channels of each pixel. */
  layerNorm(name: string, x: string, epsilon = 1e-5): string {
    return this.#layer(name, [x], { kind: "layerNorm", epsilon: positive(name, epsilon) });
  }

  /** @param parameter the slope of leaky (default .01); s of tanh, which is then s tanh(x / s) */
  activation(name: string, x: string, f: Activation, parameter: number = f === "leaky" ? 0.01 : 1): string {
    if (!ACTIVATIONS.includes(f)) throw unknownName(`layer ${name}, activation`, f, ACTIVATIONS);
    number(name, "parameter", parameter, f !== "tanh" || parameter !== 0, f === "tanh" ? "a finite number other than 0" : "a finite number");
    return this.#layer(name, [x], { kind: "activation", f, parameter });
  }

  relu(name: string, x: string): string {
    return this.activation(name, x, "relu");
  }

  maxPool(name: string, x: string, options: MaxPoolOptions): string {
    return this.#layer(name, [x], { kind: "maxPool", ...pool(name, options, "paddingAfter") });
  }

  averagePool(name: string, x: string, options: PoolOptions): string {
    return this.#layer(name, [x], { kind: "averagePool", ...pool(name, options) });
  }

  /** Mean over all pixels: torch.nn.AdaptiveAvgPool2d(1). */
  globalAverage(name: string, x: string): string {
    return this.#layer(name, [x], { kind: "globalAverage" });
  }

  upsample(name: string, x: string, factor: Size, method: "nearest" | "bilinear" = "nearest", aligned = false): string {
    if (!UPSAMPLINGS.includes(method)) throw unknownName(`layer ${name}, method`, method, UPSAMPLINGS);
    const factors = both(name, "factor", factor);
    for (const f of factors) number(name, "factor", f, f > 0, "a number above 0");
    return this.#layer(name, [x], { kind: "upsample", method, factor: factors, aligned });
  }

  add(name: string, x: string, y: string): string {
    return this.#layer(name, [x, y], { kind: "add" });
  }

  /** Channels one after the other. */
  concat(name: string, inputs: readonly string[]): string {
    if (inputs.length === 0) throw new EngramError(`layer ${name}`, "at least one input", "none", "Name the layers to join.");
    return this.#layer(name, [...inputs], { kind: "concat" });
  }

  /** [C, H, W] as a vector of C H W, channel-first as PyTorch flattens. */
  flatten(name: string, x: string): string {
    return this.#layer(name, [x], { kind: "flatten" });
  }

  /** The inverse: any shape of as many numbers. */
  reshape(name: string, x: string, shape: Shape): string {
    if (shape.length !== 3) throw new EngramError(`layer ${name}, shape`, "channels, rows, columns", `[${shape.join(", ")}]`, "A vector of D numbers is [D, 1, 1].");
    for (const n of shape) whole(name, "shape", n, 1);
    return this.#layer(name, [x], { kind: "reshape", shape });
  }

  /** Every `stride`-th pixel, its channels behind `before` zeros of `channels`: the parameter-free shortcut (option A) of arXiv 1512.03385. */
  subsample(name: string, x: string, stride: number, channels: number, before: number): string {
    return this.#layer(name, [x], { kind: "subsample", stride: whole(name, "stride", stride, 1), channels: whole(name, "channels", channels, 1), before: whole(name, "before", before, 0) });
  }

  #layer(name: string, inputs: readonly string[], operation: Operation): string {
    if (this.#names.has(name)) throw new EngramError("graph", "every name once", `"${name}" twice`, "Rename one of the layers.");
    const missing = inputs.find((input) => !this.#names.has(input));
    if (missing !== undefined) throw new EngramError(name, "inputs that are earlier layers", `"${missing}"`, "Add that layer first.");
    this.#names.add(name);
    this.layers.push({ name, inputs, operation });
    return name;
  }
}

function positive(name: string, epsilon: number): number {
  return number(name, "epsilon", epsilon, epsilon >= 0, "0 or above");
}

function pool(name: string, options: MaxPoolOptions, ...more: readonly (keyof MaxPoolOptions)[]): Omit<Extract<Operation, { kind: "maxPool" | "averagePool" }>, "kind"> {
  checkNames(`layer ${name}, option`, options, ["kernel", "stride", "padding", "dilation", "ceil", "countPadding", ...more] satisfies (keyof MaxPoolOptions)[]);
  const { kernel, stride = kernel, padding = 0, paddingAfter = padding, dilation = 1, ceil = false, countPadding = true } = options;
  const sizes = {
    kernel: pair(name, "kernel", kernel, 1), stride: pair(name, "stride", stride, 1), padding: pair(name, "padding", padding, 0), dilation: pair(name, "dilation", dilation, 1),
    paddingAfter: pair(name, "paddingAfter", paddingAfter, 0),
  };
  const half: Pair = [Math.floor(sizes.kernel[0] / 2), Math.floor(sizes.kernel[1] / 2)];
  for (const option of ["padding", "paddingAfter"] as const) within(name, option, sizes[option], half, "Half a window is PyTorch's limit too: every window should meet the image.");
  return { ...sizes, ceil, countPadding };
}
