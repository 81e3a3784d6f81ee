/**
 * MobileNets. V1 (Howard et al., arXiv 1704.04861, table 1): a 3x3 depthwise and a 1x1 layer, each with batch norm and ReLU. torchvision has no
 * V1; the state dict is ours:
 *
 *   conv1, bn1;  blocks.B.depthwise, blocks.B.bn1, blocks.B.pointwise, blocks.B.bn2 (B = 0..12; no biases);  fc
 *
 * V2 (Sandler et al., arXiv 1801.04381, table 2), names of torchvision: 1x1 to t times the channels, 3x3 depthwise, both with batch norm and ReLU6,
 * then 1x1 with batch norm alone; the input is added where the shape stays.
 */
import { Graph } from "../graph.ts";
import type { Architecture } from "./architecture.ts";

/** [channels, stride] of each block. */
const V1: readonly (readonly [number, number])[] = [
  [64, 1], [128, 2], [128, 1], [256, 2], [256, 1], [512, 2], [512, 1], [512, 1], [512, 1], [512, 1], [512, 1], [1024, 2], [1024, 1],
];

function mobilenetV1(classes: number): Graph {
  const g = new Graph();
  let x = g.convolution("conv1", "input", { channels: 32, kernel: 3, stride: 2, padding: 1, bias: false });
  x = g.relu("relu", g.batchNorm("bn1", x));
  let inputs = 32;
  for (const [i, [channels, stride]] of V1.entries()) {
    const name = `blocks.${i}`;
    let y = g.convolution(`${name}.depthwise`, x, { channels: inputs, kernel: 3, stride, padding: 1, groups: inputs, bias: false });
    y = g.relu(`${name}.relu1`, g.batchNorm(`${name}.bn1`, y));
    y = g.convolution(`${name}.pointwise`, y, { channels, kernel: 1, bias: false });
    x = g.relu(name, g.batchNorm(`${name}.bn2`, y));
    inputs = channels;
  }
  x = g.globalAverage("avgpool", x);
  if (classes > 0) g.linear("fc", x, classes);
  return g;
}

/** [t, channels, blocks, stride of the first]. */
const V2: readonly (readonly [number, number, number, number])[] = [
  [1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 3, 2], [6, 64, 4, 2], [6, 96, 3, 1], [6, 160, 3, 2], [6, 320, 1, 1],
];

function mobilenetV2(classes: number): Graph {
  const g = new Graph();
  const unit = (name: string, x: string, channels: number, kernel: number, stride: number, groups: number): string => {
    const y = g.convolution(`${name}.0`, x, { channels, kernel, stride, padding: (kernel - 1) / 2, groups, bias: false });
    return g.activation(`${name}.2`, g.batchNorm(`${name}.1`, y), "relu6");
  };
  let x = unit("features.0", "input", 32, 3, 2, 1);
  let inputs = 32;
  let i = 1;
  for (const [t, channels, count, first] of V2) {
    for (let n = 0; n < count; n++, i++) {
      const name = `features.${i}`;
      const stride = n === 0 ? first : 1;
      const wide = t * inputs;
      let at = 0;
      let y = x;
      if (t !== 1) y = unit(`${name}.conv.${at++}`, y, wide, 1, 1, 1);
      y = unit(`${name}.conv.${at++}`, y, wide, 3, stride, wide);
      y = g.convolution(`${name}.conv.${at++}`, y, { channels, kernel: 1, bias: false });
      y = g.batchNorm(`${name}.conv.${at}`, y);
      x = stride === 1 && inputs === channels ? g.add(name, x, y) : y;
      inputs = channels;
    }
  }
  x = unit(`features.${i}`, x, 1280, 1, 1, 1);
  x = g.globalAverage("avgpool", x);
  if (classes > 0) g.linear("classifier.1", x, classes);
  return g;
}

export const MOBILENETS: readonly Architecture[] = [
  { name: "mobilenet_v1", source: "arXiv 1704.04861", input: () => [3, 224, 224], features: "avgpool", preprocessing: "imagenet", graph: (sizeOf) => mobilenetV1(sizeOf("fc.weight", 0, 0)) },
  { name: "mobilenet_v2", source: "arXiv 1801.04381", input: () => [3, 224, 224], features: "avgpool", preprocessing: "imagenet", graph: (sizeOf) => mobilenetV2(sizeOf("classifier.1.weight", 0, 0)) },
];
