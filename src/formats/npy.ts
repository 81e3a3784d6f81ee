/**
 * NumPy's `.npy`, versions 1.0 to 3.0 (numpy.lib.format): magic, version, header length, a Python dict literal, raw data.
 *
 *   \x93NUMPY  major minor  length (u16 in version 1, else u32)  {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }  data
 *
 * Fortran-ordered arrays come out in C order. Object, string, date, complex and structured arrays are refused:
 * objects are pickles (code), the others have no place in a memory. Bytes after the data are an error, not ignored.
 */
import { ByteReader, concat, damaged, latin1, utf8 } from "./bytes.ts";
import { byteCount, decode, encode, itemSize, type Dtype, type NumericArray, type Tensor } from "./tensor.ts";

const MAGIC = "\x93NUMPY";
/** No shape of at most 64 dimensions needs more; numpy itself refuses above 10,000 unless told to trust the file. */
const MAX_HEADER = 1 << 16;

/** numpy's kind and size, e.g. `f4`, to our dtype. */
const DESCR: ReadonlyMap<string, Dtype> = new Map([
  ["f8", "f64"], ["f4", "f32"], ["f2", "f16"], ["i8", "i64"], ["i4", "i32"], ["i2", "i16"], ["i1", "i8"],
  ["u8", "u64"], ["u4", "u32"], ["u2", "u16"], ["u1", "u8"], ["b1", "bool"],
]);

/**
 * Reads a `.npy` file; the data is a copy in C order.
 * @param name the subject of errors
 * @throws EngramError on anything that is not one whole npy array of numbers
 */
export function readNpy(bytes: Uint8Array, name = "npy file"): Tensor {
  const reader = new ByteReader(bytes, name, true);
  if (latin1(bytes.subarray(0, 6)) !== MAGIC) throw damaged(name, "the npy magic \\x93NUMPY", bytes.length === 0 ? "an empty file" : "other bytes");
  reader.take(6, "magic");
  const major = reader.u8("version");
  const minor = reader.u8("version");
  if (major < 1 || major > 3 || minor !== 0) throw damaged(name, "npy version 1.0, 2.0 or 3.0", `${major}.${minor}`);
  const size = major === 1 ? reader.u16("header length") : reader.u32("header length");
  if (size > MAX_HEADER) throw damaged(name, `a header of at most ${MAX_HEADER} bytes`, `${size}`);
  const header = reader.take(size, "header");
  const { descr, fortran, shape } = parseHeader(major === 3 ? utf8(header, name, "header") : latin1(header), name);
  const dtype = DESCR.get(descr.slice(1));
  if (dtype === undefined || !"<>=|".includes(descr[0])) {
    throw damaged(name, `one of the dtypes ${[...DESCR.keys()].join(", ")}`, `'${descr}'`, "Convert it with numpy's astype before saving.");
  }
  const length = byteCount(dtype, shape, name);
  if (length !== reader.remaining) throw damaged(name, `${length} bytes of data for shape (${shape.join(", ")}) of ${descr}`, `${reader.remaining}`);
  const data = decode(reader.take(length, "data"), dtype, descr[0] !== ">", name);
  return { dtype, shape, data: fortran ? fromFortran(data, shape) : data };
}

/**
 * A tensor as a `.npy` file, version 1.0, little-endian, C order, header padded to 64 bytes like numpy's own.
 * @throws EngramError for bf16, which numpy does not have
 */
export function writeNpy(tensor: Tensor): Uint8Array {
  const found = [...DESCR].find(([, dtype]) => dtype === tensor.dtype);
  if (found === undefined) throw damaged("npy", "a dtype that numpy has", tensor.dtype, "Write it as f32, or as safetensors.");
  const order = itemSize(tensor.dtype) === 1 ? "|" : "<";
  const { shape } = tensor;
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const dict = `{'descr': '${order}${found[0]}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const padded = dict + " ".repeat(63 - ((10 + dict.length) % 64)) + "\n";
  const head = new Uint8Array(10 + padded.length);
  head.set(Array.from(MAGIC + "\x01\x00", (c) => c.charCodeAt(0)));
  new DataView(head.buffer).setUint16(8, padded.length, true);
  for (let i = 0; i < padded.length; i++) head[10 + i] = padded.charCodeAt(i);
  return concat([head, encode(tensor.data, tensor.dtype)]);
}

interface Header {
  descr: string;
  fortran: boolean;
  shape: number[];
}

/** Exactly the three keys of the format, in any order; anything else (structured dtypes too) is refused. */
function parseHeader(text: string, name: string): Header {
  const entry = /\s*(?:'(\w+)'|"(\w+)")\s*:\s*(?:'([^'\\]*)'|"([^"\\]*)"|(True|False)|\(([\dL, ]*)\))\s*(,?)/y;
  const found = new Map<string, string>();
  const refuse = (got: string): never => {
    throw damaged(name, "a header of the keys 'descr' (a plain dtype), 'fortran_order' and 'shape'", got);
  };
  const open = /^\s*\{/.exec(text);
  if (open === null) return refuse("no Python dict");
  entry.lastIndex = open[0].length;
  let end = open[0].length;
  for (let match = entry.exec(text); match !== null; match = entry.exec(text)) {
    const key = match[1] ?? match[2];
    if (found.has(key)) refuse(`the key '${key}' twice`);
    // The value keeps a mark of its kind, so that a string cannot pass for a shape.
    const value = match[5] ?? (match[6] !== undefined ? `(${match[6]}` : `'${match[3] ?? match[4]}`);
    found.set(key, value);
    end = entry.lastIndex;
    if (match[7] === "") break;
  }
  const descr = found.get("descr") ?? "";
  const order = found.get("fortran_order") ?? "";
  const shape = found.get("shape") ?? "";
  if (!/^\s*\}\s*$/.test(text.slice(end)) || found.size !== 3 || descr[0] !== "'" || !/^(True|False)$/.test(order) || shape[0] !== "(") {
    return refuse(JSON.stringify(text.slice(0, 80)));
  }
  return { descr: descr.slice(1), fortran: order === "True", shape: parseShape(shape.slice(1), refuse) };
}

/** `3, 4` or `3,` or nothing; Python 2 wrote `3L`. */
function parseShape(text: string, refuse: (got: string) => never): number[] {
  const trimmed = text.trim().replace(/,$/, "");
  if (trimmed === "") return text.includes(",") ? refuse(`the shape (${text})`) : [];
  return trimmed.split(",").map((part) => {
    const digits = /^\s*(\d{1,20})L?\s*$/.exec(part);
    return digits === null ? refuse(`the shape (${text.slice(0, 80)})`) : Number(digits[1]);
  });
}

/** First index fastest to last index fastest. */
function fromFortran(data: NumericArray, shape: readonly number[]): NumericArray {
  const out = data.slice();
  if (shape.length < 2 || data.length === 0) return out;
  const index = new Array<number>(shape.length).fill(0);
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, size) => product * size, 1));
  let from = 0;
  for (let to = 0; to < data.length; to++) {
    out[to] = data[from];
    // Count up with the last index fastest, keeping `from` in step.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return out;
}
