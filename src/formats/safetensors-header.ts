/**
 * The header of a safetensors file: parsed, and validated as strictly as the format's own Rust reader does.
 *
 *   length of header (u64)  header: JSON, padded with spaces to 8  raw little-endian tensors
 *   {"__metadata__": {string: string}, name: {"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end]}, ...}
 *
 * Offsets count from the end of the header; tensors must tile the rest of the file without hole or overlap.
 * Duplicate keys, which JSON.parse would drop silently, are refused.
 */
import { damaged } from "./bytes.ts";
import { byteCount, type Dtype } from "./tensor.ts";

/** The largest header the format allows, in bytes. */
export const MAX_HEADER = 100_000_000;

/** The format's names for our dtypes. */
export const SAFETENSORS_DTYPES: ReadonlyMap<string, Dtype> = new Map([
  ["F64", "f64"], ["F32", "f32"], ["F16", "f16"], ["BF16", "bf16"],
  ["I64", "i64"], ["I32", "i32"], ["I16", "i16"], ["I8", "i8"],
  ["U64", "u64"], ["U32", "u32"], ["U16", "u16"], ["U8", "u8"], ["BOOL", "bool"],
]);

/** Where a tensor lies: `begin` and `end` count from the first data byte. */
export interface TensorPlace {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  /** In the order of their bytes in the file. */
  readonly places: ReadonlyMap<string, TensorPlace>;
}

/**
 * Parses and validates header text.
 * @param dataLength bytes of the file after the header
 * @throws EngramError on anything the format does not allow
 */
export function parseHeader(text: string, dataLength: number, name: string): SafetensorsHeader {
  if (!text.startsWith("{")) throw damaged(name, "a header that begins with {", JSON.stringify(text.slice(0, 20)));
  checkNesting(text, name);
  let json: Record<string, unknown>;
  try {
    json = JSON.parse(text) as Record<string, unknown>; // an object, as the first character says
  } catch {
    throw damaged(name, "a JSON header", "text that is not JSON");
  }
  const metadata: [string, string][] = [];
  const places: [string, TensorPlace][] = [];
  for (const [key, value] of Object.entries(json)) {
    if (key !== "__metadata__") places.push([key, parsePlace(value, `${name}, tensor ${JSON.stringify(key.slice(0, 80))}`)]);
    else metadata.push(...parseMetadata(value, name));
  }
  places.sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  for (const [key, place] of places) {
    if (place.begin !== end) throw damaged(`${name}, tensor ${JSON.stringify(key.slice(0, 80))}`, `data_offsets that begin at ${end} (no hole, no overlap)`, `${place.begin}`);
    end = place.end;
  }
  if (end !== dataLength) throw damaged(name, `${end} bytes of data after the header`, `${dataLength}`);
  return { metadata: Object.fromEntries(metadata), places: new Map(places) };
}

function parseMetadata(value: unknown, name: string): [string, string][] {
  const entries = isObject(value) ? Object.entries(value) : [];
  if (!isObject(value) || entries.some(([, text]) => typeof text !== "string")) throw damaged(name, "__metadata__ of strings", "something else");
  return entries as [string, string][];
}

function parsePlace(value: unknown, name: string): TensorPlace {
  if (!isObject(value) || Object.keys(value).sort().join() !== "data_offsets,dtype,shape") {
    throw damaged(name, "an object of dtype, shape and data_offsets", isObject(value) ? `{${Object.keys(value).join(", ").slice(0, 80)}}` : typeof value);
  }
  const dtype = typeof value.dtype === "string" ? SAFETENSORS_DTYPES.get(value.dtype) : undefined;
  if (dtype === undefined) throw damaged(name, `a dtype of ${[...SAFETENSORS_DTYPES.keys()].join(", ")}`, String(JSON.stringify(value.dtype)).slice(0, 80));
  if (!isCounts(value.shape)) throw damaged(name, "a shape of whole numbers below 2^53", JSON.stringify(value.shape).slice(0, 80));
  const offsets = value.data_offsets;
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[1] < offsets[0]) {
    throw damaged(name, "data_offsets [begin, end] with 0 <= begin <= end", JSON.stringify(offsets).slice(0, 80));
  }
  const [begin, end] = offsets;
  const length = byteCount(dtype, value.shape, name);
  if (length !== end - begin) throw damaged(name, `${length} bytes for shape [${value.shape.join(", ")}] of ${dtype}`, `data_offsets that span ${end - begin}`);
  return { dtype, shape: value.shape, begin, end };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0 && !Object.is(n, -0));
}

/**
 * Before JSON.parse sees the text: no nesting beyond what the format has, and no key twice in one object (JSON.parse
 * would silently keep the last). Text that is not JSON may pass; JSON.parse refuses it afterwards.
 */
function checkNesting(text: string, name: string): void {
  const open: (Set<string> | undefined)[] = []; // the keys seen in each open object; undefined for an open array
  for (let at = 0; at < text.length; at++) {
    const c = text[at];
    if (c === "{") open.push(new Set());
    else if (c === "[") open.push(undefined);
    else if (c === "}" || c === "]") open.pop();
    else if (c === '"') {
      const start = at;
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === "\\") at++;
      const seen = open[open.length - 1];
      if (seen === undefined || !colonFollows(text, at + 1)) continue;
      const key = unquote(text.slice(start, at + 1), name);
      if (seen.has(key)) throw damaged(name, "every key once", `${JSON.stringify(key.slice(0, 80))} twice`);
      seen.add(key);
    }
    if (open.length > 3) throw damaged(name, "a header nested at most 3 deep", "deeper nesting");
  }
}

/** Keys are compared unescaped: "a" and "\u0061" are the same key. */
function unquote(quoted: string, name: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    throw damaged(name, "a JSON header", "a string with a wrong escape");
  }
}

function colonFollows(text: string, at: number): boolean {
  while (at < text.length && " \t\r\n".includes(text[at])) at++;
  return text[at] === ":";
}
