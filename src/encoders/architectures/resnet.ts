/**
 * Residual networks: He et al., arXiv 1512.03385, in the form and with the names of torchvision (the stride of a bottleneck in its 3x3
 * layer), and with the widths of SimCLR (arXiv 2002.05709), where x2 and x4 multiply every layer.
 *
 *   stem      ImageNet: 7x7 stride 2, pool 3x3 stride 2;   CIFAR: 3x3 stride 1, no pool
 *   layerL    blocks of width 64, 128, 256, 512 times the multiplier; from L = 2 the first of them has stride 2
 *   basic     3x3, 3x3                 bottleneck  1x1, 3x3, 1x1 to 4 times the width
 *   shortcut  the input, or where its shape differs a 1x1 convolution and batch norm (`downsample`)
 *   avgpool   mean over all pixels: 512 (basic), 2048 (bottleneck) features times the multiplier
 *   head      `projection.0`, ReLU, `projection.2` on the pooled features, of the checkpoints of training/
 *
 * `contrastive-small` is ours: a 5x5 stem of stride 2 with 32 channels, then one basic block of stride 2 for each of the widths 64, 128, 192, and the head.
 */
import { Graph } from "../graph.ts";
import type { Architecture, SizeOf } from "./architecture.ts";

interface Design {
  readonly blocks: readonly [number, number, number, number];
  readonly bottleneck: boolean;
  readonly multiplier: number;
  readonly stem: "imagenet" | "cifar";
}

/** One stage: `count` blocks of `width`, the first of them with the stride. */
interface Stage {
  readonly width: number;
  readonly count: number;
  readonly stride: number;
}

function resnet({ blocks, bottleneck, multiplier, stem }: Design, sizeOf: SizeOf): Graph {
  const g = new Graph();
  const channels = 64 * multiplier;
  const small = stem === "cifar";
  let x = g.convolution("conv1", "input", { channels, kernel: small ? 3 : 7, stride: small ? 1 : 2, padding: small ? 1 : 3, bias: false });
  x = g.relu("relu", g.batchNorm("bn1", x));
  if (!small) x = g.maxPool("maxpool", x, { kernel: 3, stride: 2, padding: 1 });
  x = stages(g, x, channels, blocks.map((count, stage) => ({ width: channels * 2 ** stage, count, stride: stage > 0 ? 2 : 1 })), bottleneck);
  // A checkpoint without its classifier, or without the head it was trained with, has features only.
  const classes = sizeOf("fc.weight", 0, 0);
  if (classes > 0) g.linear("fc", x, classes);
  head(g, x, sizeOf("projection.0.weight", 0, 0), sizeOf("projection.2.weight", 0, 0));
  return g;
}

/** Stages layer1, layer2, ... and the mean over all pixels. */
function stages(g: Graph, stem: string, from: number, list: readonly Stage[], bottleneck: boolean): string {
  let x = stem;
  let channels = from;
  list.forEach(({ width, count, stride }, stage) => {
    for (let i = 0; i < count; i++) {
      x = block(g, `layer${stage + 1}.${i}`, x, channels, width, i === 0 ? stride : 1, bottleneck);
      channels = bottleneck ? 4 * width : width;
    }
  });
  return g.globalAverage("avgpool", x);
}

/** The head of SimCLR: `projection.2`, on which the loss was computed. */
function head(g: Graph, x: string, hidden: number, out: number): void {
  if (hidden > 0 && out > 0) g.linear("projection.2", g.relu("projection.1", g.linear("projection.0", x, hidden)), out);
}

/** Ours: 0.95 million weights, 10 million multiply-adds; the stem has stride 2 and every stage too, so that most weights see 4 pixels. */
function contrastiveSmall(sizeOf: SizeOf): Graph {
  const g = new Graph();
  const x = g.relu("relu", g.batchNorm("bn1", g.convolution("conv1", "input", { channels: 32, kernel: 5, stride: 2, padding: 2, bias: false })));
  const pooled = stages(g, x, 32, [64, 128, 192].map((width) => ({ width, count: 1, stride: 2 })), false);
  head(g, pooled, sizeOf("projection.0.weight", 0, 256), sizeOf("projection.2.weight", 0, 128));
  return g;
}

/** A branch of `width` and its shortcut, then ReLU. @param from channels of x */
export function block(g: Graph, name: string, x: string, from: number, width: number, stride: number, bottleneck = false): string {
  const out = bottleneck ? 4 * width : width;
  let shortcut = x;
  if (stride !== 1 || from !== out) {
    shortcut = g.convolution(`${name}.downsample.0`, x, { channels: out, kernel: 1, stride, bias: false });
    shortcut = g.batchNorm(`${name}.downsample.1`, shortcut);
  }
  const branch = bottleneck ? bottleneckBranch(g, name, x, width, stride) : basicBranch(g, name, x, width, stride);
  return g.relu(name, g.add(`${name}.add`, branch, shortcut));
}

function basicBranch(g: Graph, name: string, x: string, channels: number, stride: number): string {
  let y = g.convolution(`${name}.conv1`, x, { channels, kernel: 3, stride, padding: 1, bias: false });
  y = g.relu(`${name}.relu1`, g.batchNorm(`${name}.bn1`, y));
  y = g.convolution(`${name}.conv2`, y, { channels, kernel: 3, padding: 1, bias: false });
  return g.batchNorm(`${name}.bn2`, y);
}

function bottleneckBranch(g: Graph, name: string, x: string, channels: number, stride: number): string {
  let y = g.convolution(`${name}.conv1`, x, { channels, kernel: 1, bias: false });
  y = g.relu(`${name}.relu1`, g.batchNorm(`${name}.bn1`, y));
  y = g.convolution(`${name}.conv2`, y, { channels, kernel: 3, stride, padding: 1, bias: false });
  y = g.relu(`${name}.relu2`, g.batchNorm(`${name}.bn2`, y));
  y = g.convolution(`${name}.conv3`, y, { channels: 4 * channels, kernel: 1, bias: false });
  return g.batchNorm(`${name}.bn3`, y);
}

function architecture(name: string, design: Design, contrastive = design.stem === "cifar"): Architecture {
  const side = design.stem === "cifar" ? 32 : 224;
  return {
    name, source: contrastive ? "arXiv 1512.03385, 2002.05709" : "arXiv 1512.03385", input: () => [3, side, side], features: "avgpool",
    preprocessing: design.stem === "cifar" ? "unit" : contrastive ? "unit-crop" : "imagenet",
    graph: (sizeOf) => resnet(design, sizeOf),
  };
}

const SMALL = { blocks: [2, 2, 2, 2], bottleneck: false, multiplier: 1 } as const;
const MIDDLE = { blocks: [3, 4, 6, 3], bottleneck: false, multiplier: 1 } as const;
const LARGE = { blocks: [3, 4, 6, 3], bottleneck: true, multiplier: 1 } as const;

export const RESNETS: readonly Architecture[] = [
  architecture("resnet18", { ...SMALL, stem: "imagenet" }),
  architecture("resnet34", { ...MIDDLE, stem: "imagenet" }),
  architecture("resnet50", { ...LARGE, stem: "imagenet" }),
  architecture("resnet101", { blocks: [3, 4, 23, 3], bottleneck: true, multiplier: 1, stem: "imagenet" }),
  architecture("resnet50-w2", { ...LARGE, multiplier: 2, stem: "imagenet" }, true),
  architecture("resnet50-w4", { ...LARGE, multiplier: 4, stem: "imagenet" }, true),
  architecture("resnet18-cifar", { ...SMALL, stem: "cifar" }),
  architecture("resnet34-cifar", { ...MIDDLE, stem: "cifar" }),
  architecture("resnet50-cifar", { ...LARGE, stem: "cifar" }),
  {
    name: "contrastive-small", source: "ours (training/README.md)", input: () => [3, 32, 32], preprocessing: "unit", features: "avgpool", graph: contrastiveSmall,
  },
];
