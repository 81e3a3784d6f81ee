/**
 * Weights in the key layout of the authors' released checkpoints (modern-methods.md section 4.3), as npz or safetensors.
 *
 *   Wq, Wk         H x Y x D       Xi            D x M (transposed)      LNORM_gamma  1     LNORM_bias  D
 *   Wenc P x D     Benc D          Wdec D x P    Bdec P                  POS_embed (N + 1) x D    CLS_token D    MASK_token D
 *
 * beta is not among them: it is 1 / sqrt(Y). The released weights were trained with self-attention (M35), so that is the default here. That patches
 * stand left of Wenc (patches Wenc + Benc) is read from its shape; where P = D the shape cannot tell.
 */
import { checkNames, EngramError, nearestName, type Precision } from "../numeric/index.ts";
import type { NdArray } from "../autodiff/index.ts";
import { readNpz, readSafetensors, tensor, type Tensor, toFloat64, writeSafetensors } from "../formats/index.ts";
import { EnergyTransformerBlock } from "./block.ts";
import { ImageEnergyTransformer } from "./image-model.ts";
import { type Geometry, patchCounts } from "./patches.ts";

export interface CheckpointOptions {
  geometry: Geometry;
  /** Default true, as the released weights were trained. */
  allowSelf?: boolean;
  /** Default 1e-5. */
  epsilon?: number;
  mean?: readonly number[];
  sd?: readonly number[];
  /** Default f32. */
  precision?: Precision;
}

const KEYS = ["Wq", "Wk", "Xi", "LNORM_gamma", "LNORM_bias", "Wenc", "Benc", "Wdec", "Bdec", "POS_embed", "CLS_token", "MASK_token"] as const;
type CheckpointKey = (typeof KEYS)[number];

/**
 * @param bytes an .npz or .safetensors file
 * @throws EngramError on a damaged file, a missing key (with the nearest the file has), or shapes that do not fit the geometry
 */
export function readCheckpoint(bytes: Uint8Array, options: CheckpointOptions, name = "checkpoint"): ImageEnergyTransformer {
  checkNames("checkpoint option", options, ["geometry", "allowSelf", "epsilon", "mean", "sd", "precision"] satisfies (keyof CheckpointOptions)[]);
  const { geometry, allowSelf = true, epsilon, mean, sd, precision = "f32" } = options;
  const { N, P } = patchCounts(geometry);
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  const tensors = isZip ? readNpz(bytes) : readSafetensors(bytes, name).tensors;
  const raw = (key: CheckpointKey): Tensor => {
    const found = tensors.get(key);
    if (found !== undefined) return found;
    const near = nearestName(key, [...tensors.keys()]);
    throw new EngramError(name, `an array ${key}`, near === undefined ? `${tensors.size} others` : `"${near}"`, `A checkpoint has ${KEYS.join(", ")}.`);
  };
  const { shape: heads } = raw("Wq");
  if (heads.length !== 3) throw new EngramError(`${name}, Wq`, "shape [heads, width, channels]", `[${heads.join(", ")}]`, "Use a checkpoint in the released layout.");
  const [H, Y, D] = heads;
  // Axes of size 1 are left out or not, by the framework that saved them: counts decide.
  const array = (key: CheckpointKey, shape: readonly number[]): NdArray => {
    const one = raw(key);
    const trimmed = (sizes: readonly number[]): string => sizes.filter((n) => n !== 1).join(", ");
    if (trimmed(one.shape) !== trimmed(shape)) throw new EngramError(`${name}, ${key}`, `shape [${shape.join(", ")}]`, `[${one.shape.join(", ")}]`, "Check the geometry: patch, channels, height, width.");
    const data = toFloat64(one);
    return { shape, data };
  };
  const M = raw("Xi").shape[1] ?? 0;
  const block = new EnergyTransformerBlock({
    WQ: array("Wq", [H, Y, D]), WK: array("Wk", [H, Y, D]), Xi: turned(array("Xi", [D, M])),
    gamma: array("LNORM_gamma", [1]).data[0], delta: array("LNORM_bias", [D]).data, epsilon, allowSelf, precision,
  });
  return new ImageEnergyTransformer({
    block, geometry, mean, sd, Wenc: array("Wenc", [P, D]), Benc: array("Benc", [D]), Wdec: array("Wdec", [D, P]), Bdec: array("Bdec", [P]),
    positions: array("POS_embed", [N + 1, D]), CLS: array("CLS_token", [D]), MASK: array("MASK_token", [D]),
  });
}

/** The same layout as safetensors. @throws EngramError for a block with another beta than 1 / sqrt(Y) or other memories than ReLU: the layout has no place for them */
export function writeCheckpoint(model: ImageEnergyTransformer, dtype: "f64" | "f32" | "f16" = "f32"): Uint8Array {
  const p = model.parameters;
  const [, Y, D] = p["block.WQ"].shape;
  const beta = p["block.beta"].data[0];
  if (beta !== 1 / Math.sqrt(Y)) throw new EngramError("checkpoint", `beta = 1 / sqrt(${Y})`, String(beta), "Scale WQ by sqrt(Y) beta instead.");
  const { hidden } = model.block.graph.parts;
  if (hidden.name !== "relu") throw new EngramError("checkpoint", "relu memories", hidden.name, "The layout has no place for other kinds.");
  const delta = p["block.norm.delta"];
  const spread = delta.shape.length === 0 ? { shape: [D], data: new Float64Array(D).fill(delta.data[0]) } : delta;
  const arrays: Record<CheckpointKey, NdArray> = {
    Wq: p["block.WQ"], Wk: p["block.WK"], Xi: turned(p["block.Xi"]), LNORM_gamma: p["block.norm.gamma"], LNORM_bias: spread,
    Wenc: p.Wenc, Benc: p.Benc, Wdec: p.Wdec, Bdec: p.Bdec, POS_embed: p.positions, CLS_token: p.CLS, MASK_token: p.MASK,
  };
  return writeSafetensors(Object.fromEntries(Object.entries(arrays).map(([key, { shape, data }]) => [key, tensor(data, shape, dtype)])));
}

function turned({ shape: [m, n], data }: NdArray): NdArray {
  return { shape: [n, m], data: Float64Array.from({ length: m * n }, (_, at) => data[(at % m) * n + Math.floor(at / m)]) };
}
