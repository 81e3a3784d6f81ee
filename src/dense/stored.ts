/**
 * The part of an `.engram` file that every memory of rows shares, written and read:
 *
 *   patterns   N x D      f32 or f64, as stored
 *   values     N x Dout   only for hetero-association
 *   keys       bytes      JSON array in UTF-8; only where the keys are not 0, 1, ... N - 1
 */
import type { Rows } from "../kernels/index.ts";
import { EngramError } from "../numeric/index.ts";
import type { Key } from "../numeric/index.ts";
import { tensor } from "../formats/index.ts";
import type { EngramFile, Tensor } from "../formats/index.ts";

export interface StoredMatrix {
  rows: number;
  dim: number;
  data: ArrayLike<number>;
}

export function storedTensors(rows: Rows, values: Rows | undefined, keys: readonly Key[]): Record<string, Tensor> {
  const tensors: Record<string, Tensor> = { patterns: tensor(rows.toArray(), [rows.count, rows.dim]) };
  if (values !== undefined) tensors.values = tensor(values.toArray(), [values.count, values.dim]);
  if (keys.some((key, mu) => key !== mu)) tensors.keys = tensor(new TextEncoder().encode(JSON.stringify(keys)));
  return tensors;
}

/** The patterns tensor. @throws EngramError when it is missing, empty, or of another kind */
export function storedPatterns(file: EngramFile, name: string): StoredMatrix {
  const rows = storedMatrix(file, "patterns", name);
  if (rows === undefined) throw damaged(name, "a tensor `patterns`", "none");
  if (rows.rows === 0 || rows.dim === 0) throw damaged(name, "at least one pattern", `${rows.rows} x ${rows.dim}`);
  return rows;
}

export function storedMatrix(file: EngramFile, tensorName: string, name: string): StoredMatrix | undefined {
  const found = file.tensors.get(tensorName);
  if (found === undefined) return undefined;
  if (found.shape.length !== 2 || (found.dtype !== "f32" && found.dtype !== "f64")) {
    throw damaged(name, `tensor \`${tensorName}\` as two-dimensional f32 or f64`, `${found.dtype} of shape [${found.shape.join(", ")}]`);
  }
  return { rows: found.shape[0], dim: found.shape[1], data: found.data as Float32Array | Float64Array };
}

export function storedKeys(file: EngramFile, N: number, name: string): Key[] {
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

export function damaged(name: string, expected: string, got: string): EngramError {
  return new EngramError(name, expected, got, "The file was not written by this library, or is damaged; restore it from a copy.");
}
