/**
 * safetensors (github.com/huggingface/safetensors): read whole or tensor by tensor, written whole or in pieces.
 * The layout and its rules stand in safetensors-header.ts. Written files are deterministic: widest elements first, then
 * by name (so every tensor is aligned), keys of the metadata in the order given.
 */
import { EngramError } from "../numeric/errors.ts";
import { PIECE, concat, damaged, pieces, sourceOf, utf8, type ByteSource } from "./bytes.ts";
import { MAX_HEADER, SAFETENSORS_DTYPES, parseHeader, type SafetensorsHeader, type TensorPlace } from "./safetensors-header.ts";
import { byteCount, decode, encode, itemSize, type Dtype, type NumericArray, type Tensor } from "./tensor.ts";

/** A file whose header is read and valid; tensors are read when asked for. */
export interface OpenSafetensors extends SafetensorsHeader {
  /** Bytes before the first tensor. */
  readonly dataStart: number;
  /** One tensor, as a copy. @throws EngramError for a name the file does not have */
  read(key: string): Tensor;
}

/** Everything in a safetensors file. */
export interface Safetensors {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** A tensor to be written whose data comes in pieces, front to back, each time it is called. */
export interface LazyTensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: () => Iterable<NumericArray>;
}

/** Tensors by name. */
export type TensorsToWrite = ReadonlyMap<string, Tensor | LazyTensor> | Readonly<Record<string, Tensor | LazyTensor>>;

/**
 * Reads and checks the header only.
 * @param source bytes, or random access to a file of any size
 * @throws EngramError on anything the format does not allow
 */
export function openSafetensors(source: Uint8Array | ByteSource, name = "safetensors file"): OpenSafetensors {
  const from = sourceOf(source);
  if (from.size < 10) throw damaged(name, "at least 10 bytes", `${from.size}`);
  const [first] = pieces(from, 0, 8, name);
  const length = new DataView(first.buffer, first.byteOffset, 8).getBigUint64(0, true);
  const torch = first[0] === 0x50 && first[1] === 0x4b ? "a zip archive, as torch.save makes them" : first[0] === 0x80 && first[1] >= 2 && first[1] <= 5 && length > MAX_HEADER ? "a pickle, as torch.save makes them" : undefined;
  if (torch !== undefined) throw new EngramError(name, "a safetensors file", torch, 'Convert it in Python: safetensors.torch.save_file(torch.load("W.pth", map_location="cpu"), "W.safetensors").');
  if (length > BigInt(Math.min(MAX_HEADER, from.size - 8))) {
    throw damaged(name, `a header of at most ${Math.min(MAX_HEADER, from.size - 8)} bytes`, `${length} (no safetensors file, or it ends early)`);
  }
  const dataStart = 8 + Number(length);
  const text = utf8(concat(pieces(from, 8, Number(length), name)), name, "header");
  const header = parseHeader(text, from.size - dataStart, name);
  const read = (key: string): Tensor => {
    const place = header.places.get(key);
    if (place === undefined) {
      throw new EngramError(name, `a tensor "${key}"`, `${header.places.size} others`, `It has: ${[...header.places.keys()].slice(0, 20).join(", ")}.`);
    }
    return readPlace(from, dataStart, place, `${name}, tensor "${key}"`);
  };
  return { ...header, dataStart, read };
}

/** Reads all tensors; errors as {@link openSafetensors}. */
export function readSafetensors(source: Uint8Array | ByteSource, name = "safetensors file"): Safetensors {
  const file = openSafetensors(source, name);
  return { metadata: file.metadata, tensors: new Map([...file.places.keys()].map((key) => [key, file.read(key)])) };
}

function readPlace(source: ByteSource, dataStart: number, place: TensorPlace, name: string): Tensor {
  const { dtype, shape, begin, end } = place;
  const parts = Array.from(pieces(source, dataStart + begin, end - begin, name));
  return { dtype, shape, data: decode(parts.length === 1 ? parts[0] : concat(parts), dtype, true, name) };
}

/** A safetensors file in memory. @throws EngramError on data that does not fit its shape */
export function writeSafetensors(tensors: TensorsToWrite, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  return concat(safetensorsChunks(tensors, metadata));
}

/** The same file in pieces of at most 16 MiB of elements, for files too large for one array. */
export function* safetensorsChunks(tensors: TensorsToWrite, metadata: Readonly<Record<string, string>> = {}): Generator<Uint8Array> {
  const ordered = inFileOrder(tensors);
  yield headerBytes(ordered, metadata);
  for (const [key, tensor] of ordered) yield* tensorChunks(key, tensor);
}

type Named = readonly [string, Tensor | LazyTensor];

/** Widest elements first, then by name in code-unit order. */
function inFileOrder(tensors: TensorsToWrite): Named[] {
  const list: Named[] = tensors instanceof Map ? [...tensors] : Object.entries(tensors);
  return list.sort(([a, p], [b, q]) => itemSize(q.dtype) - itemSize(p.dtype) || (a < b ? -1 : 1));
}

/** Length, JSON padded with spaces to a multiple of 8. */
function headerBytes(ordered: readonly Named[], metadata: Readonly<Record<string, string>>): Uint8Array {
  const fields: string[] = [];
  const entries = Object.entries(metadata);
  if (entries.length > 0) fields.push(`"__metadata__":{${entries.map(([key, text]) => `${quote(key)}:${quote(text)}`).join()}}`);
  let offset = 0;
  for (const [key, { dtype, shape }] of ordered) {
    if (key === "__metadata__") throw new EngramError("tensor", "a name other than __metadata__", key, "The format keeps that name for itself.");
    const stored = [...SAFETENSORS_DTYPES].find(([, ours]) => ours === dtype)![0];
    const end = offset + byteCount(dtype, shape, `tensor "${key}"`);
    fields.push(`${quote(key)}:{"dtype":"${stored}","shape":[${shape.join()}],"data_offsets":[${offset},${end}]}`);
    offset = end;
  }
  const json = new TextEncoder().encode(`{${fields.join()}}`);
  const length = Math.ceil(json.length / 8) * 8;
  if (length > MAX_HEADER) throw new EngramError("safetensors", `a header of at most ${MAX_HEADER} bytes`, `${length}`, "Store fewer tensors or shorter metadata.");
  const bytes = new Uint8Array(8 + length).fill(32);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, 8);
  return bytes;
}

/** JSON for text; a lone surrogate has no UTF-8 and would come back as another text. */
function quote(text: string): string {
  if (typeof text !== "string") throw new EngramError("safetensors metadata", "strings", typeof text, "Turn numbers into text first.");
  if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text)) {
    throw new EngramError("safetensors name or metadata", "well-formed Unicode", JSON.stringify(text), "Remove the lone surrogates.");
  }
  return JSON.stringify(text);
}

/** The bytes of one tensor, checked against its shape. */
function* tensorChunks(key: string, tensor: Tensor | LazyTensor): Generator<Uint8Array> {
  const want = byteCount(tensor.dtype, tensor.shape, `tensor "${key}"`);
  let got = 0;
  for (const data of typeof tensor.data === "function" ? tensor.data() : [tensor.data]) {
    const step = PIECE / 8;
    for (let at = 0; at < data.length; at += step) {
      const bytes = encode(data.subarray(at, at + step), tensor.dtype);
      got += bytes.length;
      yield bytes;
    }
  }
  if (got !== want) throw new EngramError(`tensor "${key}"`, `${want} bytes for shape [${tensor.shape.join(", ")}] of ${tensor.dtype}`, `${got}`, "Pass row-major data of exactly that length.");
}
