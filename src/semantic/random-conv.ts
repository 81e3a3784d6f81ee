/**
 * The untrained network (semantic-memory.md T0c): what an architecture gives without any learning. 3x3 convolutions of 64, 128 and 256
 * channels, stride 1, 2, 2, ReLU, mean over pixels; weights N(0, 2 / fan-in) from the seed alone.
 */
import { Graph, Network } from "../encoders/index.ts";
import type { Shape } from "../encoders/index.ts";
import { sha256Hex, tensor } from "../formats/index.ts";
import type { Tensor } from "../formats/index.ts";
import { EngramError, seeded } from "../numeric/index.ts";
import type { FeatureMap } from "./feature-map.ts";

const WIDTHS = [64, 128, 256] as const;

/** @param shape of the pictures: C, H, W */
export function randomConv(shape: Shape, seed = 0): FeatureMap {
  if (!Array.isArray(shape) || shape.length !== 3) throw new EngramError("random convolutions, shape", "channels, rows, columns", String(shape), "For example [3, 32, 32].");
  const graph = new Graph();
  const weights = new Map<string, Tensor>();
  const rng = seeded(seed);
  let x = "input";
  let numbers = 0;
  WIDTHS.forEach((channels, i) => {
    const before = i === 0 ? shape[0] : WIDTHS[i - 1];
    const deviation = Math.sqrt(2 / (9 * before));
    const values = Float32Array.from({ length: channels * before * 9 }, () => deviation * rng.normal());
    weights.set(`conv${i}.weight`, tensor(values, [channels, before, 3, 3]));
    numbers += values.length;
    x = graph.relu(`relu${i}`, graph.convolution(`conv${i}`, x, { channels, kernel: 3, stride: i === 0 ? 1 : 2, padding: 1, bias: false }));
  });
  graph.globalAverage("mean", x);
  const network = new Network(graph, shape, weights, { name: "random-conv" });
  const parameters = { shape: shape.join(" x "), seed: String(seed) };
  return {
    name: `random convolutions, seed ${seed}`, inputs: network.dim, dim: WIDTHS[2], numbers,
    sha256: sha256Hex(new TextEncoder().encode(`random-conv 1 ${parameters.shape} ${parameters.seed}`)),
    saved: { kind: "random-conv", parameters, tensors: {} },
    map: (X) => network.run(Float32Array.from(X)),
  };
}
