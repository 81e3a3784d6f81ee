/** What each layer gives for an input of some size: shapes [C, H, W], checked before anything is computed or allocated. */
import { convolutionSize, outputSize } from "../kernels/index.ts";
import type { ConvolutionShape } from "../kernels/index.ts";
import { EngramError } from "../numeric/index.ts";
import type { Layer, Operation, Shape } from "./graph.ts";

/** By layer name. @throws EngramError where a layer cannot take what it is given, such as an image smaller than a window */
export function inferShapes(layers: readonly Layer[], input: Shape): Map<string, Shape> {
  const shapes = new Map<string, Shape>();
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
      const { kernel, stride, padding, dilation, ceil } = operation;
      return [C, outputSize(H, kernel[0], stride[0], padding[0], dilation[0], ceil), outputSize(W, kernel[1], stride[1], padding[1], dilation[1], ceil)];
    }
    case "globalAverage":
      return [C, 1, 1];
    case "upsample":
      return [C, H * operation.factor[0], W * operation.factor[1]];
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
      return [operation.channels, Math.ceil(H / operation.stride), Math.ceil(W / operation.stride)];
    case "groupNorm":
      if (C % operation.groups !== 0) throw wrong(`channels that ${operation.groups} groups divide`, "Check the architecture.");
      return inputs[0];
    default:
      return inputs[0];
  }
}
