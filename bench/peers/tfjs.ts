/**
 * tfjs on its WebAssembly backend (one thread) as a peer: our graphs layer by layer, NHWC, batch norms folded into convolutions and ReLUs fused,
 * as a converted model would have them. Installed by npm run bench:peers; loaded from there.
 */
import { createRequire } from "node:module";
import { dirname } from "node:path";
import type { Graph, Layer, Shape, TensorSource } from "../../src/encoders/index.ts";

/** A tensor of tfjs. */
interface T {
  readonly shape: number[];
  dataSync(): Float32Array;
  dispose(): void;
}

/** The parts of tfjs-core that are used. */
interface Tf {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tidy<R>(work: () => R): R;
  keep(x: T): T;
  tensor(data: Float32Array, shape: number[]): T;
  transpose(x: T, order: number[]): T;
  reshape(x: T, shape: number[]): T;
  relu(x: T): T;
  add(x: T, y: T): T;
  mean(x: T, axes: number[], keep: boolean): T;
  matMul(x: T, y: T, transposeX: boolean, transposeY: boolean): T;
  pad(x: T, pads: number[][], value: number): T;
  maxPool(x: T, size: readonly number[], stride: readonly number[], pad: "valid"): T;
  conv2dTranspose(x: T, w: T, shape: number[], stride: readonly number[], pad: number[][]): T;
  readonly fused: { conv2d(options: { x: T; filter: T; strides: readonly number[]; pad: number[][]; bias?: T; activation?: "relu" }): T };
}

export interface TfNetwork {
  run(): void;
  output(): Float32Array;
  dispose(): void;
}

export type TfOpen = (graph: Graph, input: Shape, weights: TensorSource, image: Float32Array) => TfNetwork;

/** @throws Error where tfjs is not installed */
export async function openTfjs(home: string): Promise<TfOpen> {
  const require = createRequire(`${home}/package.json`);
  const tf = require("@tensorflow/tfjs-core") as Tf;
  const entry = require.resolve("@tensorflow/tfjs-backend-wasm");
  const backend = require(entry) as { setWasmPaths(folder: string): void; setThreadsCount(n: number): void };
  backend.setWasmPaths(`${dirname(entry)}/`);
  backend.setThreadsCount(1);
  if (!(await tf.setBackend("wasm"))) throw new Error("tfjs has no wasm backend here");
  await tf.ready();
  return (graph, input, weights, image) => network(tf, graph, input, weights, image);
}

type Step = (values: Map<string, T>) => T;

function network(tf: Tf, { layers }: Graph, [C, H, W]: Shape, weights: TensorSource, image: Float32Array): TfNetwork {
  const steps = layers.slice(1).flatMap((layer): [string, Step][] => {
    const step = stepOf(tf, layers, layer, weights);
    return step === undefined ? [] : [[layer.name, step]];
  });
  const alias = aliases(layers);
  const x = tf.transpose(tf.tensor(image, [1, C, H, W]), [0, 2, 3, 1]);
  let last: T | undefined;
  const run = (): void => {
    last?.dispose();
    last = tf.tidy(() => {
      const values = new Map<string, T>([["input", x]]);
      const through = { get: (name: string) => values.get(alias.get(name) ?? name) } as unknown as Map<string, T>;
      let y = x;
      for (const [name, step] of steps) values.set(name, (y = step(through)));
      return y;
    });
  };
  return {
    run,
    // channel-first, as ours
    output: () => tf.tidy(() => (last!.shape.length === 4 ? tf.transpose(last!, [0, 3, 1, 2]) : last!).dataSync()),
    dispose: () => last?.dispose(),
  };
}

/** Batch norms and ReLUs that went into their convolution: their names stand for its value. */
function aliases(layers: readonly Layer[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const layer of layers) {
    const at = fusedInto(layers, layer);
    if (at !== undefined) names.set(layer.name, at.name);
  }
  return names;
}

const readers = (layers: readonly Layer[], name: string): Layer[] => layers.filter(({ inputs }) => inputs.includes(name));

/** The convolution a batch norm, or the ReLU after it, is computed with. */
function fusedInto(layers: readonly Layer[], { operation, inputs }: Layer): Layer | undefined {
  const relu = operation.kind === "activation" && operation.f === "relu";
  if (operation.kind !== "batchNorm" && !relu) return undefined;
  const before = layers.find(({ name }) => name === inputs[0])!;
  if (readers(layers, before.name).length > 1) return undefined;
  if (before.operation.kind === "convolution" && !before.operation.transposed) return before;
  return relu && before.operation.kind === "batchNorm" ? fusedInto(layers, before) : undefined;
}

function stepOf(tf: Tf, layers: readonly Layer[], layer: Layer, weights: TensorSource): Step | undefined {
  if (fusedInto(layers, layer) !== undefined) return undefined;
  const { name, inputs, operation: op } = layer;
  const numbers = (tensor: string): Float32Array => Float32Array.from(weights.read(tensor).data as Float32Array);
  const [first] = inputs;
  if (op.kind === "convolution") {
    const w = numbers(`${name}.weight`);
    const { shape } = weights.read(`${name}.weight`);
    if (op.transposed) {
      // in x out x rows x columns as rows x columns x out x in
      const filter = tf.keep(tf.transpose(tf.tensor(w, [...shape]), [2, 3, 1, 0]));
      const bias = tf.keep(tf.tensor(numbers(`${name}.bias`), [op.channels]));
      return (values) => {
        const x = values.get(first)!;
        const [, H, W] = x.shape;
        const side = (n: number, i: 0 | 1): number => (n - 1) * op.stride[i] - 2 * op.padding[i] + op.kernel[i];
        return tf.add(tf.conv2dTranspose(x, filter, [1, side(H, 0), side(W, 1), op.channels], op.stride, pads(op.padding)), bias);
      };
    }
    const shift = op.bias ? numbers(`${name}.bias`) : new Float32Array(op.channels);
    const norm = readers(layers, name).find((next) => next.operation.kind === "batchNorm" && fusedInto(layers, next) === layer);
    if (norm !== undefined) {
      const [gamma, beta, mean, variance] = ["weight", "bias", "running_mean", "running_var"].map((part) => numbers(`${norm.name}.${part}`));
      const per = w.length / op.channels;
      for (let c = 0; c < op.channels; c++) {
        const scale = gamma[c] / Math.sqrt(variance[c] + 1e-5);
        for (let i = c * per; i < (c + 1) * per; i++) w[i] *= scale;
        shift[c] = beta[c] + (shift[c] - mean[c]) * scale;
      }
    }
    const activation = layers.some((one) => one.operation.kind === "activation" && fusedInto(layers, one) === layer) ? "relu" : undefined;
    const filter = tf.keep(tf.transpose(tf.tensor(w, [...shape]), [2, 3, 1, 0]));
    const bias = tf.keep(tf.tensor(shift, [op.channels]));
    return (values) => tf.fused.conv2d({ x: values.get(first)!, filter, strides: op.stride, pad: pads(op.padding), bias, activation });
  }
  if (op.kind === "activation" && op.f === "relu") return (values) => tf.relu(values.get(first)!);
  if (op.kind === "add") return (values) => tf.add(values.get(first)!, values.get(inputs[1])!);
  if (op.kind === "globalAverage") return (values) => tf.mean(values.get(first)!, [1, 2], false);
  if (op.kind === "maxPool") return (values) => tf.maxPool(tf.pad(values.get(first)!, pads(op.padding), 0), op.kernel, op.stride, "valid");
  if (op.kind === "linear") {
    const w = tf.keep(tf.tensor(numbers(`${name}.weight`), [...weights.read(`${name}.weight`).shape]));
    const bias = tf.keep(tf.tensor(numbers(`${name}.bias`), [op.features]));
    return (values) => tf.add(tf.matMul(values.get(first)!, w, false, true), bias);
  }
  throw new Error(`tfjs: no layer ${op.kind}`);
}

function pads([rows, columns]: readonly number[]): number[][] {
  return [[0, 0], [rows, rows], [columns, columns], [0, 0]];
}
