/**
 * A semantic memory as an `.engram` file, model `semantic` (formats/engram-file.ts): the file of the universal memory over the embeddings, under
 * other names, and what is known of phi.
 *
 *   embeddings     N x e      K = phi(M)
 *   values         N x d      what is read out: the stored patterns M, or values of the user's; absent where only keys are kept
 *   keys, W, v                as in a universal memory (the matrix of its similarity, a mask)
 *   encoder.*                 the tensors of a linear phi
 *   parameters                encoder, encoder.sha256, encoder.kind and what else decides its features; keep, inputs (d), calibration; the universal options
 */
import { readEngram, type Tensor, writeEngram } from "../formats/index.ts";
import { EngramError, unknownName } from "../numeric/index.ts";
import { damaged } from "../dense/stored.ts";
import type { Calibration } from "./calibrate.ts";
import { type FeatureMap, pixels } from "./feature-map.ts";
import { linearMap } from "./linear-map.ts";
import { randomConv } from "./random-conv.ts";

/** What recall reads out. */
export type Kept = "patterns" | "keys";

const MODEL = "semantic";
const ENCODER = "encoder.";
const OWN = ["encoder", "keep", "inputs", "features", "calibration"];

interface Read {
  /** The file of the universal memory over the embeddings. */
  readonly universal: Uint8Array;
  readonly parameters: Readonly<Record<string, string>>;
  readonly keep: Kept;
  readonly inputs: number;
  readonly sha256: string;
  /** phi, where the file holds it. */
  readonly map?: FeatureMap;
  readonly calibration?: Calibration;
}

/** @param universal the inner memory's own file @param map phi, where it is at hand; what it saves goes along */
export function writeSemantic({ universal, parameters, map }: { universal: Uint8Array; parameters: Readonly<Record<string, string>>; map?: FeatureMap }): Uint8Array {
  const inner = readEngram(universal, "memory");
  const tensors: Record<string, Tensor> = {};
  for (const [name, tensor] of inner.tensors) tensors[name === "patterns" ? "embeddings" : name] = tensor;
  for (const [name, tensor] of Object.entries(map?.saved.tensors ?? {})) tensors[ENCODER + name] = tensor;
  return writeEngram({ model: MODEL, parameters: { ...inner.parameters, ...parameters }, tensors });
}

/** @throws EngramError on a damaged file, another version or model, or contents that do not fit together */
export function readSemantic(source: Uint8Array, name: string): Read {
  const file = readEngram(source, name);
  if (file.model !== MODEL) throw new EngramError(name, `model ${MODEL}`, file.model.slice(0, 80), "Open it with the memory class of that model.");
  const p = file.parameters;
  const keep = p.keep as Kept;
  if (keep !== "patterns" && keep !== "keys") throw unknownName(`${name}, keep`, String(p.keep).slice(0, 80), ["patterns", "keys"]);
  const inputs = Number(p.inputs);
  if (!Number.isSafeInteger(inputs) || inputs < 1) throw damaged(name, "inputs, the numbers of a pattern, from 1", String(p.inputs).slice(0, 80));
  const sha256 = p["encoder.sha256"];
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw damaged(name, "encoder.sha256 of 64 hex digits", String(sha256).slice(0, 80));
  const tensors: Record<string, Tensor> = {};
  const own = new Map<string, Tensor>();
  for (const [key, tensor] of file.tensors) {
    if (key.startsWith(ENCODER)) own.set(key.slice(ENCODER.length), tensor);
    else if (key !== "originals") tensors[key === "embeddings" ? "patterns" : key] = tensor;
  }
  if (tensors.values !== undefined && keep === "keys") throw damaged(name, "no values, since only keys are kept", "values");
  if (tensors.values === undefined && keep === "patterns") throw damaged(name, "a tensor `values`", "none");
  const universal: Record<string, string> = {};
  for (const [key, text] of Object.entries(p)) if (!OWN.includes(key) && !key.startsWith(ENCODER)) universal[key] = text;
  const map = mapFrom(p, own, name);
  if (map !== undefined && map.sha256 !== sha256) throw damaged(name, `an encoder with sha256 ${sha256}`, map.sha256);
  if (map?.inputs !== undefined && map.inputs !== inputs) throw damaged(name, `an encoder of ${inputs} numbers`, String(map.inputs));
  return { universal: writeEngram({ model: "universal", parameters: universal, tensors }), parameters: encoderOf(p), keep, inputs, sha256, map, calibration: calibrationFrom(p.calibration, p.threshold, name) };
}

/** What the file says of phi. */
function encoderOf(p: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(p).filter(([key]) => key === "encoder" || key.startsWith(ENCODER)));
}

/** phi, where it is one that a file can hold. */
function mapFrom(p: Readonly<Record<string, string>>, tensors: ReadonlyMap<string, Tensor>, name: string): FeatureMap | undefined {
  const kind = p["encoder.kind"];
  if (kind === "pixels") return pixels;
  if (kind === "network" || kind === "function") return undefined;
  if (kind === "linear") {
    const [W, mean] = [tensors.get("W"), tensors.get("mean")];
    const fits = W?.dtype === "f64" && mean?.dtype === "f64" && W.shape.length === 2 && mean.shape.length === 1 && W.shape[1] === mean.shape[0];
    if (!fits) throw damaged(name, "tensors encoder.W (e x d) and encoder.mean (d) in f64", "others");
    return linearMap(p["encoder.name"] ?? "linear", W.data as Float64Array, mean.data as Float64Array);
  }
  if (kind === "random-conv") {
    const shape = String(p["encoder.shape"]).split(" x ").map(Number);
    const seed = Number(p["encoder.seed"]);
    if (shape.length !== 3 || shape.some((n) => !Number.isInteger(n) || n < 1 || n > 65536) || !Number.isSafeInteger(seed)) throw damaged(name, "encoder.shape C x H x W and encoder.seed", "others");
    return randomConv(shape as [number, number, number], seed);
  }
  throw unknownName(`${name}, encoder.kind`, String(kind).slice(0, 80), ["pixels", "linear", "random-conv", "network", "function"]);
}

function calibrationFrom(text: string | undefined, threshold: string | undefined, name: string): Calibration | undefined {
  if (text === undefined) return undefined;
  try {
    const { on, falseAccepts, measured, strangers, who } = JSON.parse(text) as Calibration;
    const [rule, value] = (threshold ?? "").split(" ");
    if (rule === on && [falseAccepts, measured, strangers].every((x) => typeof x === "number")) return { on, threshold: Number(value), falseAccepts, measured, strangers, who };
  } catch {
    // said below
  }
  throw damaged(name, "a calibration of the threshold as JSON", text.slice(0, 80));
}
