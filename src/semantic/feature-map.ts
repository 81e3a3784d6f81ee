/**
 * Feature maps phi: R^d -> R^e (semantic-memory.md S1, S2), whatever they are made of: nothing (pixels), a function of the user's, a
 * network, a matrix. A map has an identity, a sha256, so that embeddings of one are never compared with those of another.
 *
 *   X  N x d   patterns, one per row        K = phi(X)  N x e   embeddings
 */
import { sha256Hex } from "../formats/index.ts";
import type { Tensor } from "../formats/index.ts";
import { checkNames, EngramError, toRows } from "../numeric/index.ts";
import type { Patterns } from "../numeric/index.ts";

/** What a memory file keeps of a map. */
export interface SavedMap {
  /** `pixels`, `linear` and `random-conv` are rebuilt from the file; `network` and `function` have to be given again. */
  readonly kind: "pixels" | "linear" | "random-conv" | "network" | "function";
  readonly parameters: Readonly<Record<string, string>>;
  readonly tensors: Readonly<Record<string, Tensor>>;
}

export interface FeatureMap {
  /** For people. */
  readonly name: string;
  /** Two maps with the same digest give the same embeddings: over the weights and everything else that decides. */
  readonly sha256: string;
  /** d; undefined where any will do. */
  readonly inputs?: number;
  /** e; undefined where it is known only after the first pattern. */
  readonly dim?: number;
  /** Whether feature i is a number of coordinate i: then a hidden coordinate is a hidden feature. */
  readonly coordinatewise?: boolean;
  /** How many numbers the map itself holds. */
  readonly numbers: number;
  readonly saved: SavedMap;
  /** @param X rows * d numbers, row-major @returns rows * e numbers; each row has the bits it has alone */
  map(X: Float64Array, rows: number): ArrayLike<number>;
}

/** A map still to be learned from the first patterns that a memory stores: PCA, U-Hop. */
export interface Fit {
  readonly name: string;
  fit(X: Float64Array, rows: number): FeatureMap;
}

/** Embeddings and the digest of the map that made them. */
export interface Embeddings {
  readonly rows: number;
  readonly dim: number;
  /** rows * dim numbers, row-major. */
  readonly data: Float64Array;
  readonly encoder: string;
}

/** phi = identity: the memory of pixels (T0a). */
export const pixels: FeatureMap = {
  name: "pixels", sha256: sha256Hex(new TextEncoder().encode("pixels")), coordinatewise: true, numbers: 0,
  saved: { kind: "pixels", parameters: {}, tensors: {} },
  map: (X) => X,
};

export interface FunctionMapOptions {
  /** Digest of what the function computes with, e.g. of its weights. Default: of the name, which then has to change whenever the function does. */
  readonly sha256?: string;
  readonly inputs?: number;
  readonly dim?: number;
  /** How many numbers it holds, for the account of bytes. Default 0. */
  readonly numbers?: number;
}

/**
 * A function of the user's as a map.
 * @param f one pattern's numbers to its features
 * @throws EngramError for an empty name, no function, a digest that is none, options it does not have, or widths that are none
 */
export function functionMap(name: string, f: (x: Float64Array) => ArrayLike<number>, options: FunctionMapOptions = {}): FeatureMap {
  if (typeof name !== "string" || name === "") throw new EngramError("feature map", "a name", String(name), "It is kept in memory files; change it when the function changes.");
  if (typeof f !== "function") throw new EngramError(`feature map ${name}`, "a function of one pattern", typeof f, "For example (x) => x.map(Math.abs).");
  checkNames(`feature map ${name}, option`, options, ["sha256", "inputs", "dim", "numbers"] satisfies (keyof FunctionMapOptions)[]);
  const { sha256 = sha256Hex(new TextEncoder().encode(`function ${name}`)), inputs, dim, numbers = 0 } = options;
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new EngramError(`feature map ${name}, sha256`, "64 hex digits", String(sha256).slice(0, 80), "Leave it out, and the name stands for the function.");
  for (const [option, n, least] of [["inputs", inputs, 1], ["dim", dim, 1], ["numbers", numbers, 0]] as const) {
    if (n !== undefined && (!Number.isSafeInteger(n) || n < least)) throw new EngramError(`feature map ${name}, ${option}`, `a whole number from ${least}`, String(n), "Leave it out where it is not known.");
  }
  return {
    name, sha256, inputs, dim, numbers,
    saved: { kind: "function", parameters: { name }, tensors: {} },
    map: (X, rows) => {
      const d = X.length / rows;
      let e = dim;
      let out = new Float64Array(0);
      for (let n = 0; n < rows; n++) {
        const features = f(X.slice(n * d, (n + 1) * d));
        const width = features?.length;
        e ??= width;
        if (width !== e || !(width > 0)) throw otherWidth(name, n === 0 ? dim : e, width);
        if (n === 0) out = new Float64Array(rows * width);
        out.set(features, n * width);
      }
      return out;
    },
  };
}

/**
 * phi of some patterns, checked.
 * @param dim the width the features must have
 * @throws EngramError for patterns the map does not take, features of another width than before, NaN and infinities (says where)
 */
export function embeddingsOf(map: FeatureMap, patterns: Patterns, dim?: number): Embeddings {
  const { rows, dim: d, data } = toRows(patterns, "patterns", map.inputs);
  return { ...embedRows(map, data, rows, d, dim), encoder: map.sha256 };
}

/** The same for rows that are checked already. */
export function embedRows(map: FeatureMap, X: Float64Array, rows: number, d: number, dim?: number): { rows: number; dim: number; data: Float64Array } {
  if (map.inputs !== undefined && rows > 0 && map.inputs !== d) throw new EngramError(`feature map ${map.name}`, `patterns of ${map.inputs} numbers`, `${d}`, "Resize the patterns to what the map takes.");
  if (rows === 0) return { rows, dim: dim ?? map.dim ?? 0, data: new Float64Array(0) };
  const features = map.map(X, rows);
  const e = features?.length / rows;
  const wanted = dim ?? map.dim;
  if (!(Number.isInteger(e) && e > 0) || (wanted !== undefined && e !== wanted)) throw otherWidth(map.name, wanted, e);
  for (let i = 0; i < features.length; i++) {
    if (!Number.isFinite(features[i])) {
      throw new EngramError(`feature map ${map.name}, row ${Math.floor(i / e)}, feature ${i % e}`, "a finite number", String(features[i]), "The map is not defined there, or its weights are broken.");
    }
  }
  return { rows, dim: e, data: features instanceof Float64Array ? features : Float64Array.from(features) };
}

function otherWidth(name: string, wanted: number | undefined, got: number | undefined): EngramError {
  const expected = wanted === undefined ? "at least one feature per pattern, as many for each" : `${wanted} features, as before`;
  return new EngramError(`feature map ${name}`, expected, String(got), "A feature map gives every pattern the same number of features, always.");
}

/** What parameters say of a map. */
export function savedParameters({ saved }: FeatureMap): Record<string, string> {
  return { "encoder.kind": saved.kind, ...Object.fromEntries(Object.entries(saved.parameters).map(([name, text]) => [`encoder.${name}`, text])) };
}

/** Whether it has what a feature map needs. */
export function isMap(map: unknown): map is FeatureMap {
  const { name, sha256, saved, map: f }: Partial<FeatureMap> = (typeof map === "object" ? map : undefined) ?? {};
  return typeof name === "string" && typeof sha256 === "string" && typeof saved === "object" && typeof f === "function";
}

/** @throws EngramError for anything that is neither a map nor one still to be learned */
export function checkEncoder(encoder: FeatureMap | Fit | undefined): void {
  if (isMap(encoder) || (typeof encoder === "object" && encoder !== null && typeof encoder.name === "string" && "fit" in encoder && typeof encoder.fit === "function")) return;
  throw new EngramError("encoder", "a feature map", encoder === null ? "null" : typeof encoder === "object" ? "an object without name, sha256, saved and map" : typeof encoder,
    "Make one by networkMap(architecture, weights), functionMap(name, f), pca(), uHop(), or take pixels.");
}

/** Embeddings from outside. @throws EngramError for those of another map, of another number or width, and what are no embeddings */
export function checkEmbeddings(embeddings: Embeddings, wanted: { readonly rows?: number; readonly dim?: number; readonly sha256?: string; readonly name?: string }): { rows: number; dim: number; data: Float64Array } {
  if (typeof embeddings !== "object" || embeddings === null || Array.isArray(embeddings)) {
    throw new EngramError("embeddings", "{ rows, dim, data, encoder }", Array.isArray(embeddings) ? "an array" : String(embeddings), "Make them by embeddingsOf(map, patterns), or take those of precomputed(name).embeddings(rows).");
  }
  const { rows, dim, data, encoder } = embeddings;
  const { rows: count = rows, dim: e = dim, sha256, name = "this memory's encoder" } = wanted;
  if (encoder !== sha256) throw otherEncoder("embeddings", name, String(sha256), String(encoder));
  if (rows !== count || (rows !== 0 && dim !== e)) throw new EngramError("embeddings", `${count} rows of ${e} numbers`, `${rows} of ${dim}`, "Give one embedding per pattern, by `embeddingsOf`.");
  return { rows, dim: e, data };
}

/** Embeddings or a memory of another map. */
export function otherEncoder(subject: string, name: string, wanted: string, got: string): EngramError {
  return new EngramError(subject, `sha256 ${wanted} (${name})`, got, "Embeddings of different encoders cannot be compared; take the encoder that the memory was made with.");
}

/** The map a memory needs for what is no embedding yet. @throws EngramError where a file was opened without it */
export function neededMap(map: FeatureMap | undefined, saved: Readonly<Record<string, string>>): FeatureMap {
  if (map !== undefined) return map;
  throw new EngramError("encoder", `${saved.encoder ?? "the encoder"} with sha256 ${saved["encoder.sha256"] ?? "of the file"}`, "none", "Open the memory with fromBytes(bytes, { encoder }), or recall from embeddings by recallEmbedded.");
}

/** Stands for an encoder while a file is opened without it. */
export const ABSENT: FeatureMap = { name: "", sha256: "", numbers: 0, saved: { kind: "function", parameters: {}, tensors: {} }, map: (X) => X };
