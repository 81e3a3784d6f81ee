/**
 * The fully-semantic memory: it stores embeddings only and paints what it recalls (semantic-memory.md section 12).
 *
 *   (S10) etilde = K^T sep(sim(K, phi(q))),   z = psi(etilde)          (S11) iterations > 1: k <- step of (U17) before psi
 *   (S12) numbers stored: pixels N d;  here N e + |psi|, and |phi| where cues are encoded here, too;  break-even N = |psi| / (d - e)
 *
 * What comes back is like the memory, not the memory. It is a {@link SemanticMemory} that keeps keys, with a decoder behind it.
 */
import type { Backend, Key, Memory, Pattern, Patterns, RecallOptions, Recognition, StoreOptions } from "../numeric/index.ts";
import { EngramError, refuseCloning } from "../numeric/index.ts";
import { checkNames } from "../dense/recall-options.ts";
import type { AcceptanceThreshold, UniversalOptions, UniversalRecall } from "../universal/index.ts";
import { readEngram, writeEngram } from "../formats/index.ts";
import type { CalibrateOptions, Calibration } from "./calibrate.ts";
import { checkEncoder, type Embeddings, embedRows, type FeatureMap, isMap, otherEncoder } from "./feature-map.ts";
import { SemanticMemory } from "./memory.ts";

export interface FullySemanticOptions extends UniversalOptions {
  /** phi. */
  encoder: FeatureMap;
  /** psi: as many numbers in as phi gives out. */
  decoder: FeatureMap;
}

export interface FullySemanticRecall extends UniversalRecall {
  /** etilde, e numbers: the recalled code; `state` is what psi paints of it. */
  code: Float64Array;
}

/** Bytes, each number in the store's precision. */
export interface Storage {
  /** N e. */
  readonly embeddings: number;
  readonly encoder: number;
  readonly decoder: number;
  /** N d: what a memory of the patterns themselves would take. */
  readonly pixels: number;
  /** From so many memories on, embeddings and psi take less than pixels; and with phi; Infinity where e >= d. */
  readonly breakEven: number;
  readonly breakEvenWithEncoder: number;
}

const MODEL = "fully-semantic";

export class FullySemanticMemory implements Memory {
  #memory: SemanticMemory;
  readonly #decoder: FeatureMap;

  /** @throws EngramError without encoder and decoder, where they do not fit together, and as {@link SemanticMemory} */
  constructor(options: FullySemanticOptions) {
    refuseCloning(this, "FullySemanticMemory");
    if (typeof options === "object" && options !== null && "keep" in options) throw new EngramError("keep", "none: embeddings are all a fully-semantic memory keeps", "keep", "SemanticMemory keeps patterns.");
    const { decoder, ...rest } = options ?? {};
    checkEncoder(rest.encoder);
    if (!("map" in rest.encoder)) throw new EngramError("encoder", "a feature map with a decoder", "one still to be learned", "PCA and U-Hop have no decoder here.");
    if (!isMap(decoder)) {
      throw new EngramError("decoder", "a feature map from codes to patterns", typeof decoder === "object" ? "an object without name, sha256, saved and map" : typeof decoder, "For example networkMap(\"mlp-decoder\", weights).");
    }
    if (decoder.inputs !== undefined && rest.encoder.dim !== undefined && decoder.inputs !== rest.encoder.dim) {
      throw new EngramError("decoder", `one that takes ${rest.encoder.dim} numbers, as the encoder gives`, String(decoder.inputs), "Take both halves of one autoencoder.");
    }
    this.#decoder = decoder;
    this.#memory = new SemanticMemory({ ...rest, keep: "keys" });
  }

  get size(): number { return this.#memory.size; }
  get dim(): number { return this.#memory.dim; }
  get featureDim(): number { return this.#memory.featureDim; }
  get keys(): readonly Key[] { return this.#memory.keys; }
  get backend(): Backend { return this.#memory.backend; }
  get calibration(): Calibration | undefined { return this.#memory.calibration; }
  get parameters(): Readonly<Record<string, string>> {
    return { ...this.#memory.parameters, decoder: this.#decoder.name, "decoder.sha256": this.#decoder.sha256 };
  }

  /** What is stored, in bytes (S12). */
  get storage(): Storage {
    const { size: N, dim: d, featureDim: e } = this.#memory;
    const bytes = this.#memory.parameters.precision === "f64" ? 8 : 4;
    const [phi, psi] = [this.#memory.encoder?.numbers ?? 0, this.#decoder.numbers];
    const even = (numbers: number): number => (d > e ? numbers / (d - e) : Infinity);
    return {
      embeddings: N * e * bytes, encoder: phi * bytes, decoder: psi * bytes, pixels: N * d * bytes, breakEven: even(psi), breakEvenWithEncoder: even(psi + phi),
    };
  }

  /** Adds the embeddings of patterns; the patterns themselves are not kept. @throws EngramError as {@link SemanticMemory.store} */
  store(patterns: Patterns, options: StoreOptions & { embeddings?: Embeddings } = {}): void {
    if (options?.values !== undefined) throw new EngramError("values", "none: what is recalled is painted", "values", "Use SemanticMemory for hetero-association.");
    this.#memory.store(patterns, options);
  }

  /** z = psi(K^T sep(sim(K, phi(q)))) (S10). @throws EngramError as {@link SemanticMemory.recall} */
  recall(cue: Pattern, options: RecallOptions = {}): FullySemanticRecall {
    return this.#painted([this.#memory.recall(cue, options)])[0];
  }

  /** One recall per cue, the bits of `recall`. */
  recallMany(cues: Patterns, options: RecallOptions = {}): FullySemanticRecall[] {
    return this.#painted(this.#memory.recallMany(cues, options));
  }

  /** Recalls from embeddings that were computed before. */
  recallEmbedded(cues: Embeddings, options: RecallOptions = {}): FullySemanticRecall[] {
    return this.#painted(this.#memory.recallEmbedded(cues, options));
  }

  recognize(cue: Pattern, options: RecallOptions = {}): Recognition {
    return this.#memory.recognize(cue, options);
  }

  indices(cues: Patterns, options: RecallOptions = {}): Int32Array {
    return this.#memory.indices(cues, options);
  }

  /** In code space, E(phi(state)). */
  energy(state: Pattern): number {
    return this.#memory.energy(state);
  }

  forget(key: Key): void {
    this.#memory.forget(key);
  }

  acceptAbove(threshold: AcceptanceThreshold | undefined): void {
    this.#memory.acceptAbove(threshold);
  }

  calibrate(options: CalibrateOptions = {}): Calibration {
    return this.#memory.calibrate(options);
  }

  /** The file holds embeddings and the digests of phi and psi. */
  toBytes(): Uint8Array {
    const { parameters, tensors } = readEngram(this.#memory.toBytes(), "memory");
    return writeEngram({ model: MODEL, parameters: { ...parameters, decoder: this.#decoder.name, "decoder.sha256": this.#decoder.sha256 }, tensors: Object.fromEntries(tensors) });
  }

  /** @throws EngramError on a damaged file, another version or model, or another encoder or decoder than the file's */
  static fromBytes(source: Uint8Array, options: { encoder: FeatureMap; decoder: FeatureMap; backend?: Backend; name?: string }): FullySemanticMemory {
    checkNames("fromBytes option", options, ["encoder", "decoder", "backend", "name"]);
    const { encoder, decoder, backend, name = "memory file" } = options;
    const { model, parameters, tensors } = readEngram(source, name);
    if (model !== MODEL) throw new EngramError(name, `model ${MODEL}`, model.slice(0, 80), "Open it with the memory class of that model.");
    const memory = new FullySemanticMemory({ encoder, decoder });
    if (decoder.sha256 !== parameters["decoder.sha256"]) throw otherEncoder(`${name}, decoder`, parameters.decoder ?? "its decoder", String(parameters["decoder.sha256"]), decoder.sha256);
    const { decoder: _, "decoder.sha256": __, ...rest } = parameters;
    memory.#memory.dispose();
    memory.#memory = SemanticMemory.fromBytes(writeEngram({ model: "semantic", parameters: rest, tensors: Object.fromEntries(tensors) }), { encoder, backend, name });
    return memory;
  }

  dispose(): void {
    this.#memory.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #painted(recalls: UniversalRecall[]): FullySemanticRecall[] {
    const { featureDim: e, dim: d } = this.#memory;
    const codes = new Float64Array(recalls.length * e);
    recalls.forEach(({ state }, i) => codes.set(state, i * e));
    const { data } = embedRows(this.#decoder, codes, recalls.length, e, d);
    return recalls.map((found, i) => ({ ...found, code: found.state, state: data.slice(i * d, (i + 1) * d) }));
  }
}
