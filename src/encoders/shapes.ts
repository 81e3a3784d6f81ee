/** What each layer gives for an input of some size: shapes [C, H, W], checked before anything is computed or allocated. */
import { convolutionSize, outputSize } from "../kernels/index.ts";
import type { ConvolutionShape } from "../kernels/index.ts";
import { EngramError } from "../numeric/index.ts";
import type { Layer, Operation, Shape } from "./graph.ts";

/** By layer name. @throws EngramError where a layer cannot take what it is given, such as an image smaller than a window */
export function inferShapes(layers: readonly Layer[], input: Shape): Map<string, Shape> {
  const shapes = new Map<string, Shape>();
  if (input.length !== 3 || input.some((n) => !Number.isInteger(n) || n < 1)) throw new EngramError("input", "channels, rows and columns, 1 or above", `[${input.join(", ")}]`, "A vector of D numbers is [D, 1, 1].");
  for (const layer of layers) {
    const shape = layer.operation.kind === "input" ? input : outputShape(layer.name, layer.operation, layer.inputs.map((name) => shapes.get(name)!));
    if (shape.some((n) => !Number.isInteger(n) || n < 1)) {
      throw new EngramError(`layer ${layer.name}`, "an input at least as large as its window", `${text(shapes.get(layer.inputs[0] ?? "input") ?? input)} for an image of ${text(input)}`, "Give larger images.");
    }
    shapes.set(layer.name, shape);
  }
  return shapes;
}

export function text(shape: Shape): string {
  return shape.join(" x ");
}

/** What the kernels need to know of a convolution or linear layer. */
export function convolutionShape(operation: Extract<Operation, { kind: "convolution" | "linear" }>, [C]: Shape): ConvolutionShape {
  if (operation.kind === "convolution") return { ...operation, inChannels: C, outChannels: operation.channels };
  const one = [1, 1] as const;
  return { inChannels: C, outChannels: operation.features, kernel: one, stride: one, padding: [0, 0], dilation: one, groups: 1, transposed: false, outputPadding: [0, 0] };
}

function outputShape(name: string, operation: Operation, inputs: readonly Shape[]): Shape {
  const [[C, H, W]] = inputs;
  const wrong = (expected: string, todo: string): EngramError => new EngramError(`layer ${name}`, expected, inputs.map(text).join(" and "), todo);
  switch (operation.kind) {
    case "convolution": {
      const { groups, channels } = operation;
      if (C % groups !== 0 || channels % groups !== 0) throw wrong(`channels that ${groups} groups divide`, "Check the architecture.");
      return [channels, ...convolutionSize(convolutionShape(operation, inputs[0]), [H, W])];
    }
    case "linear":
      if (H !== 1 || W !== 1) throw wrong("a vector", "Flatten the feature map first.");
      return [operation.features, 1, 1];
    case "maxPool":
    case "averagePool": {
      const { kernel, stride, padding, paddingAfter, dilation, ceil } = operation;
      const along = (d: 0 | 1, size: number): number => {
        const outputs = outputSize(size, kernel[d], stride[d], padding[d], dilation[d], ceil, paddingAfter[d]);
        for (let o = 0; o < outputs; o++) {
          const first = o * stride[d] - padding[d];
          const tap = Math.max(0, Math.ceil(-first / dilation[d]));
          if (tap >= kernel[d] || first + tap * dilation[d] >= size) throw wrong("pixels in every window", "Choose a smaller dilation or larger images.");
        }
        return outputs;
      };
      return [C, along(0, H), along(1, W)];
    }
    case "globalAverage":
      return [C, 1, 1];
    case "upsample": {
      const size = [H * operation.factor[0], W * operation.factor[1]] as const;
      if (!size.every(Number.isInteger)) throw wrong(`rows and columns that are whole numbers times ${operation.factor.join(" x ")}`, "Change the factor or the size of the input.");
      return [C, ...size];
    }
    case "add":
      if (inputs.some((shape) => shape.join() !== inputs[0].join())) throw wrong("inputs of one shape", "Check the architecture.");
      return inputs[0];
    case "concat":
      if (inputs.some((shape) => shape[1] !== H || shape[2] !== W)) throw wrong("inputs of as many rows and columns", "Check the architecture.");
      return [inputs.reduce((sum, shape) => sum + shape[0], 0), H, W];
    case "flatten":
      return [C * H * W, 1, 1];
    case "reshape":
      if (C * H * W !== operation.shape[0] * operation.shape[1] * operation.shape[2]) throw wrong(`${text(operation.shape)} numbers`, "Check the size of the input.");
      return operation.shape;
    case "subsample":
      if (operation.before + C > operation.channels) throw wrong(`at most ${operation.channels - operation.before} channels behind ${operation.before} of ${operation.channels}`, "Check the architecture.");
      return [operation.channels, Math.ceil(H / operation.stride), Math.ceil(W / operation.stride)];
    case "groupNorm":
      if (C % operation.groups !== 0) throw wrong(`channels that ${operation.groups} groups divide`, "Check the architecture.");
      return inputs[0];
    default:
      return inputs[0];
  }
}
