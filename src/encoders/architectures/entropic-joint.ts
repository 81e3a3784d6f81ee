/**
 * The jointly trained networks of the entropic memories before CIFAR-10 (entropic-memory.md sections 9, 10), by the names of training/jointnets.py.
 * Pictures are 28 x 28 in [0, 1] at both ends; a vector of n features lies between (64); classifiers end in logits.
 *
 *   entropic-mnist-*     Sci Rep 11:6948. Conv32, pool, Conv32 valid, pool, Conv64 5x5 valid, pool; Dense 7 7 32, transposed 64, 32, 1; Dense 128, 10
 *   entropic-fashion-*   Sci Rep 13:9553. Blocks of 2, 2, 3, 3, 3 layers of n/16 2^k filters, batch norm after each ReLU, pool 3 stride 2;
 *                        Dense 7 7 n/2, twice (conv, enlarged twofold, batch norm), conv; Dense n, n, 10
 *   entropic-hetero-*    arXiv 2411.02438, both sides. The same blocks with pool 2; Dense 7 7 n/4, transposed n/4, n/16 with batch norms, 1; Dense n, n, 10
 *
 * Every encoder ends in a layer norm over its features. Epsilons are 1e-3. Deviation: where a pool of 3 or a transposed layer of stride 2 cannot be
 * centred, PyTorch's placing (one more pixel above and on the left).
 */
import { Graph } from "../graph.ts";
import type { Architecture, SizeOf } from "./architecture.ts";

const EPSILON = 1e-3;
const BLOCKS = [2, 2, 3, 3, 3];
const COUNT = 64;

function mnistEncoder(sizeOf: SizeOf): Graph {
  const g = new Graph();
  let x = "input";
  for (const [i, channels, kernel, padding] of [[1, 32, 3, 1], [2, 32, 3, 0], [3, sizeOf("norm.weight", 0, COUNT), 5, 0]]) {
    x = g.relu(`relu${i}`, g.convolution(`conv${i}`, x, { channels, kernel, padding }));
    x = g.maxPool(`pool${i}`, x, { kernel: 2 });
  }
  g.layerNorm("norm", x, EPSILON);
  return g;
}

function blockEncoder(wide: boolean, sizeOf: SizeOf): Graph {
  const g = new Graph();
  const n = sizeOf("norm.weight", 0, COUNT);
  let [x, i] = ["input", 0];
  for (const [k, layers] of BLOCKS.entries()) {
    for (let layer = 0; layer < layers; layer++) {
      i++;
      x = g.relu(`relu${i}`, g.convolution(`conv${i}`, x, { channels: Math.floor(n / 16) * 2 ** k, kernel: 3, padding: 1 }));
      x = g.batchNorm(`bn${i}`, x, EPSILON);
    }
    x = g.maxPool(`pool${k + 1}`, x, wide ? { kernel: 3, stride: 2, padding: 1 } : { kernel: 2, ceil: true });
  }
  g.layerNorm("norm", x, EPSILON);
  return g;
}

/** 49 times the channels that a decoder begins with, ReLU, as 7 x 7 pixels. @param channels where the weights do not say */
function sevenBySeven(g: Graph, sizeOf: SizeOf, channels: number): string {
  const width = sizeOf("dense.weight", 0, 49 * channels);
  return g.reshape("reshape", g.relu("relu0", g.linear("dense", "input", width)), [Math.max(1, Math.floor(width / 49)), 7, 7]);
}

function transposedDecoder(norms: boolean, sizeOf: SizeOf): Graph {
  const g = new Graph();
  let x = sevenBySeven(g, sizeOf, norms ? COUNT / 4 : 32);
  for (const [i, channels] of [[1, norms ? COUNT / 4 : 64], [2, norms ? COUNT / 16 : 32]]) {
    x = g.convolution(`conv${i}`, x, { channels: sizeOf(`conv${i}.weight`, 1, channels), kernel: 3, stride: 2, padding: 1, outputPadding: 1, transposed: true });
    x = g.relu(`relu${i}`, x);
    if (norms) x = g.batchNorm(`bn${i}`, x, EPSILON);
  }
  g.activation("sigmoid", g.convolution("conv3", x, { channels: 1, kernel: 3, padding: 1, transposed: true }), "sigmoid");
  return g;
}

function upsamplingDecoder(sizeOf: SizeOf): Graph {
  const g = new Graph();
  let x = sevenBySeven(g, sizeOf, COUNT / 2);
  for (const [i, channels] of [[1, COUNT], [2, COUNT / 2]]) {
    x = g.relu(`relu${i}`, g.convolution(`conv${i}`, x, { channels: sizeOf(`conv${i}.weight`, 0, channels), kernel: 3, padding: 1 }));
    x = g.batchNorm(`bn${i}`, g.upsample(`up${i}`, x, 2), EPSILON);
  }
  g.activation("sigmoid", g.convolution("conv3", x, { channels: 1, kernel: 3, padding: 1 }), "sigmoid");
  return g;
}

function classifier(widths: readonly number[], sizeOf: SizeOf): Graph {
  const g = new Graph();
  let x = "input";
  widths.forEach((width, k) => (x = g.relu(`relu${k + 1}`, g.linear(`dense${k + 1}`, x, sizeOf(`dense${k + 1}.weight`, 0, width)))));
  g.linear(`dense${widths.length + 1}`, x, sizeOf(`dense${widths.length + 1}.weight`, 0, 10));
  return g;
}

function trio(name: string, source: string, encoder: Architecture["graph"], decoder: Architecture["graph"], widths: readonly number[]): Architecture[] {
  return [
    { name: `entropic-${name}-encoder`, source, input: () => [1, 28, 28], preprocessing: "unit", features: "norm", graph: encoder },
    { name: `entropic-${name}-decoder`, source, input: (sizeOf) => [sizeOf("dense.weight", 1, COUNT), 1, 1], features: "sigmoid", graph: decoder },
    { name: `entropic-${name}-classifier`, source, input: (sizeOf) => [sizeOf("dense1.weight", 1, COUNT), 1, 1], features: `dense${widths.length + 1}`, graph: (sizeOf) => classifier(widths, sizeOf) },
  ];
}

export const ENTROPIC_JOINT: readonly Architecture[] = [
  ...trio("mnist", "Sci Rep 11:6948 (entropic-memory.md section 9)", mnistEncoder, (sizeOf) => transposedDecoder(false, sizeOf), [128]),
  ...trio("fashion", "Sci Rep 13:9553 (entropic-memory.md section 9)", (sizeOf) => blockEncoder(true, sizeOf), upsamplingDecoder, [COUNT, COUNT]),
  ...trio("hetero", "arXiv 2411.02438 (entropic-memory.md section 10)", (sizeOf) => blockEncoder(false, sizeOf), (sizeOf) => transposedDecoder(true, sizeOf), [COUNT, COUNT]),
];
