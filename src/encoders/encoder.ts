/**
 * An architecture with its weights and its preprocessing: pictures in, features out (the phi of semantic-memory.md, (S1) and (S2)).
 * Networks whose input is no picture (decoders) take numbers through `network`.
 */
import type { Image } from "../images/index.ts";
import { checkNames, EngramError, unknownName } from "../numeric/index.ts";
import { architectureOf, checkArchitecture } from "./architectures/index.ts";
import type { Architecture, SizeOf } from "./architectures/architecture.ts";
import type { Graph, Shape } from "./graph.ts";
import { checkFloats, Network, NETWORK_OPTIONS, RUN_OPTIONS } from "./network.ts";
import type { Feature, NetworkOptions, RunOptions } from "./network.ts";
import { checkPreprocessing, preprocess, PREPROCESSINGS } from "./preprocess.ts";
import type { Preprocessing, PreprocessingName } from "./preprocess.ts";
import { renamed, tensorSource } from "./weights.ts";
import type { TensorSource, Weights } from "./weights.ts";

export interface EncoderOptions extends NetworkOptions {
  /** Rows and columns of the input. Default: the architecture's. */
  readonly size?: readonly [rows: number, columns: number];
  /** Default: the architecture's. */
  readonly preprocessing?: PreprocessingName | Preprocessing;
}

/** Pictures preprocessed at once. */
const PICTURES = 32;

export class Encoder {
  readonly architecture: Architecture;
  /** Its layers for this size. */
  readonly graph: Graph;
  readonly network: Network;
  /** Undefined where the input is no picture. */
  readonly preprocessing: Preprocessing | undefined;
  /** Preprocessed pictures, kept from call to call. */
  #images: Float32Array = new Float32Array(0);

  /**
   * @param architecture a name of {@link ARCHITECTURES}, or one of one's own: layers by `Graph`, named as the tensors are
   * @param weights a safetensors file (bytes, or open), or tensors by the names of the state dict
   * @throws EngramError on an unknown name, weights of another network (lists all that is wrong), sizes and layers that do not fit
   */
  constructor(architecture: string | Architecture, weights: Weights, options: EncoderOptions = {}) {
    checkNames("encoder option", options, [...NETWORK_OPTIONS, "size", "preprocessing"]);
    const { size, preprocessing: wanted, ...rest } = options;
    if (size !== undefined && (size as readonly number[]).length !== 2) throw new EngramError("size", "[rows, columns]", String(size), "For example [224, 224].");
    this.architecture = typeof architecture === "string" ? architectureOf(architecture) : checkArchitecture(architecture);
    const { name, adapt, features, preprocessing } = this.architecture;
    if (preprocessing === undefined && (wanted ?? undefined) !== undefined) throw new EngramError("preprocessing", "an architecture that takes pictures", name, "Leave it out.");
    const plain = withoutPrefix(tensorSource(weights, options.name ?? "weights"));
    const source = adapt?.(plain) ?? plain;
    const sizeOf: SizeOf = (tensor, axis, otherwise) => source.places.get(tensor)?.shape[axis] ?? otherwise;
    const [channels, ...side] = this.architecture.input(sizeOf);
    const input: Shape = [channels, ...(size ?? (side as [number, number]))];
    this.preprocessing = chosen(wanted ?? preprocessing, preprocessing !== undefined);
    if (this.preprocessing !== undefined) checkPreprocessing(this.preprocessing, channels);
    this.graph = this.architecture.graph(sizeOf, input);
    this.network = new Network(this.graph, input, source, { layers: [features], ...rest, architecture: name });
  }

  /** Shape of what `encode` gives for one picture. */
  get shape(): Shape {
    return this.network.outputs[0].shape;
  }

  /** Numbers of it. */
  get dim(): number {
    return this.shape[0] * this.shape[1] * this.shape[2];
  }

  /**
   * The first layer asked for, N x dim, channel-first. A picture has the same bits alone and among others.
   * @param out N x dim numbers; default: a new array. With it, and pictures of the network's size and colours, nothing is allocated per call
   * @throws EngramError where the network takes no pictures, for pictures that are none, or after dispose
   */
  encode(pictures: readonly Image[], options: RunOptions = {}, out?: Float32Array): Float32Array {
    checkPictures(pictures);
    const length = pictures.length * this.dim;
    const result = out ?? new Float32Array(length);
    checkFloats("out", result, length);
    this.#inPieces(pictures, options, (images, from, progress) => {
      this.network.run(images, progress, result.subarray(from * this.dim, (from + images.length / this.network.dim) * this.dim));
    });
    return result;
  }

  /** Every layer asked for. */
  encodeLayers(pictures: readonly Image[], options: RunOptions = {}): Map<string, Feature> {
    checkPictures(pictures);
    const all = new Map(this.network.outputs.map(({ name, shape }): [string, Feature] => [name, { shape, data: new Float32Array(pictures.length * shape[0] * shape[1] * shape[2]) }]));
    this.#inPieces(pictures, options, (images, from, progress) => {
      for (const [name, { shape, data }] of this.network.read(images, progress)) all.get(name)!.data.set(data, from * shape[0] * shape[1] * shape[2]);
    });
    return all;
  }

  #inPieces(pictures: readonly Image[], options: RunOptions, use: (images: Float32Array, from: number, progress: RunOptions) => void): void {
    checkNames("encode option", options, RUN_OPTIONS);
    const { network, preprocessing } = this;
    const { onProgress } = options;
    if (preprocessing === undefined) throw new EngramError(this.architecture.name, "numbers", "pictures", `Use network.run with N x ${network.input.join(" x ")} numbers.`);
    for (let from = 0; from < pictures.length; from += PICTURES) {
      const count = Math.min(PICTURES, pictures.length - from);
      if (this.#images.length < count * network.dim) this.#images = new Float32Array(count * network.dim);
      const images = this.#images.subarray(0, count * network.dim);
      for (let i = 0; i < count; i++) preprocess(pictures[from + i], preprocessing, network.input, images.subarray(i * network.dim, (i + 1) * network.dim));
      use(images, from, { onProgress: onProgress && ((done) => onProgress(from + done, pictures.length)) });
    }
  }

  dispose(): void {
    this.network.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Before room is made for their number. */
function checkPictures(pictures: readonly Image[]): void {
  if (Array.isArray(pictures)) {
    const odd = pictures.findIndex((picture) => typeof picture !== "object" || picture === null);
    if (odd >= 0) throw new EngramError(`picture ${odd}`, "a picture", String(pictures[odd]), "decodeImage reads files, images.image makes one from numbers.");
    return;
  }
  const one = typeof pictures === "object" && pictures !== null && "width" in pictures;
  throw new EngramError("pictures", "an array of pictures", one ? "one picture" : Object.prototype.toString.call(pictures).slice(8, -1), "Put a single one into brackets: encode([picture]).");
}

/** Checkpoints saved from torch.nn.DataParallel call everything `module.`. */
function withoutPrefix(source: TensorSource): TensorSource {
  const names = [...source.places.keys()];
  return names.length > 0 && names.every((name) => name.startsWith("module.")) ? renamed(source, (name) => name.slice("module.".length)) : source;
}

function chosen(how: PreprocessingName | Preprocessing | undefined, pictures: boolean): Preprocessing | undefined {
  if (how === undefined || !pictures) return undefined;
  if (typeof how !== "string") return how;
  if (!Object.hasOwn(PREPROCESSINGS, how)) throw unknownName("preprocessing", how, Object.keys(PREPROCESSINGS));
  return PREPROCESSINGS[how];
}
