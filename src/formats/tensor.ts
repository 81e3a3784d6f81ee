/**
 * Arrays with a shape and a dtype: what npy, npz, safetensors, IDX and the memory file read and write.
 * f16 and bf16 are widened to f32 when read and rounded when written; bool is one byte of 0 or 1.
 */
import { littleEndian as hostIsLittle } from "../numeric/endian.ts";
import { EngramError, unknownName } from "../numeric/errors.ts";
import { damaged } from "./bytes.ts";
import { roundToBf16, roundToF16, widenBf16, widenF16 } from "./half.ts";

/** Any array whose elements are stored numbers. */
export type NumericArray =
  | Float64Array | Float32Array
  | BigInt64Array | Int32Array | Int16Array | Int8Array
  | BigUint64Array | Uint32Array | Uint16Array | Uint8Array;

/** How an element is stored in a file. */
export type Dtype = "f64" | "f32" | "f16" | "bf16" | "i64" | "i32" | "i16" | "i8" | "u64" | "u32" | "u16" | "u8" | "bool";

/** Row-major (C order) elements; `data.length` is the product of `shape` (1 for the empty shape). */
export interface Tensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: NumericArray;
}

type ArrayClass = { new (buffer: ArrayBuffer): NumericArray; readonly BYTES_PER_ELEMENT: number };

/** [bytes per stored element, class of the array in memory]. */
const KINDS: Readonly<Record<Dtype, readonly [number, ArrayClass]>> = {
  f64: [8, Float64Array], f32: [4, Float32Array], f16: [2, Float32Array], bf16: [2, Float32Array],
  i64: [8, BigInt64Array], i32: [4, Int32Array], i16: [2, Int16Array], i8: [1, Int8Array],
  u64: [8, BigUint64Array], u32: [4, Uint32Array], u16: [2, Uint16Array], u8: [1, Uint8Array], bool: [1, Uint8Array],
};

/** All dtypes, widest first within a family. */
export const DTYPES: readonly Dtype[] = ["f64", "f32", "f16", "bf16", "i64", "i32", "i16", "i8", "u64", "u32", "u16", "u8", "bool"];

/** Most dimensions a shape may have (numpy's own limit). */
const MAX_RANK = 64;

/** Bytes one stored element takes. */
export function itemSize(dtype: Dtype): number {
  return KINDS[dtype][0];
}

/**
 * A tensor over `data` (not copied), checked.
 * @param shape default: one dimension
 * @param dtype default: that of the array's class. Floats may name any float dtype, Uint8Array also `bool`.
 * @throws EngramError where shape, data and dtype do not fit together
 */
export function tensor(data: NumericArray, shape: readonly number[] = [data.length], dtype: Dtype = nativeDtype(data)): Tensor {
  if (!DTYPES.includes(dtype)) throw unknownName("dtype", String(dtype), DTYPES);
  const count = elementCount(shape, "tensor");
  if (count !== data.length) {
    throw new EngramError("tensor", `${count} elements for shape [${shape.join(", ")}]`, `${data.length}`, "Pass row-major data of exactly that length.");
  }
  const isFloat = data instanceof Float32Array || data instanceof Float64Array;
  const fits = isFloat ? ["f64", "f32", "f16", "bf16"].includes(dtype) : data instanceof KINDS[dtype][1];
  if (!fits) {
    throw new EngramError("tensor", `an array that ${dtype} can hold without loss`, data.constructor.name, "Convert the array first, or name its own dtype.");
  }
  return { dtype, shape: [...shape], data };
}

function nativeDtype(data: NumericArray): Dtype {
  const found = DTYPES.find((dtype) => dtype !== "f16" && dtype !== "bf16" && data instanceof KINDS[dtype][1]);
  if (found === undefined) throw new EngramError("tensor", "a typed array", typeof data, "Pass e.g. a Float32Array.");
  return found;
}

/**
 * The product of a shape, checked: whole numbers from 0, at most 64 of them, product below 2^53.
 * @param name the subject of errors
 */
export function elementCount(shape: readonly number[], name: string): number {
  if (shape.length > MAX_RANK) throw damaged(name, `at most ${MAX_RANK} dimensions`, `${shape.length}`);
  let count = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) throw damaged(name, "whole numbers from 0 to 2^53 in the shape", `${size}`);
    count *= size;
  }
  if (shape.includes(0)) return 0;
  if (count > Number.MAX_SAFE_INTEGER) throw damaged(name, "a shape of less than 2^53 elements", `[${shape.join(", ")}]`);
  return count;
}

/** How many bytes a stored tensor takes, checked like {@link elementCount}. */
export function byteCount(dtype: Dtype, shape: readonly number[], name: string): number {
  const bytes = elementCount(shape, name) * itemSize(dtype);
  if (bytes > Number.MAX_SAFE_INTEGER) throw damaged(name, "a tensor of less than 2^53 bytes", `[${shape.join(", ")}] of ${dtype}`);
  return bytes;
}

/**
 * Stored bytes as an array in memory; always a copy.
 * @param bytes a whole number of elements
 * @throws EngramError where a bool is neither 0 nor 1
 */
export function decode(bytes: Uint8Array, dtype: Dtype, littleEndian: boolean, name: string): NumericArray {
  const raw = new Uint8Array(bytes.length);
  raw.set(bytes);
  const size = itemSize(dtype);
  if (littleEndian !== hostIsLittle) swapBytes(raw, size);
  if (dtype === "f16") return widenF16(new Uint16Array(raw.buffer));
  if (dtype === "bf16") return widenBf16(new Uint16Array(raw.buffer));
  if (dtype === "bool") {
    const wrong = raw.findIndex((byte) => byte > 1);
    if (wrong >= 0) throw damaged(name, "bool bytes of 0 or 1", `${raw[wrong]} at element ${wrong}`);
  }
  return new KINDS[dtype][1](raw.buffer);
}

/** An array as stored little-endian bytes: a view where nothing has to change, else a copy. */
export function encode(data: NumericArray, dtype: Dtype): Uint8Array {
  const stored = toStored(data, dtype);
  const bytes = new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
  if (hostIsLittle || itemSize(dtype) === 1) return bytes;
  const copy = bytes.slice();
  swapBytes(copy, itemSize(dtype));
  return copy;
}

function toStored(data: NumericArray, dtype: Dtype): NumericArray {
  if (data instanceof Float32Array || data instanceof Float64Array) {
    if (dtype === "f16") return roundToF16(data);
    if (dtype === "bf16") return roundToBf16(data);
    if (dtype === "f32" && data instanceof Float64Array) return Float32Array.from(data);
    if (dtype === "f64" && data instanceof Float32Array) return Float64Array.from(data);
  }
  return data;
}

/**
 * Any tensor as f64.
 * @throws EngramError where a 64-bit integer is beyond 2^53, so that f64 could not hold it
 */
export function toFloat64(tensor: Tensor): Float64Array {
  const { data } = tensor;
  if (!(data instanceof BigInt64Array || data instanceof BigUint64Array)) return Float64Array.from(data);
  const out = new Float64Array(data.length);
  for (let i = 0; i < data.length; i++) {
    out[i] = Number(data[i]);
    if (!Number.isSafeInteger(out[i])) throw new EngramError(`tensor, element ${i}`, "an integer within +-2^53", `${data[i]}`, "Keep such integers as BigInt.");
  }
  return out;
}

/** Reverses each run of `size` bytes in place. */
function swapBytes(bytes: Uint8Array, size: number): void {
  if (size === 1) return;
  for (let at = 0; at + size <= bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}
