/**
 * IDX, the format of MNIST and its relatives (yann.lecun.com/exdb/mnist): two zero bytes, a type, a rank, big-endian
 * sizes, big-endian data in C order. Usually gzipped; read either way.
 */
import { EngramError } from "../numeric/errors.ts";
import { ByteReader, concat, damaged } from "./bytes.ts";
import { maybeGunzip, type InflateOptions } from "./gzip.ts";
import { byteCount, decode, type Dtype, type Tensor } from "./tensor.ts";

const TYPES: ReadonlyMap<number, Dtype> = new Map([
  [0x08, "u8"], [0x09, "i8"], [0x0b, "i16"], [0x0c, "i32"], [0x0d, "f32"], [0x0e, "f64"],
]);

/**
 * Reads an IDX file, gzipped or not.
 * @throws EngramError on damage, or where the gzip holds more than `limit` bytes
 */
export function readIdx(bytes: Uint8Array, options: InflateOptions = {}): Tensor {
  const name = options.name ?? "IDX file";
  const reader = new ByteReader(maybeGunzip(bytes, { ...options, name }), name, false);
  const magic = reader.u32("magic");
  const dtype = TYPES.get((magic >>> 8) & 255);
  if (magic >>> 16 !== 0 || dtype === undefined) throw damaged(name, "an IDX magic (00 00, a type of 08 09 0b 0c 0d 0e, a rank)", magic.toString(16).padStart(8, "0"));
  const shape = Array.from({ length: magic & 255 }, () => reader.u32("sizes"));
  const length = byteCount(dtype, shape, name);
  if (length !== reader.remaining) throw damaged(name, `${length} bytes of data for shape [${shape.join(", ")}] of ${dtype}`, `${reader.remaining}`);
  return { dtype, shape, data: decode(reader.take(length, "data"), dtype, false, name) };
}

/** A tensor of bytes as an IDX file (not gzipped). @throws EngramError on other dtypes, or a size of 2^32 or more */
export function writeIdx(tensor: Tensor): Uint8Array {
  const { dtype, shape, data } = tensor;
  if (dtype !== "u8" || !(data instanceof Uint8Array)) throw new EngramError("IDX", "a tensor of u8", dtype, "Write other numbers as .npy.");
  if (byteCount(dtype, shape, "IDX") !== data.length || shape.some((size) => size > 0xffffffff)) {
    throw new EngramError("IDX", "data of the shape's length, each size below 2^32", `${data.length} bytes, [${shape.join(", ")}]`, "Pass a tensor made by tensor().");
  }
  const head = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  head.setUint32(0, 0x0800 | shape.length);
  shape.forEach((size, i) => head.setUint32(4 + 4 * i, size));
  return concat([new Uint8Array(head.buffer), data]);
}
