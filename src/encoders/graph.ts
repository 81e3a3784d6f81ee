/**
 * A network as a list of named layers, each reading earlier ones: what an architecture's file writes down beside its paper.
 * Names are those of the PyTorch module that the layer stands for, so that `<name>.weight` is its tensor in a state dict; the sum, the
 * second activation and other unnamed steps of a block have names of ours (`layer1.0.add`), and the last step has the block's own.
 *
 *   shapes are [C, H, W]; a vector of D features is [D, 1, 1]
 */
import { EngramError } from "../numeric/index.ts";
import type { Pair } from "../kernels/index.ts";

/** Channels, rows, columns. */
export type Shape = readonly [channels: number, rows: number, columns: number];

export type Activation = "relu" | "relu6" | "leaky" | "silu" | "gelu" | "sigmoid" | "tanh";

/** One number stands for rows and columns alike. */
type Size = number | Pair;

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
    readonly ceil: boolean; readonly countPadding: boolean;
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

/** Every method adds one layer and returns its name. */
export class Graph {
  readonly layers: Layer[] = [{ name: "input", inputs: [], operation: { kind: "input" } }];
  readonly #names: Set<string> = new Set(["input"]);

  convolution(name: string, x: string, options: ConvolutionOptions): string {
    const { channels, kernel, stride = 1, padding = 0, dilation = 1, groups = 1, bias = true, transposed = false, outputPadding = 0 } = options;
    if (transposed && pair(dilation).some((d) => d !== 1)) throw new EngramError(name, "dilation 1 in a transposed convolution", `${dilation}`, "Dilated transposed convolutions are not computed.");
    return this.#layer(name, [x], {
      kind: "convolution", channels, kernel: pair(kernel), stride: pair(stride), padding: pair(padding), dilation: pair(dilation), groups, bias, transposed, outputPadding: pair(outputPadding),
    });
  }

  /** On a vector; flatten a feature map first. */
  linear(name: string, x: string, features: number, bias = true): string {
    return this.#layer(name, [x], { kind: "linear", features, bias });
  }

  batchNorm(name: string, x: string, epsilon = 1e-5): string {
    return this.#layer(name, [x], { kind: "batchNorm", epsilon });
  }

  groupNorm(name: string, x: string, groups: number, epsilon = 1e-5): string {
    return this.#layer(name, [x], { kind: "groupNorm", groups, epsilon });
  }

  /** Over the channels of each pixel. */
  layerNorm(name: string, x: string, epsilon = 1e-5): string {
    return this.#layer(name, [x], { kind: "layerNorm", epsilon });
  }

  /** @param parameter the slope of leaky (default .01); s of tanh, which is then s tanh(x / s) */
  activation(name: string, x: string, f: Activation, parameter: number = f === "leaky" ? 0.01 : 1): string {
    return this.#layer(name, [x], { kind: "activation", f, parameter });
  }

  relu(name: string, x: string): string {
    return this.activation(name, x, "relu");
  }

  maxPool(name: string, x: string, options: PoolOptions): string {
    return this.#layer(name, [x], { kind: "maxPool", ...pool(options) });
  }

  averagePool(name: string, x: string, options: PoolOptions): string {
    return this.#layer(name, [x], { kind: "averagePool", ...pool(options) });
  }

  /** Mean over all pixels: torch.nn.AdaptiveAvgPool2d(1). */
  globalAverage(name: string, x: string): string {
    return this.#layer(name, [x], { kind: "globalAverage" });
  }

  upsample(name: string, x: string, factor: Size, method: "nearest" | "bilinear" = "nearest", aligned = false): string {
    return this.#layer(name, [x], { kind: "upsample", method, factor: pair(factor), aligned });
  }

  add(name: string, x: string, y: string): string {
    return this.#layer(name, [x, y], { kind: "add" });
  }

  /** Channels one after the other. */
  concat(name: string, inputs: readonly string[]): string {
    return this.#layer(name, inputs, { kind: "concat" });
  }

  /** [C, H, W] as a vector of C H W, channel-first as PyTorch flattens. */
  flatten(name: string, x: string): string {
    return this.#layer(name, [x], { kind: "flatten" });
  }

  /** The inverse: any shape of as many numbers. */
  reshape(name: string, x: string, shape: Shape): string {
    return this.#layer(name, [x], { kind: "reshape", shape });
  }

  /** Every `stride`-th pixel, its channels behind `before` zeros of `channels`: the parameter-free shortcut (option A) of arXiv 1512.03385. */
  subsample(name: string, x: string, stride: number, channels: number, before: number): string {
    return this.#layer(name, [x], { kind: "subsample", stride, channels, before });
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

function pair(size: Size): Pair {
  return typeof size === "number" ? [size, size] : size;
}

function pool({ kernel, stride = kernel, padding = 0, dilation = 1, ceil = false, countPadding = true }: PoolOptions): Omit<Extract<Operation, { kind: "maxPool" | "averagePool" }>, "kind"> {
  return { kernel: pair(kernel), stride: pair(stride), padding: pair(padding), dilation: pair(dilation), ceil, countPadding };
}
