/**
 * A network with its weights, made for one size of input. Batch norms are folded, weights packed and buffers assigned once; from then on
 * a batch allocates nothing in the kernels' memory. An image has the same bits alone and in any batch.
 */
import { Blocks, layerHost, padded } from "../kernels/index.ts";
import type { Accuracy, Convolution, LayerHost } from "../kernels/index.ts";
import { checkBackend, checkNames, EngramError, unknownName } from "../numeric/index.ts";
import type { Backend } from "../numeric/index.ts";
import { assignBuffers, mapLength } from "./buffers.ts";
import type { Buffers } from "./buffers.ts";
import { compile } from "./compile.ts";
import type { Run } from "./compile.ts";
import type { Graph, Shape } from "./graph.ts";
import { lower } from "./lower.ts";
import { inferShapes, text } from "./shapes.ts";
import { checkTensors, expectedTensors, tensorSource } from "./weights.ts";
import type { Weights } from "./weights.ts";

export interface NetworkOptions {
  /** Values to read out, by layer name. Default: the last layer's. What is read is not folded away: reading a convolution in front of a batch norm keeps the two apart. */
  readonly layers?: readonly string[];
  /** "fast" (default) uses Winograd's algorithm where the shape allows; within 1e-4 of PyTorch's largest number in every layer (specs), "exact" within some 1e-6. */
  readonly accuracy?: Accuracy;
  readonly backend?: Backend;
  /** What the weights are called in errors: the file, for example. */
  readonly name?: string;
  /** What the network is called there. */
  readonly architecture?: string;
}

export const NETWORK_OPTIONS: readonly string[] = ["layers", "accuracy", "backend", "name", "architecture"] satisfies (keyof NetworkOptions)[];

export interface RunOptions {
  /** Called after each batch. */
  readonly onProgress?: (done: number, total: number) => void;
}

export const RUN_OPTIONS: readonly string[] = ["onProgress"] satisfies (keyof RunOptions)[];

/** One value that is read out, of N images. */
export interface Feature {
  readonly shape: Shape;
  /** N x (C H W), channel-first. */
  readonly data: Float32Array;
}

/** Numbers of all buffers that should stay in the cache: so many images are computed together, up to MOST, which reads the weights of large linear layers once for all. */
const CACHE = 1 << 21;
const MOST = 32;
/** Channels turned together: lines of more planes, a power of two apart, drive one another out of the first-level cache. */
const PLANES = 8;

/** Frees the kernel memory of networks that were dropped without `dispose`. */
const abandoned: FinalizationRegistry<Blocks> = new FinalizationRegistry((blocks) => blocks.free());

export class Network {
  readonly input: Shape;
  /** What is read out, in the order asked for. */
  readonly outputs: readonly { readonly name: string; readonly shape: Shape }[];
  /** Names of all layers whose values can be read. */
  readonly layers: readonly string[];
  readonly backend: Backend;
  /** Which algorithm each convolution and linear layer uses, in order. */
  readonly methods: readonly Convolution["method"][];
  readonly #host: LayerHost;
  readonly #blocks: Blocks;
  readonly #buffers: Buffers;
  readonly #runs: Run[] = [];
  readonly #batch: number;
  /** Address of the buffers, and of one image or value in channel-first order. */
  readonly #values: number;
  readonly #staging: number;
  #disposed = false;

  /** @throws EngramError on weights of another network, an input that is too small, unknown layers, accuracies and backends, no memory */
  constructor(graph: Graph, input: Shape, weights: Weights, options: NetworkOptions = {}) {
    checkNames("network option", options, NETWORK_OPTIONS);
    const { accuracy = "fast", name = "weights", architecture = "this network" } = options;
    if (accuracy !== "exact" && accuracy !== "fast") throw unknownName("accuracy", accuracy, ["exact", "fast"]);
    checkBackend(options.backend);
    const { layers } = graph;
    this.layers = layers.map((layer) => layer.name);
    this.input = input;
    const wanted = options.layers ?? [layers[layers.length - 1].name];
    for (const layer of wanted) if (!this.layers.includes(layer)) throw unknownName("layer", layer, this.layers);
    if (wanted.length === 0) throw new EngramError("layers", "at least one name", "none", "Name the layers to read.");
    const shapes = inferShapes(layers, input);
    this.outputs = wanted.map((layer) => ({ name: layer, shape: shapes.get(layer)! }));
    const source = tensorSource(weights, name);
    checkTensors(source, expectedTensors(layers, shapes), name, architecture);
    const kept = new Set(wanted);
    const steps = lower(layers, shapes, kept);
    this.#buffers = assignBuffers(steps, shapes, kept);
    this.#batch = Math.max(1, Math.min(MOST, Math.floor(CACHE / this.#buffers.length)));
    this.#host = layerHost(options.backend);
    this.backend = this.#host.backend;
    this.#blocks = new Blocks(this.#host);
    try {
      this.#values = this.#blocks.room(4 * this.#batch * this.#buffers.length);
      this.#staging = this.#blocks.room(4 * Math.max(...[input, ...this.outputs.map(({ shape }) => shape)].map(([C, H, W]) => C * H * W)));
      const work = { bytes: 0, scratch: 0 };
      const methods: Convolution["method"][] = [];
      const shop = { host: this.#host, shapes, source, called: name, accuracy, at: (value: string) => this.#at(value), blocks: this.#blocks, methods, work };
      for (const step of steps) this.#runs.push(compile(step, shop));
      work.scratch = this.#blocks.room(work.bytes);
      this.methods = methods;
      abandoned.register(this, this.#blocks, this);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** Numbers of one image. */
  get dim(): number {
    return this.input[0] * this.input[1] * this.input[2];
  }

  /** Bytes held in the kernels' memory: weights, buffers, work space. */
  get bytes(): number {
    return this.#blocks.bytes;
  }

  /**
   * The first output of N images.
   * @param images N x (C H W), channel-first
   * @param out N x (numbers of the output); default: a new array
   * @throws EngramError on other arrays, where the lengths do not fit, where numbers overflow, or after dispose
   */
  run(images: Float32Array, options: RunOptions = {}, out?: Float32Array): Float32Array {
    const [{ shape }] = this.outputs;
    const count = this.#count(images);
    const length = count * shape[0] * shape[1] * shape[2];
    const result = out ?? new Float32Array(length);
    checkFloats("out", result, length);
    this.#run(images, count, [result], options);
    return result;
  }

  /** All outputs of N images. @throws as run */
  read(images: Float32Array, options: RunOptions = {}): Map<string, Feature> {
    const count = this.#count(images);
    const features = this.outputs.map(({ name, shape }): [string, Feature] => [name, { shape, data: new Float32Array(count * shape[0] * shape[1] * shape[2]) }]);
    this.#run(images, count, features.map(([, { data }]) => data), options);
    return new Map(features);
  }

  #count(images: Float32Array): number {
    if (this.#disposed) throw new EngramError("network", "one that is in use", "one that was disposed", "Load it again.");
    checkFloats("images", images);
    if (images.length % this.dim !== 0) throw new EngramError("images", `N x ${text(this.input)} = N x ${this.dim} numbers`, `${images.length}`, "Resize the images to the network's input.");
    const count = images.length / this.dim;
    for (let i = 0; i < count; i++) {
      this.#stage(images, i);
      const bad = this.#host.exports.firstNotFinite_f32(this.#staging, this.dim);
      if (bad < this.dim) throw new EngramError(`images, image ${i}, number ${bad}`, "a finite number", String(images[i * this.dim + bad]), "Clean the images first.");
    }
    return count;
  }

  #at(value: string): number {
    return this.#values + 4 * this.#batch * this.#buffers.offsets.get(value)!;
  }

  #run(images: Float32Array, count: number, outs: readonly Float32Array[], options: RunOptions): void {
    checkNames("run option", options, RUN_OPTIONS);
    const { onProgress } = options;
    for (let from = 0; from < count; from += this.#batch) {
      const n = Math.min(this.#batch, count - from);
      for (let i = 0; i < n; i++) this.#put(images, from + i, this.#at("input") + 4 * i * mapLength(this.input));
      for (const run of this.#runs) run(n);
      this.outputs.forEach(({ name, shape }, j) => {
        for (let i = 0; i < n; i++) this.#get(name, i, shape, outs[j], from + i);
      });
      onProgress?.(from + n, count);
    }
  }

  /** Image i, channel-first, into the staging room. */
  #stage(images: Float32Array, i: number): void {
    this.#host.arena.f32.set(images.subarray(i * this.dim, (i + 1) * this.dim), this.#staging / 4);
  }

  /** Image i into a feature map. */
  #put(images: Float32Array, i: number, to: number): void {
    const [C, H, W] = this.input;
    this.#stage(images, i);
    this.#host.exports.transpose_f32(this.#staging, 4 * H * W, C, H * W, to, 4 * padded(C));
  }

  /** Value n of the batch as the channel-first row i of `out`. @throws EngramError where a number overflowed */
  #get(name: string, n: number, [C, H, W]: Shape, out: Float32Array, i: number): void {
    const { arena, exports } = this.#host;
    const length = C * H * W;
    const map = this.#at(name) + 4 * n * mapLength([C, H, W]);
    for (let c = 0; c < C; c += PLANES) exports.transpose_f32(map + 4 * c, 4 * padded(C), H * W, Math.min(PLANES, C - c), this.#staging + 4 * c * H * W, 4 * H * W);
    out.set(arena.f32.subarray(this.#staging / 4, this.#staging / 4 + length), i * length);
    const bad = exports.firstNotFinite_f32(this.#staging, length);
    if (bad < length) throw new EngramError(`layer ${name}, image ${i}`, "finite numbers", String(out[i * length + bad]), "The weights or the images are too large for f32.");
  }

  /** Gives the memory back. */
  dispose(): void {
    this.#disposed = true;
    abandoned.unregister(this);
    this.#blocks.free();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** @param length how many there have to be, where that is known */
export function checkFloats(what: string, numbers: Float32Array, length: number = numbers?.length): void {
  if (!((numbers as unknown) instanceof Float32Array)) throw new EngramError(what, "a Float32Array", Object.prototype.toString.call(numbers).slice(8, -1), "Convert with Float32Array.from.");
  if (numbers.length !== length) throw new EngramError(what, `${length} numbers`, `${numbers.length}`, "Give room for every image.");
}
