/**
 * The memory file `.engram`: a safetensors file, so that Python opens it with one call, whose metadata says what it is.
 *
 *   byte 0   8 bytes  length of the header
 *   byte 8  27 bytes  {"__metadata__":{"sha256":"
 *   byte 35 64 bytes  sha256 in hex of the whole file with these 64 bytes replaced by the digit 0
 *   byte 99           ","format":"engram","version":"1","model":"...","parameters.<name>":"...", ...}, tensors ...
 *
 * The digest stands first, so its place is fixed and can be blanked before anything is parsed. The same memory gives the
 * same bytes: parameters are sorted by name, tensors lie widest first and then by name.
 */
import { EngramError } from "../numeric/errors.ts";
import { concat, damaged, latin1, pieces, sourceOf, type ByteSource } from "./bytes.ts";
import { openSafetensors, safetensorsChunks, type OpenSafetensors, type TensorsToWrite } from "./safetensors.ts";
import { sha256Hex } from "./sha256.ts";
import type { Tensor } from "./tensor.ts";

/** The version this library writes and reads. */
export const ENGRAM_VERSION = "1";

const OPENING = `{"__metadata__":{"sha256":"`;
const SHA_AT: number = 8 + OPENING.length;
const BLANK: string = "0".repeat(64);
const PARAMETER = "parameters.";

/** What goes into a memory file. */
export interface EngramContent {
  /** The model's name, e.g. `dense`. */
  readonly model: string;
  /** All options of the memory, as text. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly tensors: TensorsToWrite;
}

/** A memory file whose digest and header are checked; tensors are read when asked for. */
export interface OpenEngram {
  readonly model: string;
  readonly version: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly sha256: string;
  readonly names: readonly string[];
  /** One tensor, as a copy. @throws EngramError for a name the file does not have */
  read(name: string): Tensor;
}

/** A whole memory file in memory. */
export interface EngramFile {
  readonly model: string;
  readonly version: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly sha256: string;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** A memory as one array of bytes (up to the host's limit of one array; {@link engramChunks} has none). */
export function writeEngram(content: EngramContent): Uint8Array {
  return concat(engramChunks(content));
}

/** The same bytes in pieces of at most 16 MiB. Two passes over the tensors: the first for the digest. */
export function* engramChunks({ model, parameters, tensors }: EngramContent): Generator<Uint8Array> {
  const sorted = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  const metadata: [string, string][] = [
    ["sha256", BLANK], ["format", "engram"], ["version", ENGRAM_VERSION], ["model", model],
    ...sorted.map(([key, text]): [string, string] => [PARAMETER + key, text]),
  ];
  const blanked = (): Generator<Uint8Array> => safetensorsChunks(tensors, Object.fromEntries(metadata));
  const digest = sha256Hex(blanked());
  let first = true;
  for (const piece of blanked()) {
    // The first piece is the header, made afresh for this pass.
    if (first) for (let i = 0; i < 64; i++) piece[SHA_AT + i] = digest.charCodeAt(i);
    first = false;
    yield piece;
  }
}

/**
 * Opens a memory file and checks all of it: kind, digest over every byte, version, header.
 * @param source bytes, or random access to a file of any size (read once, in pieces, for the digest)
 * @throws EngramError that tells a file of another kind, a truncated or damaged one, and another version apart
 */
export function openEngram(source: Uint8Array | ByteSource, name = "memory file"): OpenEngram {
  const from = sourceOf(source);
  const head = from.size < SHA_AT + 64 ? new Uint8Array(0) : concat(pieces(from, 0, SHA_AT + 64, name));
  if (latin1(head.subarray(8, SHA_AT)) !== OPENING) {
    throw damaged(name, "an .engram file", from.size === 0 ? "an empty file" : "a file of another kind, or cut short before its header", "Make one with `engram remember`, or with toBytes().");
  }
  const stated = latin1(head.subarray(SHA_AT));
  const actual = sha256Hex(withBlankDigest(from, name));
  // The header's own errors (a file that ends early) say more than the digest, so they come first.
  const file = openSafetensors(from, name);
  if (actual !== stated) throw damaged(name, `sha256 ${stated}`, actual, "The file was damaged or changed after it was written; restore it from a copy.");
  return describe(file, stated, name);
}

/** Reads a memory file whole; errors as {@link openEngram}. */
export function readEngram(source: Uint8Array | ByteSource, name = "memory file"): EngramFile {
  const { names, read, ...rest } = openEngram(source, name);
  return { ...rest, tensors: new Map(names.map((key) => [key, read(key)])) };
}

function describe(file: OpenSafetensors, sha256: string, name: string): OpenEngram {
  const { format, version, model } = file.metadata;
  if (format !== "engram" || version === undefined || model === undefined) {
    throw damaged(name, "the metadata format, version and model of an .engram file", `format ${JSON.stringify(format ?? "missing")}`);
  }
  if (version !== ENGRAM_VERSION) {
    throw new EngramError(name, `memory file version ${ENGRAM_VERSION}`, version.slice(0, 80), "Read it with the release of engram that wrote it.");
  }
  const parameters = Object.entries(file.metadata)
    .filter(([key]) => key.startsWith(PARAMETER))
    .map(([key, text]) => [key.slice(PARAMETER.length), text]);
  return {
    model, version, sha256,
    parameters: Object.fromEntries(parameters) as Record<string, string>,
    names: [...file.places.keys()],
    read: file.read,
  };
}

/** The whole file in pieces, the digits of its digest replaced by 0. */
function* withBlankDigest(source: ByteSource, name: string): Generator<Uint8Array> {
  let first = true;
  for (const piece of pieces(source, 0, source.size, name)) {
    // A copy: the source may have given a view of the caller's bytes. Not slice(), which on a Buffer of Node is a view too.
    const blank = first ? Uint8Array.from(piece) : piece;
    if (first) for (let i = 0; i < 64; i++) blank[SHA_AT + i] = 48;
    first = false;
    yield blank;
  }
}
