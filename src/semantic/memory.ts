/**
 * The semantic memory: a universal Hopfield network whose scores are taken between features (semantic-memory.md section 12).
 *
 * Associative Memories in the Feature Space (Salvatori et al., ECAI 2023, arXiv 2402.10814).
 *
 *   (S1) K = phi(M)  N x e, once at store time     (S2) k = phi(q)     (S3) s_mu = sim(K_mu, k)     (S4) p = sep(s)
 *   (S5) z = M^T p,  or (S6) z = P^T p for values of the user's;   kept: "keys" projects to the embeddings themselves, z = K^T p
 *   (S11) iterations > 1: k <- step of (U17) over the memories K, read out at the end
 *
 * It is a `UniversalMemory` over K whose values are M: every similarity, separation, projection and option of that room is one of this.
 * Deviations: patterns are rounded to the store's precision before phi, so that what a file holds gives the same embeddings again. Hidden
 * pixels of a cue are black (0) to phi, which was never told of hidden pixels; with phi = pixels they are left out as in the universal memory.
 */
import type { Backend, ImageLike, Key, Memory, Pattern, Patterns, RecallOptions, Recognition, StoreOptions } from "../numeric/index.ts";
import { EngramError, refuseCloning, toRow, toRows, unknownName, visibleOf } from "../numeric/index.ts";
import { checkMask, checkNames, checkRecallOptions, seen } from "../dense/recall-options.ts";
import { type AcceptanceThreshold, UniversalMemory, type UniversalOptions, type UniversalRecall } from "../universal/index.ts";
import { UNIVERSAL_OPTIONS } from "../universal/settings.ts";
import { type CalibrateOptions, type Calibration, calibrated, checkCalibrate, leftOut, reachedBy } from "./calibrate.ts";
import { ABSENT, checkEmbeddings, checkEncoder, type Embeddings, embedRows, type FeatureMap, type Fit, neededMap, otherEncoder, savedParameters } from "./feature-map.ts";
import { type Kept, readSemantic, writeSemantic } from "./file.ts";

export interface SemanticOptions extends UniversalOptions {
  /** phi: `pixels`, `functionMap`, `networkMap`, `linearMap`, `randomConv`, or one still to be learned from the first patterns stored: `pca()`, `uHop()`. */
  encoder: FeatureMap | Fit;
  /** `patterns` (default): recall reads out stored patterns, or the values given. `keys`: only embeddings are kept, and read out. */
  keep?: Kept;
}

export interface SemanticStoreOptions extends StoreOptions {
  /** The patterns' embeddings, where they were computed before; they carry the digest of their map. */
  embeddings?: Embeddings;
}

export class SemanticMemory implements Memory {
  #inner: UniversalMemory;
  #encoder?: FeatureMap | Fit;
  /** Digest of phi, known without it when read from a file. */
  #sha256?: string;
  readonly #kept: Kept;
  #inputs = 0;
  #featureDim?: number;
  #calibration?: Calibration;
  #saved: Readonly<Record<string, string>> = {};

  /** @throws EngramError without an encoder, for unknown options or names (suggests the nearest) and values outside their range */
  constructor(options: SemanticOptions) {
    if (typeof options === "object" && options !== null) checkNames("semantic memory option", options, ["encoder", "keep", ...UNIVERSAL_OPTIONS]);
    const { encoder, keep = "patterns", ...universal } = options ?? {};
    checkEncoder(encoder);
    if (keep !== "patterns" && keep !== "keys") throw unknownName("keep", String(keep), ["patterns", "keys"]);
    [this.#encoder, this.#kept] = [encoder, keep];
    refuseCloning(this, "SemanticMemory");
    this.#inner = new UniversalMemory(universal);
  }

  get size(): number { return this.#inner.size; }
  /** Numbers per pattern; 0 before the first store. */
  get dim(): number { return this.size > 0 ? this.#inputs : 0; }
  /** e, numbers per embedding; 0 before it is known. */
  get featureDim(): number { return this.#featureDim ?? this.#map?.dim ?? 0; }
  /** Numbers of what `recall` reads out. */
  get valueDim(): number { return this.#inner.valueDim; }
  get keys(): readonly Key[] { return this.#inner.keys; }
  get backend(): Backend { return this.#inner.backend; }
  /** phi, once it is learned; undefined where a file was opened without the network it names. */
  get encoder(): FeatureMap | undefined { return this.#map; }
  /** What `calibrate` found for what is stored now. */
  get calibration(): Calibration | undefined { return this.#calibration; }

  /** What the memory is and what it chose, as strings; phi's digest stands there once it is known. */
  get parameters(): Readonly<Record<string, string>> {
    const map = this.#map;
    const { on, falseAccepts, measured, strangers, who } = this.#calibration ?? {};
    return {
      encoder: map?.name ?? this.#encoder?.name ?? this.#saved.encoder ?? "", ...(this.#sha256 === undefined ? {} : { "encoder.sha256": this.#sha256 }),
      ...(map === undefined ? this.#saved : savedParameters(map)), keep: this.#kept, ...(this.size === 0 ? {} : { inputs: String(this.#inputs), features: String(this.featureDim) }),
      ...(on === undefined ? {} : { calibration: JSON.stringify({ on, falseAccepts, measured, strangers, who }) }), ...this.#inner.parameters,
    };
  }

  /**
   * Adds patterns; phi is applied once, here. All or nothing: an error leaves the memory as it was. A calibrated threshold stays, its rate does not:
   * a stranger is nearer to the best of more memories.
   * @param patterns n rows of `dim` numbers @param options keys, values (S6), and embeddings that were computed before
   * @throws EngramError as `UniversalMemory.store`; for features of another width than before; for embeddings of another map
   */
  store(patterns: Patterns, options: SemanticStoreOptions = {}): void {
    checkNames("store option", options, ["keys", "values", "embeddings"]);
    const { embeddings, ...rest } = options;
    if (rest.values !== undefined && this.#kept === "keys") throw new EngramError("values", "none, since keep is \"keys\"", "values", "Make the memory with keep \"patterns\".");
    const X = toRows(patterns, "patterns", this.dim || undefined);
    if (X.rows === 0) return this.#inner.store([], rest);
    const rounded = this.#inner.parameters.precision === "f64" ? X.data : X.data.map(Math.fround);
    const learned = this.#encoder !== undefined && "fit" in this.#encoder ? this.#encoder.fit(rounded, X.rows) : this.#map;
    const K = embeddings === undefined ? embedRows(neededMap(learned, this.#saved), rounded, X.rows, X.dim, this.#featureDim) : this.#checked(embeddings, X.rows, learned);
    const values = this.#kept === "keys" ? undefined : (rest.values ?? { rows: X.rows, dim: X.dim, data: X.data });
    this.#inner.store(K, { ...rest, values });
    this.#inputs = X.dim;
    this.#featureDim = K.dim;
    this.#calibration = undefined;
    if (learned !== undefined) [this.#encoder, this.#sha256] = [learned, learned.sha256];
  }

  /**
   * z = M^T sep(sim(K, phi(q))) (S5).
   * @param cue dim numbers, or an image @param options `visible`: what is not is black to phi
   * @throws EngramError on an empty memory, a wrong dimension, NaN or infinities (says where), a memory that was opened without its encoder
   */
  recall(cue: Pattern, options: RecallOptions = {}): UniversalRecall {
    return this.#inner.recall(...this.#one(cue, options));
  }

  /** One recall per cue, the bits of `recall`; embedded and scored in batches. */
  recallMany(cues: Patterns, options: RecallOptions = {}): UniversalRecall[] {
    return this.#inner.recallMany(...this.#batch(cues, options));
  }

  /** Whether the cue is known, by the threshold that `calibrate` or `acceptAbove` set. */
  recognize(cue: Pattern, options: RecallOptions = {}): Recognition {
    return this.#inner.recognize(...this.#one(cue, options));
  }

  /** Recalls from embeddings of cues that were computed before. @throws EngramError for those of another map */
  recallEmbedded(cues: Embeddings, options: RecallOptions = {}): UniversalRecall[] {
    return this.#filled().#inner.recallMany(this.#checked(cues, undefined, this.#map), options);
  }

  /** phi of some cues, what is hidden black. */
  embed(cues: Patterns, options: RecallOptions = {}): Embeddings {
    checkRecallOptions(options);
    const { rows, dim, data } = toRows(cues, "cues", this.#filled().dim);
    const visible = Array.from({ length: rows }, (_, i) => options.visible ?? (Array.isArray(cues) ? visibleOf(cues[i] as ImageLike) : undefined));
    const map = neededMap(this.#map, this.#saved);
    return { rows, dim: this.featureDim, data: rows === 0 ? data : this.#cues(data, visible, dim), encoder: map.sha256 };
  }

  /** Q x N scores, row-major per cue. */
  scores(cues: Patterns, options: RecallOptions = {}): Float64Array {
    return this.#inner.scores(...this.#batch(cues, options));
  }

  /** The row each cue stands for by its own scores, much faster than `recallMany`. */
  indices(cues: Patterns, options: RecallOptions = {}): Int32Array {
    return this.#inner.indices(...this.#batch(cues, options));
  }

  /** (U16) in feature space, E(phi(state)). */
  energy(state: Pattern): number {
    return this.#inner.energy(this.#cues(toRow(state, "state", this.#filled().dim), [undefined]));
  }

  /** Removes one pattern, exactly; a learned phi and a calibrated threshold stay as they are, its rate is no longer stated. @throws EngramError for an unknown key */
  forget(key: Key): void {
    this.#inner.forget(key);
    this.#calibration = undefined;
  }

  /** From now on accepts only what reaches `threshold`; undefined: everything again. */
  acceptAbove(threshold: AcceptanceThreshold | undefined): void {
    this.#inner.acceptAbove(threshold);
    this.#calibration = undefined;
  }

  /**
   * Sets the threshold that a stranger reaches with a probability of at most `falseAccepts` (calibrate.ts says for which strangers that holds), of what is
   * stored now: call it again after `store` or `forget`.
   * @throws EngramError for fewer strangers than can vouch for that rate, or reference mode
   */
  calibrate(options: CalibrateOptions = {}): Calibration {
    const { falseAccepts, on, strangers } = checkCalibrate(options);
    if (this.#inner.parameters.mode === "reference") throw new EngramError("calibrate", "mode stable", "mode reference", "The authors' pipeline rescales its scores for each cue.");
    const found = strangers === undefined
      ? calibrated(leftOut(this.#filled().#inner.patterns().data, this.size, (cues) => this.#inner.scores({ rows: cues.length / this.featureDim, dim: this.featureDim, data: cues }), on), falseAccepts, on, "stored patterns, each left out")
      : calibrated(reachedBy(this.scores(strangers), this.size, on), falseAccepts, on, "given");
    this.#inner.acceptAbove({ on, value: found.threshold });
    return (this.#calibration = found);
  }

  /** The memory as an `.engram` file; of a network or a function it holds the digest, not the thing. @throws EngramError for parts that have no name */
  toBytes(): Uint8Array {
    return writeSemantic({ universal: this.#inner.toBytes(), parameters: this.parameters, map: this.#map });
  }

  /**
   * @param source an `.engram` file
   * @param options phi, where the file does not hold it (without it the memory still takes embeddings); the twin to run on
   * @throws EngramError on a damaged file, another version or model, or an encoder that is not the file's
   */
  static fromBytes(source: Uint8Array, options: { encoder?: FeatureMap; backend?: Backend; name?: string } = {}): SemanticMemory {
    checkNames("fromBytes option", options, ["encoder", "backend", "name"]);
    const { encoder, backend, name = "memory file" } = options;
    const file = readSemantic(source, name);
    if (encoder !== undefined && encoder.sha256 !== file.sha256) throw otherEncoder(`${name}, encoder`, file.parameters.encoder, file.sha256, encoder.sha256);
    const memory = new SemanticMemory({ encoder: encoder ?? file.map ?? ABSENT, keep: file.keep });
    memory.#inner.dispose();
    memory.#inner = UniversalMemory.fromBytes(file.universal, { backend, name });
    if (encoder === undefined && file.map === undefined) memory.#encoder = undefined;
    memory.#sha256 = file.sha256;
    memory.#inputs = file.inputs;
    memory.#featureDim = memory.#inner.dim;
    memory.#saved = file.parameters;
    memory.#calibration = file.calibration;
    return memory;
  }

  dispose(): void {
    this.#inner.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  get #map(): FeatureMap | undefined {
    return this.#encoder !== undefined && "map" in this.#encoder ? this.#encoder : undefined;
  }

  /** @throws EngramError before the first store */
  #filled(): this {
    if (this.#inner.size === 0) throw new EngramError("memory", "at least one stored pattern", "an empty memory", "Call store(patterns) first.");
    return this;
  }

  /** Embeddings of cue rows; hidden coordinates are 0 unless phi keeps coordinates apart. */
  #cues(X: Float64Array, visible: readonly (ArrayLike<number> | undefined)[], d: number = X.length): Float64Array {
    const map = neededMap(this.#map, this.#saved);
    if (map.coordinatewise === true) return X;
    const shown = X.slice();
    visible.forEach((mask, row) => {
      if (mask === undefined) return;
      checkMask("visible", mask, d);
      for (let i = 0; i < d; i++) if (mask[i] === 0) shown[row * d + i] = 0;
    });
    return embedRows(map, shown, visible.length, d, this.#featureDim).data;
  }

  /** Cues and options for the memory of features. */
  #batch(cues: Patterns, options: RecallOptions): [Patterns, RecallOptions] {
    return this.#filled().#map?.coordinatewise === true ? [cues, options] : [this.embed(cues, options), { ...options, visible: undefined }];
  }

  #one(cue: Pattern, options: RecallOptions): [Pattern, RecallOptions] {
    const asked = seen(cue, checkRecallOptions(options));
    const k = this.#cues(toRow(cue, "cue", this.#filled().dim), [asked.visible]);
    return [k, this.#map?.coordinatewise === true ? asked : { ...asked, visible: undefined }];
  }

  /** @param rows how many there have to be; default: any */
  #checked(embeddings: Embeddings, rows: number | undefined, map: FeatureMap | undefined): { rows: number; dim: number; data: Float64Array } {
    return checkEmbeddings(embeddings, { rows, dim: this.#featureDim ?? map?.dim, sha256: map?.sha256 ?? this.#sha256, name: map?.name ?? this.#saved.encoder });
  }
}
