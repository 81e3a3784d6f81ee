/**
 * The two sides of pairs from the command line, and the file that holds them: a hetero-associative memory with, per side, the size pictures have,
 * in parameters `pictures.left.*` and `pictures.right.*`.
 *
 *   two folders     pairs are files of the same name, endings aside: left/a.png and right/a.jpg; or --in-order, the k-th with the k-th
 *   two arrays      the k-th row with the k-th
 *   one of each     --in-order
 */
import { HeteroMemory, type Side } from "../entropic/index.ts";
import { EngramError } from "../numeric/index.ts";
import { HETERO, peek, type Pictures, picturesOf } from "./album.ts";
import type { CueTarget } from "./cues.ts";
import { readBytes } from "./files.ts";
import { expand, isArray, readRows } from "./inputs.ts";
import { readPicture, toRow } from "./pictures.ts";
import type { Session } from "./session.ts";

/** One side read: its rows and their names. */
export interface SideRows {
  readonly path: string;
  /** Names without endings of pictures; undefined of arrays. */
  readonly names?: readonly string[];
  readonly rows: ArrayLike<number>[];
  readonly pictures?: Pictures;
}

export const SIDES: readonly Side[] = ["left", "right"];

/**
 * @param pictures the size pictures are brought to; undefined: none are taken @param dim the width rows must have
 * @throws EngramError for files that are no picture, folders with arrays in them, or nothing there; nothing is skipped, since a side without its other would be lost
 */
export async function readSide(path: string, pictures: Pictures | undefined, session: Session, dim?: number): Promise<SideRows> {
  if (isArray(path)) {
    const { rows, dim: width, data } = await readRows(path, dim);
    return { path, rows: Array.from({ length: rows }, (_, i) => data.subarray(i * width, (i + 1) * width)) };
  }
  if (pictures === undefined) throw new EngramError(path, `a .npy array of ${dim} numbers per row`, "another file or folder", "This side of the memory was made from an array and has no picture size.");
  const inputs = await expand([path]);
  if (inputs.length === 0) throw new EngramError(path, "at least one picture", "an empty folder", "Name a folder of pictures, a picture, or a .npy array.");
  const progress = session.progress("read", inputs.length);
  const [names, rows]: [string[], ArrayLike<number>[]] = [[], []];
  for (const [i, input] of inputs.entries()) {
    progress.update(i, input.name);
    if (input.problem !== undefined) throw new EngramError(input.path, "a picture", input.problem, "Take it out of the folder: every file of a side is half of a pair.");
    rows.push(toRow(await readPicture(input.path), pictures));
    names.push(input.name.replace(/\.[^./]*$/, ""));
  }
  progress.stop();
  return { path, names, rows, pictures };
}

/** The right side in the order of the left, and what the pairs are called. @throws EngramError where a side lacks its other */
export function matched(left: SideRows, right: SideRows, inOrder: boolean): { values: ArrayLike<number>[]; keys?: string[]; rightNames?: readonly string[] } {
  const keys = left.names?.slice();
  const alone = left.names?.length === 1 && right.names?.length === 1;
  if (inOrder || alone || (left.names === undefined && right.names === undefined)) {
    if (left.rows.length !== right.rows.length) throw new EngramError(right.path, `${left.rows.length} sides, one for each of ${left.path}`, String(right.rows.length), "Every left side needs its right one.");
    return { values: right.rows, rightNames: right.names, ...(keys === undefined ? {} : { keys: unique(left, keys) }) };
  }
  if (left.names === undefined || right.names === undefined) throw new EngramError("--in-order", "it, where one side is an array and the other pictures", "neither", "Rows have no names to match: add --in-order.");
  unique(left, left.names);
  unique(right, right.names);
  const places = new Map(right.names.map((name, at) => [name, at]));
  const lacking = left.names.find((name) => !places.has(name));
  const spare = right.names.find((name) => !left.names!.includes(name));
  if (lacking !== undefined || spare !== undefined) {
    const [name, where] = lacking === undefined ? [spare!, left.path] : [lacking, right.path];
    throw new EngramError(where, `a picture named ${name}, endings aside`, "none", "Pairs are files of the same name in both folders; --in-order pairs them by their order instead.");
  }
  return { values: left.names.map((name) => right.rows[places.get(name)!]), keys, rightNames: left.names };
}

function unique({ path }: SideRows, names: readonly string[]): string[] {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw new EngramError(path, "names that differ without their endings", `${name} twice`, "Rename one of the files.");
    seen.add(name);
  }
  return [...names];
}

/** A file of pairs, opened. */
export interface OpenPairs {
  readonly path: string;
  readonly memory: HeteroMemory;
  readonly pictures: Readonly<Partial<Record<Side, Pictures>>>;
  readonly bytes: number;
  readonly sha256: string;
}

/** @throws EngramError on a missing or damaged file, or one of another kind */
export async function openPairs(path: string): Promise<OpenPairs> {
  const bytes = await readBytes(path);
  const file = peek(bytes, path);
  if (file.metadata.model !== HETERO) throw new EngramError(path, "a memory of pairs", `a memory of model ${String(file.metadata.model).slice(0, 80)}`, "Make one with `engram pairs remember`; ask this one with `engram recall`.");
  const memory = HeteroMemory.fromBytes(bytes, { name: path });
  const pictures: Partial<Record<Side, Pictures>> = {};
  for (const side of SIDES) {
    const found = picturesOf(file, path, `pictures.${side}.`);
    if (found === undefined) continue;
    const dim = side === "left" ? memory.dim : memory.rightDim;
    if (found.width * found.height * found.channels !== dim) throw new EngramError(path, `a picture size of ${dim} numbers in the parameters pictures.${side}.*`, `${found.width} x ${found.height} x ${found.channels}`, "Make the memory again with `engram pairs remember`.");
    pictures[side] = found;
  }
  return { path, memory, pictures, bytes: bytes.length, sha256: file.metadata.sha256 };
}

/** What cues of one side are read for. */
export function cueTarget({ path, memory, pictures }: OpenPairs, side: Side): CueTarget {
  return { path, memory: { dim: side === "left" ? memory.dim : memory.rightDim }, pictures: pictures[side] };
}
