/**
 * The networks of "Entropic associative memory for real world images" (arXiv 2405.12500; entropic-memory.md section 5): encoder, decoder and
 * classifier for n = 64, 128, 256, 512, 1024 features of a 32 x 32 colour picture.
 *
 *   encoder      3x3 convolutions of 32, 16, 8, 4 channels, ReLU each; max pool of 2, stride 2 (n > 256) or 4; a convolution of 2 channels (n = 512,
 *                128, 64); flatten; a linear layer of 64 (n = 64); layer norm over all n features
 *   decoder      the way back: n = 64 through a linear layer of 128; a convolution of 4 channels where there are 2; nearest upsampling to 32 x 32;
 *                convolutions of 8, 16, 32 channels, ReLU, and 3, sigmoid
 *   classifier   features -> logits of 10 classes: convolutions of 32, 32, pool, 64, 64, pool, linear 512, linear 10; ReLU and then batch norm after
 *                each but the last. Pools are windows of 2, stride 1, TensorFlow's "same": one more row below, one more column to the right
 *
 * A map lies in a vector of features as (channel, row, column). Deviation: the paper's order is (row, column, channel); its memory treats every
 * feature alike and its norm runs over all of them, so this is a renaming. The softmax after the logits is left out: it moves no maximum.
 */
import { Graph } from "../graph.ts";
import type { Shape } from "../graph.ts";
import type { Architecture } from "./architecture.ts";

export const ENTROPIC_CIFAR_SIZES: readonly number[] = [64, 128, 256, 512, 1024];

/** Keras' default for both norms. */
const EPSILON = 1e-3;
const CLASSES = 10;

function conv(g: Graph, name: string, x: string, channels: number): string {
  return g.convolution(name, x, { channels, kernel: 3, padding: 1 });
}

/** Rows and columns of the smallest map; with 2 channels one convolution more on both sides. */
function code(n: number): { side: number; channels: number; narrow: boolean } {
  const side = n > 256 ? 16 : 8;
  const channels = n === 64 ? 2 : n / (side * side);
  return { side, channels, narrow: channels === 2 };
}

function encoder(n: number): Graph {
  const g = new Graph();
  const { side, narrow } = code(n);
  let x = "input";
  [32, 16, 8, 4].forEach((channels, i) => (x = g.relu(`relu${i + 1}`, conv(g, `conv${i + 1}`, x, channels))));
  x = g.maxPool("pool", x, { kernel: 2, stride: 32 / side });
  if (narrow) x = g.relu("relu5", conv(g, "conv5", x, 2));
  x = g.flatten("flatten", x);
  if (n === 64) x = g.linear("dense", x, n);
  g.layerNorm("norm", x, EPSILON);
  return g;
}

function decoder(n: number): Graph {
  const g = new Graph();
  const { side, channels, narrow } = code(n);
  let x = "input";
  if (n === 64) x = g.linear("dense", x, channels * side * side);
  x = g.reshape("reshape", x, [channels, side, side]);
  if (narrow) x = g.relu("relu0", conv(g, "conv0", x, 4));
  x = g.upsample("up", x, 32 / side);
  [8, 16, 32].forEach((width, i) => (x = g.relu(`relu${i + 1}`, conv(g, `conv${i + 1}`, x, width))));
  g.activation("sigmoid", conv(g, "conv4", x, 3), "sigmoid");
  return g;
}

function classifier(n: number): Graph {
  const g = new Graph();
  const shape: Shape = n > 256 ? [n / 256, 16, 16] : [n / 64, 8, 8];
  let x = g.reshape("reshape", "input", shape);
  [32, 32, 64, 64].forEach((channels, i) => {
    x = g.batchNorm(`bn${i + 1}`, g.relu(`relu${i + 1}`, conv(g, `conv${i + 1}`, x, channels)), EPSILON);
    if (i % 2 === 1) x = g.maxPool(`pool${(i + 1) / 2}`, x, { kernel: 2, stride: 1, paddingAfter: 1 });
  });
  x = g.relu("relu5", g.linear("dense1", g.flatten("flatten", x), 512));
  g.linear("dense2", g.batchNorm("bn5", x, EPSILON), CLASSES);
  return g;
}

const source = "arXiv 2405.12500 (entropic-memory.md section 5)";

export const ENTROPIC_CIFAR: readonly Architecture[] = ENTROPIC_CIFAR_SIZES.flatMap((n): Architecture[] => [
  { name: `entropic-cifar-encoder-${n}`, source, input: () => [3, 32, 32], preprocessing: "unit", features: "norm", graph: () => encoder(n) },
  { name: `entropic-cifar-decoder-${n}`, source, input: () => [n, 1, 1], features: "sigmoid", graph: () => decoder(n) },
  { name: `entropic-cifar-classifier-${n}`, source, input: () => [n, 1, 1], features: "dense2", graph: () => classifier(n) },
]);
