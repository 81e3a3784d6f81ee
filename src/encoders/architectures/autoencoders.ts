/**
 * The small networks of the papers. One file of weights may hold both halves of an autoencoder, under `encoder.` and `decoder.`; sizes follow from it.
 *
 *   mlp-*    semantic-memory.md section 13: 784-256-64-b | b-64-256-784, ReLU, linear code, sigmoid at the end
 *   vae-*    the beta-VAE of arXiv 2506.10801 (epanechnikov-memory.md section 10): 784-512-512-(mean, log variance of 10) and back, each layer
 *            Linear, LeakyReLU(.2), BatchNorm in that order; `fc_mu` is read, `fc_logvar` can be
 *   conv-*   ours, for colour pictures of 32 pixels: three 3x3 layers of stride 2, a linear code; back by three transposed 4x4 layers of stride 2
 *   small-conv, mini-conv   the contrastive encoders T1 and T1-mini of semantic-memory.md section 13: three 3x3 layers of stride 1, 2, 2, mean over pixels
 */
import { Graph } from "../graph.ts";
import { renamed } from "../weights.ts";
import type { TensorSource } from "../weights.ts";
import type { Architecture, SizeOf } from "./architecture.ts";

/** Only the tensors whose names begin so: the rest of the file is the other half. */
function part(source: TensorSource, prefixes: readonly string[], others: readonly string[]): TensorSource {
  const mine = [...source.places.keys()].some((name) => prefixes.some((prefix) => name.startsWith(prefix)));
  return mine ? renamed(source, (name) => (others.some((prefix) => name.startsWith(prefix)) ? undefined : name)) : source;
}

function mlpEncoder(sizeOf: SizeOf): Graph {
  const g = new Graph();
  let x = g.flatten("flatten", "input");
  x = g.relu("encoder.1", g.linear("encoder.0", x, sizeOf("encoder.0.weight", 0, 256)));
  x = g.relu("encoder.3", g.linear("encoder.2", x, sizeOf("encoder.2.weight", 0, 64)));
  g.linear("encoder.4", x, sizeOf("encoder.4.weight", 0, 16));
  return g;
}

function mlpDecoder(sizeOf: SizeOf): Graph {
  const g = new Graph();
  let x = g.relu("decoder.1", g.linear("decoder.0", "input", sizeOf("decoder.0.weight", 0, 64)));
  x = g.relu("decoder.3", g.linear("decoder.2", x, sizeOf("decoder.2.weight", 0, 256)));
  g.activation("decoder.5", g.linear("decoder.4", x, sizeOf("decoder.4.weight", 0, 784)), "sigmoid");
  return g;
}

/** Two hidden layers of the VAE, at places 0-2 and 3-5 of a sequence. */
function vaeHidden(g: Graph, half: string, input: string, sizeOf: SizeOf): string {
  let x = input;
  for (const i of [0, 3]) {
    x = g.linear(`${half}.${i}`, x, sizeOf(`${half}.${i}.weight`, 0, 512));
    x = g.batchNorm(`${half}.${i + 2}`, g.activation(`${half}.${i + 1}`, x, "leaky", 0.2));
  }
  return x;
}

function vaeEncoder(sizeOf: SizeOf): Graph {
  const g = new Graph();
  const x = vaeHidden(g, "encoder", g.flatten("flatten", "input"), sizeOf);
  for (const head of ["fc_mu", "fc_logvar"]) g.linear(head, x, sizeOf(`${head}.weight`, 0, 10));
  return g;
}

function vaeDecoder(sizeOf: SizeOf): Graph {
  const g = new Graph();
  const x = vaeHidden(g, "decoder", "input", sizeOf);
  g.activation("decoder.7", g.linear("decoder.6", x, sizeOf("decoder.6.weight", 0, 784)), "sigmoid");
  return g;
}

function convEncoder(sizeOf: SizeOf): Graph {
  const g = new Graph();
  let x = "input";
  for (const [i, channels] of [[0, 32], [2, 64], [4, 128]]) {
    x = g.relu(`encoder.${i + 1}`, g.convolution(`encoder.${i}`, x, { channels, kernel: 3, stride: 2, padding: 1 }));
  }
  g.linear("encoder.7", g.flatten("encoder.6", x), sizeOf("encoder.7.weight", 0, 64));
  return g;
}

function convDecoder(sizeOf: SizeOf): Graph {
  const g = new Graph();
  let x = g.relu("decoder.1", g.linear("decoder.0", "input", 2048));
  x = g.reshape("decoder.2", x, [128, 4, 4]);
  for (const [i, channels] of [[3, 64], [5, 32], [7, sizeOf("decoder.7.weight", 1, 3)]]) {
    x = g.convolution(`decoder.${i}`, x, { channels, kernel: 4, stride: 2, padding: 1, transposed: true });
    x = g.activation(`decoder.${i + 1}`, x, i === 7 ? "sigmoid" : "relu");
  }
  return g;
}

/** Three layers at places 0, 2, 4 of `features`. */
function plainConv(widths: readonly number[]): Graph {
  const g = new Graph();
  let x = "input";
  widths.forEach((channels, i) => {
    x = g.relu(`features.${2 * i + 1}`, g.convolution(`features.${2 * i}`, x, { channels, kernel: 3, stride: i === 0 ? 1 : 2, padding: 1 }));
  });
  g.globalAverage("avgpool", x);
  return g;
}

const SM = "arXiv 2402.10814 (semantic-memory.md section 13)";
const VAE = "arXiv 2506.10801 (epanechnikov-memory.md section 10)";
export const encoderHalf = (source: TensorSource): TensorSource => part(source, ["encoder."], ["decoder."]);
export const decoderHalf = (source: TensorSource): TensorSource => part(source, ["decoder."], ["encoder.", "fc_"]);

export const AUTOENCODERS: readonly Architecture[] = [
  { name: "mlp-encoder", source: SM, input: () => [1, 28, 28], preprocessing: "unit", features: "encoder.4", graph: mlpEncoder, adapt: encoderHalf },
  { name: "mlp-decoder", source: SM, input: (sizeOf) => [sizeOf("decoder.0.weight", 1, 16), 1, 1], features: "decoder.5", graph: mlpDecoder, adapt: decoderHalf },
  { name: "vae-encoder", source: VAE, input: () => [1, 28, 28], preprocessing: "unit", features: "fc_mu", graph: vaeEncoder, adapt: encoderHalf },
  { name: "vae-decoder", source: VAE, input: (sizeOf) => [sizeOf("decoder.0.weight", 1, 10), 1, 1], features: "decoder.7", graph: vaeDecoder, adapt: decoderHalf },
  { name: "conv-encoder", source: "ours", input: (sizeOf) => [sizeOf("encoder.0.weight", 1, 3), 32, 32], preprocessing: "unit", features: "encoder.7", graph: convEncoder, adapt: encoderHalf },
  { name: "conv-decoder", source: "ours", input: (sizeOf) => [sizeOf("decoder.0.weight", 1, 64), 1, 1], features: "decoder.8", graph: convDecoder, adapt: decoderHalf },
  { name: "small-conv", source: SM, input: () => [3, 32, 32], preprocessing: "unit", features: "avgpool", graph: () => plainConv([32, 64, 128]) },
  { name: "mini-conv", source: SM, input: () => [1, 16, 16], preprocessing: "unit", features: "avgpool", graph: () => plainConv([16, 32, 64]) },
];
