/**
 * A memory file as the command line sees it: a memory, and beside it what only pictures need, in the same `.engram` file.
 *
 *   parameters  pictures.width, .height, .channels, .filter    how a picture becomes a row of C x H x W numbers
 *   parameters  weights.path   where the weights of the memory's encoder lay, unless they are shipped ones; relative as below
 *   parameters  encoder, encoder.*   of an entropic memory of features: the network that made them (semantic/feature-map.ts)
 *   originals   bytes   JSON in UTF-8: [path, sha256] or null per pattern, in store order; paths that are not absolute
 *                       are relative to the folder of the memory file
 *
 * The library reads such a file as any other memory: parameters and tensors it does not know are left alone.
 */
import { dirname, isAbsolute, join } from "node:path";
import { engramChunks, openEngram, openSafetensors, sha256Hex, tensor, type OpenSafetensors, type Tensor } from "../formats/index.ts";
import { EngramError, unknownName, type Key, type Memory } from "../numeric/index.ts";
import type { ResizeFilter } from "../images/index.ts";
import type { FeatureMap, NetworkMap } from "../semantic/index.ts";
import { savedParameters } from "../semantic/feature-map.ts";
import { readBytes } from "./files.ts";
import { givenNetwork, networkOf, WEIGHTS_PATH } from "./encoders.ts";
import { MODEL_NAMES, memoryFromBytes, type ModelName } from "./models.ts";
import { FILTERS } from "./pictures.ts";

/** The size pictures have in the memory. */
export interface Pictures {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly filter: ResizeFilter;
}

/** Where a stored picture came from. */
export interface Original {
  readonly path: string;
  readonly sha256: string;
}

export interface Album {
  readonly memory: Memory;
  readonly model: ModelName;
  readonly pictures?: Pictures;
  /** One per pattern, in store order. */
  readonly originals?: readonly (Original | undefined)[];
  /** Where the encoder's weights lie, relative to the folder of the memory file. */
  readonly weights?: string;
  /** E of an entropic memory of features: pictures go through it. Undefined where patterns are pictures themselves, or the memory has its own. */
  readonly features?: FeatureMap;
}

/** An album read from disk. */
export interface OpenAlbum extends Album {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly version: string;
  /** Name of the network that made an entropic memory's features. */
  readonly seenBy?: string;
}

const PARAMETER = "parameters.";
const PICTURES = "pictures.";
/** The model of files that `engram pairs` makes. */
export const HETERO = "entropic-hetero";

/** The bytes of an album, in pieces. */
export function* albumChunks({ memory, model, pictures, originals, weights, features }: Album): Generator<Uint8Array> {
  const parameters: Record<string, string> = Object.fromEntries(Object.entries(pictures ?? {}).map(([key, value]) => [PICTURES + key, String(value)]));
  if (weights !== undefined) parameters[WEIGHTS_PATH] = weights;
  if (features !== undefined) Object.assign(parameters, { encoder: features.name, "encoder.sha256": features.sha256, ...savedParameters(features) });
  const tensors: Record<string, Tensor> = {};
  if (originals?.some((original) => original !== undefined)) {
    const list = originals.map((original) => (original === undefined ? null : [original.path, original.sha256]));
    tensors.originals = tensor(new TextEncoder().encode(JSON.stringify(list)));
  }
  yield* extendedChunks(memory.toBytes(), model, parameters, tensors);
}

/** A memory file with parameters and tensors that its library does not know, in pieces. */
export function* extendedChunks(bytes: Uint8Array, model: string, own: Readonly<Record<string, string>>, more: Readonly<Record<string, Tensor>> = {}): Generator<Uint8Array> {
  const file = openSafetensors(bytes, "memory");
  const parameters: Record<string, string> = {};
  for (const [key, text] of Object.entries(file.metadata)) if (key.startsWith(PARAMETER)) parameters[key.slice(PARAMETER.length)] = text;
  const tensors: Record<string, Tensor> = {};
  for (const name of file.places.keys()) tensors[name] = file.read(name);
  yield* engramChunks({ model, parameters: { ...parameters, ...own }, tensors: { ...tensors, ...more } });
}

/**
 * Opens a memory file.
 * @param encoder of a semantic memory, or an entropic one of features: `find` its network, in the file `--encoder` named or where it was, or leave it out
 * @param encoder.models what the command takes; default: every model
 * @param read its bytes, where they are read already
 * @throws EngramError on a missing or damaged file, another version, a model this release does not have, or weights that are gone or others
 */
export async function openAlbum(path: string, encoder: { find: boolean; given?: string; models?: readonly ModelName[] } = { find: false }, read?: Uint8Array): Promise<OpenAlbum> {
  const bytes = read ?? (await readBytes(path));
  const file = peek(bytes, path);
  const { model, version, sha256 } = file.metadata;
  if (!MODEL_NAMES.includes(model as ModelName)) {
    if (model === HETERO) throw new EngramError(path, `a memory of model ${(encoder.models ?? MODEL_NAMES).join(", ")}`, "a memory of pairs", "Ask it with `engram pairs recognize`, `pairs recall` and `pairs info`.");
    openEngram(bytes, path); // its errors say more: another kind of file, damaged, another version
    throw new EngramError(path, `a memory of model ${(encoder.models ?? MODEL_NAMES).join(", ")}`, `a file of model ${model.slice(0, 80)}`, "`engram info` says what it holds; the library opens it.");
  }
  // Checks the digest over every byte before anything is used.
  const opened = memoryFromBytes(model as ModelName, bytes, path);
  const named = parametersOf(file);
  const features = model === "entropic" && encoder.find ? await featuresOf(named, path, opened.dim, encoder.given) : undefined;
  const memory = encoder.find && model !== "entropic" ? await withNetwork(opened, model as ModelName, named, bytes, path, encoder.given) : opened;
  const pictures = picturesOf(file, path) ?? (features?.encoder === undefined ? undefined : sizeOf(features.encoder.network.input));
  const numbers = features?.inputs ?? (model === "entropic" && named["encoder.patterns"] !== undefined ? product(named["encoder.patterns"]) : memory.dim);
  if (pictures !== undefined && pictures.width * pictures.height * pictures.channels !== numbers) {
    throw new EngramError(path, `a picture size of ${numbers} numbers in the parameters pictures.*`, `${pictures.width} x ${pictures.height} x ${pictures.channels}`, "Make the memory again with `engram remember`.");
  }
  return { memory, model: model as ModelName, pictures, features, seenBy: model === "entropic" ? named.encoder : undefined, originals: originalsOf(file, memory, path), path, bytes: bytes.length, sha256, version };
}

/** The network in front of an entropic memory: the one it was made with, or for a memory of rows the one that is given. */
async function featuresOf(parameters: Readonly<Record<string, string>>, path: string, n: number, given?: string): Promise<NetworkMap | undefined> {
  if (parameters["encoder.kind"] === undefined) return given === undefined ? undefined : givenNetwork(given, n);
  const map = await networkOf(parameters, path, given);
  if (map.dim === n) return map;
  throw new EngramError(path, `an encoder of ${n} features`, `${map.dim}`, "Make the memory again with `engram remember`.");
}

function product(shape: string): number {
  return shape.split(" x ").reduce((numbers, side) => numbers * Number(side), 1);
}

function sizeOf([C, H, W]: readonly number[]): Pictures {
  return { width: W, height: H, channels: C as 1 | 3, filter: FILTERS[0] };
}

function parametersOf({ metadata }: OpenSafetensors): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => key.startsWith(PARAMETER)).map(([key, text]) => [key.slice(PARAMETER.length), text]));
}

/** A semantic memory with its network. @throws EngramError for --encoder with a memory that has none */
async function withNetwork(memory: Memory, model: ModelName, parameters: Readonly<Record<string, string>>, bytes: Uint8Array, path: string, given?: string): Promise<Memory> {
  if (model === "semantic" && (parameters["encoder.kind"] === "function" || parameters["encoder.graph"] !== undefined)) {
    throw new EngramError(path, "a memory whose encoder is a network of the library, or in the file", `one made with ${parameters.encoder}, an encoder of the library's user`, "Recall from it in the library: SemanticMemory.fromBytes(bytes, { encoder }).");
  }
  if (model !== "semantic" || parameters["encoder.kind"] !== "network") {
    if (given !== undefined) throw new EngramError("--encoder", "a memory made with a network", model === "semantic" ? `encoder ${parameters.encoder}` : `model ${model}`, "Leave it out.");
    return memory;
  }
  memory.dispose();
  return memoryFromBytes(model, bytes, path, await networkOf(parameters, path, given));
}

/** The header, its digest not yet checked. */
export function peek(bytes: Uint8Array, path: string): OpenSafetensors {
  try {
    const file = openSafetensors(bytes, path);
    if (file.metadata.format === "engram") return file;
  } catch {
    // Said better below.
  }
  openEngram(bytes, path);
  throw new EngramError(path, "an .engram file", "a file of another kind", "Make one with `engram remember`.");
}

/** @param prefix of the parameters @throws EngramError for sizes that are none */
export function picturesOf({ metadata }: OpenSafetensors, path: string, prefix: string = PICTURES): Pictures | undefined {
  const [width, height, channels, filter] = ["width", "height", "channels", "filter"].map((key) => metadata[`${PARAMETER}${prefix}${key}`]);
  if (width === undefined) return undefined;
  const numbers = [width, height, channels].map(Number);
  if (!FILTERS.includes(filter as ResizeFilter)) throw unknownName(`${path}, pictures.filter`, String(filter), FILTERS);
  if (!numbers.every((value) => Number.isInteger(value) && value >= 1 && value <= 65536) || (numbers[2] !== 1 && numbers[2] !== 3)) {
    throw new EngramError(path, "a picture size in the parameters pictures.*", `${width} x ${height} x ${channels}`, "Make the memory again with `engram remember`.");
  }
  return { width: numbers[0], height: numbers[1], channels: numbers[2], filter: filter as ResizeFilter };
}

function originalsOf(file: OpenSafetensors, memory: Memory, path: string): (Original | undefined)[] | undefined {
  if (!file.places.has("originals")) return undefined;
  const wrong = (got: string): EngramError => new EngramError(path, `originals, [path, sha256] or null for each of ${memory.size} patterns`, got, "Make the memory again with `engram remember`.");
  let list: unknown;
  try {
    list = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(file.read("originals").data as Uint8Array));
  } catch {
    throw wrong("no JSON");
  }
  if (!Array.isArray(list) || list.length !== memory.size) throw wrong("something else");
  return list.map((entry: unknown) => {
    if (entry === null) return undefined;
    if (!Array.isArray(entry) || entry.length !== 2 || typeof entry[0] !== "string" || !/^[0-9a-f]{64}$/.test(String(entry[1]))) throw wrong("something else");
    return { path: entry[0], sha256: String(entry[1]) };
  });
}

/** Where the original of a key lies, as a path from here. Undefined where none was recorded. */
export function originalPath(album: OpenAlbum, key: Key | undefined): string | undefined {
  const original = originalOf(album, key);
  if (original === undefined) return undefined;
  return isAbsolute(original.path) ? original.path : join(dirname(album.path), original.path);
}

/** The original file of a key, checked. @throws EngramError where none was recorded, or it is gone or changed */
export async function readOriginal(album: OpenAlbum, key: Key): Promise<Uint8Array> {
  const original = originalOf(album, key);
  const path = originalPath(album, key);
  if (original === undefined || path === undefined) {
    throw new EngramError(`original of ${JSON.stringify(key)}`, "a recorded path", "none", "Only pictures remembered without --no-originals have one; -o writes the stored pattern.");
  }
  const bytes = await readBytes(path);
  const sha256 = sha256Hex(bytes);
  if (sha256 !== original.sha256) {
    throw new EngramError(path, `the picture that was remembered (sha256 ${original.sha256})`, sha256, "The file has changed since; -o writes the stored pattern.");
  }
  return bytes;
}

function originalOf({ memory, originals }: OpenAlbum, key: Key | undefined): Original | undefined {
  return key === undefined ? undefined : originals?.[memory.keys.indexOf(key)];
}
