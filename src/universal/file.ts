/**
 * A universal memory as an `.engram` file (formats/engram-file.ts), model `universal`.
 *
 *   patterns   N x D      f32 or f64, as stored
 *   values     N x Dout   only for hetero-association
 *   keys       bytes      JSON array in UTF-8; only where the keys are not 0, 1, ... N - 1
 *   W, v                  the matrix of linear(W), the mask of masked(sim, v)
 *   parameters            the options by name, beta as it was chosen, `inner` of a masked similarity, `nextKey`
 *
 * Every parameter read is checked by the same code that checks options, every tensor by shape, kind and `store` itself.
 */
import type { Rows } from "../kernels/index.ts";
import { EngramError, type Key } from "../numeric/index.ts";
import { readEngram, type EngramFile, type Tensor, tensor, writeEngram } from "../formats/index.ts";
import { PROJECTION_NAMES, SEPARATION_NAMES, SIMILARITY_NAMES, similarityOf } from "./names.ts";
import { linear } from "./products.ts";
import { REFERENCE_SIMILARITIES } from "./reference.ts";
import type { AcceptanceThreshold, ChosenBeta, Mode, Settings, UniversalOptions } from "./settings.ts";
import { masked, type Similarity } from "./similarity.ts";

interface Written {
  settings: Settings;
  parameters: Readonly<Record<string, string>>;
  rows: Rows;
  values?: Rows;
  keys: readonly Key[];
  nextKey: number;
}

interface Matrix {
  rows: number;
  dim: number;
  data: ArrayLike<number>;
}

interface Read {
  options: UniversalOptions;
  rows: Matrix;
  values?: Matrix;
  keys: Key[];
  nextKey: number;
  chosen?: ChosenBeta;
}

const MODEL = "universal";

/** @throws EngramError for similarities, separations and projections that have no name */
export function writeUniversal({ settings, parameters, rows, values, keys, nextKey }: Written): Uint8Array {
  const tensors: Record<string, Tensor> = { patterns: tensor(rows.toArray(), [rows.count, rows.dim]) };
  if (values !== undefined) tensors.values = tensor(values.toArray(), [values.count, values.dim]);
  if (keys.some((key, mu) => key !== mu)) tensors.keys = tensor(new TextEncoder().encode(JSON.stringify(keys)));
  named("separation", bare(settings.choice.name), SEPARATION_NAMES);
  if (settings.projection !== "descent") named("projection", settings.projection.name, PROJECTION_NAMES);
  const extra: Record<string, string> = { nextKey: String(nextKey) };
  if (settings.mode === "stable") {
    const similarity = settings.similarity as Similarity;
    const core = similarity.inner ?? similarity;
    if (similarity.inner !== undefined) {
      extra.inner = core.name;
      tensors.v = tensor(Float64Array.from(similarity.v!));
    }
    if (core.W !== undefined) tensors.W = tensor(Float64Array.from(core.W.flatMap((row) => Array.from(row))), [core.W.length, core.W[0].length]);
    else named("similarity", bare(core.name), SIMILARITY_NAMES);
  }
  const givenBeta = settings.choice.beta ?? settings.beta;
  if (givenBeta !== undefined) extra.givenBeta = String(givenBeta);
  return writeEngram({ model: MODEL, parameters: { ...parameters, ...extra }, tensors });
}

/** @throws EngramError on a damaged file, another version or model, or contents that do not fit together */
export function readUniversal(source: Uint8Array, name = "memory file"): Read {
  const file = readEngram(source, name);
  if (file.model !== MODEL) throw new EngramError(name, `model ${MODEL}`, file.model.slice(0, 80), "Open it with the memory class of that model.");
  const rows = matrix(file, "patterns", name);
  if (rows === undefined) throw damaged(name, "a tensor `patterns`", "none");
  const values = matrix(file, "values", name);
  if (rows.rows === 0 || rows.dim === 0) throw damaged(name, "at least one pattern", `${rows.rows} x ${rows.dim}`);
  const p = file.parameters;
  const precision = file.tensors.get("patterns")!.dtype === "f64" ? "f64" : "f32";
  const beta = p.givenBeta === undefined ? undefined : Number(p.givenBeta);
  const options: UniversalOptions = {
    similarity: similarityFrom(file, name), projection: p.projection, mode: p.mode as Mode,
    separation: p.separation,
    post: p.post as "none" | "sign", precision, beta, delta: Number(p.delta), iterations: Number(p.iterations), trace: p.trace === "true",
    normalize: p.normalize === undefined ? undefined : p.normalize === "true", threshold: thresholdFrom(p.threshold, name),
  };
  const chosen = p.beta === undefined ? undefined : { beta: Number(p.beta), rule: p.betaRule ?? "given" };
  const keys = keysFrom(file, rows.rows, name);
  const nextKey = Number(p.nextKey ?? rows.rows);
  if (!Number.isInteger(nextKey) || nextKey < rows.rows) throw damaged(name, `nextKey >= ${rows.rows}`, String(p.nextKey));
  return { options, rows, values, keys, nextKey, chosen };
}

function similarityFrom(file: EngramFile, name: string): string | Similarity | undefined {
  const { similarity, inner } = file.parameters;
  const W = matrix(file, "W", name);
  const core = W === undefined ? (inner ?? similarity) : linear(Array.from({ length: W.rows }, (_, e) => Array.from(W.data).slice(e * W.dim, (e + 1) * W.dim)));
  const v = file.tensors.get("v");
  return v === undefined || core === undefined ? core : masked(similarityOf(core), Float64Array.from(v.data as Float64Array));
}

function thresholdFrom(text: string | undefined, name: string): AcceptanceThreshold | undefined {
  if (text === undefined) return undefined;
  const [on, value] = text.split(" ");
  if ((on !== "score" && on !== "margin") || value === undefined) throw damaged(name, "threshold `score x` or `margin x`", text.slice(0, 80));
  return { on, value: Number(value) };
}

function keysFrom(file: EngramFile, N: number, name: string): Key[] {
  const bytes = file.tensors.get("keys");
  if (bytes === undefined) return Array.from({ length: N }, (_, mu) => mu);
  let keys: unknown;
  try {
    keys = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.data as Uint8Array));
  } catch {
    throw damaged(name, "keys as JSON in UTF-8", "something else");
  }
  if (!Array.isArray(keys) || keys.length !== N || keys.some((key) => typeof key !== "string" && typeof key !== "number")) {
    throw damaged(name, `${N} keys, strings or numbers`, "something else");
  }
  return keys as Key[];
}

function matrix(file: EngramFile, tensorName: string, name: string): Matrix | undefined {
  const found = file.tensors.get(tensorName);
  if (found === undefined) return undefined;
  if (found.shape.length !== 2 || (found.dtype !== "f32" && found.dtype !== "f64")) {
    throw damaged(name, `tensor \`${tensorName}\` as two-dimensional f32 or f64`, `${found.dtype} of shape [${found.shape.join(", ")}]`);
  }
  return { rows: found.shape[0], dim: found.shape[1], data: found.data as Float32Array | Float64Array };
}

function named(what: string, name: string, names: readonly string[]): void {
  const known = [...names, ...REFERENCE_SIMILARITIES.map((similarity) => similarity.name)];
  if (!known.includes(name)) {
    throw new EngramError(`memory file, ${what}`, `one that has a name: ${names.join(", ")}`, name, "A user-made object cannot be written; keep the patterns and make the memory again.");
  }
}

function damaged(name: string, expected: string, got: string): EngramError {
  return new EngramError(name, expected, got, "The file was not written by this library, or is damaged; restore it from a copy.");
}

function bare(name: string): string {
  return name.replace(/\(.*$/, "");
}
