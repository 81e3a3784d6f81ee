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
import { damaged, storedKeys, storedMatrix, type StoredMatrix, storedPatterns, storedTensors } from "../dense/stored.ts";
import { readEngram, type EngramFile, tensor, writeEngram } from "../formats/index.ts";
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

interface Read {
  options: UniversalOptions;
  rows: StoredMatrix;
  values?: StoredMatrix;
  keys: Key[];
  nextKey: number;
  chosen?: ChosenBeta;
}

const MODEL = "universal";

/** @throws EngramError for similarities, separations and projections that have no name */
export function writeUniversal({ settings, parameters, rows, values, keys, nextKey }: Written): Uint8Array {
  const tensors = storedTensors(rows, values, keys);
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
  const rows = storedPatterns(file, name);
  const values = storedMatrix(file, "values", name);
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
  const keys = storedKeys(file, rows.rows, name);
  const nextKey = Number(p.nextKey ?? rows.rows);
  if (!Number.isSafeInteger(nextKey) || nextKey < rows.rows) throw damaged(name, `nextKey >= ${rows.rows}`, String(p.nextKey));
  return { options, rows, values, keys, nextKey, chosen };
}

function similarityFrom(file: EngramFile, name: string): string | Similarity | undefined {
  const { similarity, inner } = file.parameters;
  const W = storedMatrix(file, "W", name);
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

function named(what: string, name: string, names: readonly string[]): void {
  const known = [...names, ...REFERENCE_SIMILARITIES.map((similarity) => similarity.name)];
  if (!known.includes(name)) {
    throw new EngramError(`memory file, ${what}`, `one that has a name: ${names.join(", ")}`, name, "A user-made object cannot be written; keep the patterns and make the memory again.");
  }
}

function bare(name: string): string {
  return name.replace(/\(.*$/, "");
}
