/**
 * Networks against PyTorch, every layer, on three images: max|a - b| / max|b| <= 1e-4, the tolerance the library states.
 *
 * fixtures/encoders/golden.safetensors holds, per layer and image, PyTorch's numbers at 12 places, their sum and their largest magnitude;
 * short last outputs (logits, codes) whole. A sum may be off by the tolerance in every number. Measured: the worst layer stands in each message.
 */
import type t from "tap";
import { readFileSync } from "node:fs";
import { freemem } from "node:os";
import { readSafetensors } from "../../src/formats/index.ts";
import type { Tensor } from "../../src/formats/index.ts";
import { Network } from "../../src/encoders/index.ts";
import type { Architecture, Graph, NetworkOptions, Shape, TensorSource } from "../../src/encoders/index.ts";
import { inferShapes } from "../../src/encoders/shapes.ts";
import { expectedTensors } from "../../src/encoders/weights.ts";
import { ruleImages, rulePlaces, ruleWeights } from "./rule.ts";

export type Tap = typeof t;

const TOLERANCE = 1e-4;
const PLACES = 12;
/** By `architecture|layer`. */
export const golden: ReadonlyMap<string, Tensor> = readSafetensors(readFileSync("fixtures/encoders/golden.safetensors")).tensors;

/** Rows and columns of the inputs in fixtures/encoders/models.py where they are not the architecture's own. */
const SIZES: Readonly<Record<string, readonly [number, number]>> = {
  resnet18: [70, 90], resnet34: [64, 64], resnet50: [70, 90], resnet101: [48, 40], "resnet50-w2": [40, 48], "resnet50-w4": [32, 32], squeezenet1_1: [65, 79],
  mobilenet_v1: [96, 80], mobilenet_v2: [96, 80], "taesd-encoder": [40, 56], "taesd-decoder": [5, 7], "taef2-encoder": [40, 56], "taef2-decoder": [5, 7],
};
/** Classes and codes of the networks there: what a file of weights would say. */
const WIDTHS: Readonly<Record<string, number>> = { "fc.weight 0": 13, "linear.weight 0": 13, "classifier.1.weight 0": 13, "encoder.7.weight 0": 48 };

function prepared(architecture: Architecture): { graph: Graph; input: Shape; weights: TensorSource } {
  const sizeOf = (tensor: string, axis: number, otherwise: number): number => (architecture.name === "conv-decoder" && tensor === "decoder.0.weight" ? 48 : (WIDTHS[`${tensor} ${axis}`] ?? otherwise));
  const [C, H, W] = architecture.input(sizeOf);
  const input: Shape = [C, ...(SIZES[architecture.name] ?? ([H, W] as const))];
  const graph = architecture.graph(sizeOf, input);
  return { graph, input, weights: ruleWeights(expectedTensors(graph.layers, inferShapes(graph.layers, input))) };
}

/** Convolutions and linear layers in front of a batch norm: reading them keeps the two apart. */
function foldable({ layers }: Graph): Set<string> {
  const kinds = new Map(layers.map(({ name, operation }) => [name, operation.kind]));
  return new Set(layers.filter(({ operation, inputs }) => operation.kind === "batchNorm" && ["convolution", "linear"].includes(kinds.get(inputs[0])!)).map(({ inputs }) => inputs[0]));
}

interface Worst {
  readonly layer: string;
  readonly error: number;
  /** The last layer's output. */
  readonly last: Float32Array;
}

/** The worst of all layers read, relative to PyTorch's largest magnitude of that layer and image; Infinity where PyTorch has no such layer. */
function worst(label: string, network: Network, images: Float32Array): Worst {
  let most: Worst = { layer: "none", error: 0, last: new Float32Array(0) };
  for (const [layer, { shape, data }] of network.read(images)) {
    const entry = golden.get(`${label}|${layer}`);
    if (entry === undefined) return { layer, error: Infinity, last: data };
    const n = shape[0] * shape[1] * shape[2];
    const whole = layer === network.layers[network.layers.length - 1] ? golden.get(`${label}|logits`) : undefined;
    for (let i = 0; i < 3; i++) {
      const values = data.subarray(i * n, (i + 1) * n);
      const want = (entry.data as Float32Array).subarray(i * (PLACES + 2), (i + 1) * (PLACES + 2));
      const largest = want[PLACES + 1];
      const errors = rulePlaces(layer, PLACES, n).map((at, j) => Math.abs(values[at] - want[j]));
      errors.push(Math.abs(values.reduce((sum, v) => sum + v, 0) - want[PLACES]) / n, Math.abs(values.reduce((max, v) => Math.max(max, Math.abs(v)), 0) - largest));
      if (whole !== undefined) values.forEach((v, k) => errors.push(Math.abs(v - (whole.data as Float32Array)[i * n + k])));
      for (const error of errors) if (!(error / largest <= most.error)) most = { layer, error: error / largest, last: data };
    }
    most = { ...most, last: data };
  }
  return most;
}

/** brief: only the folded network. */
export function compare(t: Pick<Tap, "ok" | "same">, label: string, graph: Graph, images: Float32Array, make: (options: NetworkOptions) => Network, brief = false): void {
  const all = graph.layers.map(({ name }) => name).filter((name) => name !== "input");
  const apart = foldable(graph);
  const rest = all.filter((name) => !apart.has(name));
  const use = (options: NetworkOptions): Worst => {
    const network = make(options);
    const found = worst(label, network, images);
    network.dispose();
    return found;
  };
  const folded = use({ layers: rest, accuracy: "fast" });
  t.ok(folded.error <= TOLERANCE, `${label}, fast, batch norms folded: ${folded.error.toExponential(1)} in ${folded.layer}`);
  if (brief) return;
  const unfolded = use({ layers: all, accuracy: "exact" });
  t.ok(unfolded.error <= TOLERANCE, `${label}, exact, nothing folded: ${unfolded.error.toExponential(1)} in ${unfolded.layer}`);
  t.same(use({ layers: rest.slice(-1), accuracy: "fast" }).last, folded.last, `${label}: the same bits when only the end is read, sums and ReLUs fused`);
}

/** 91 and 375 million weights: seconds to make and to pack, each time. */
const HEAVY: readonly string[] = ["resnet50-w2", "resnet50-w4"];

/** One test of an architecture with the weights of the rule. */
export function withRuleWeights(t: Tap, architecture: Architecture): void {
  const { name } = architecture;
  const skip = name === "resnet50-w4" && freemem() < 4e9 && "less than 4 GB of memory is free";
  t.test(`${name}: every layer on three images, weights of the rule`, { skip }, async (t) => {
    const { graph, input, weights } = prepared(architecture);
    const images = ruleImages(input[0] * input[1] * input[2], architecture.preprocessing === undefined);
    compare(t, name, graph, images, (options) => new Network(graph, input, weights, options), HEAVY.includes(name));
  });
}
