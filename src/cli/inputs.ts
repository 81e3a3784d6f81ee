/**
 * What a user names on the command line - pictures, folders, arrays - as a list of files, and arrays as rows of numbers.
 */
import { basename, normalize } from "node:path";
import { readNpy, toFloat64 } from "../formats/index.ts";
import { EngramError, toRows, type RowMajor } from "../numeric/index.ts";
import { kindOf, readBytes, walk, type Found } from "./files.ts";
import type { Session } from "./session.ts";

/** A file to read. Named itself: `name` is the path as given. In a folder: relative to it. */
export interface Input extends Found {
  /** The folder it was found in, as the user named it; undefined where the file itself was named. */
  readonly folder?: string;
}

/**
 * Files as they are, folders walked (see {@link walk}).
 * @throws EngramError for a path where nothing is
 */
export async function expand(paths: readonly string[]): Promise<Input[]> {
  const inputs: Input[] = [];
  for (const path of paths) {
    const kind = kindOf(path);
    if (kind === "nothing") throw new EngramError(path, "a file or folder", "no such file or folder", "Check the path.");
    if (kind === "folder") inputs.push(...(await walk(path)).map((found) => ({ ...found, folder: path })));
    else inputs.push({ path, name: tidy(path) });
  }
  return inputs;
}

/** `./a//b.png` as `a/b.png`, with forward slashes. */
function tidy(path: string): string {
  return normalize(path).replaceAll("\\", "/");
}

/** Far above a picture in [0, 1], noise included; bytes of a picture reach it. */
const UNLIKELY = 16;

/** A network sees whatever it is given. @param data pictures of an array */
export function warnOfBytes(path: string, data: ArrayLike<number>, session: Session): void {
  let most = 0;
  for (let i = 0; i < data.length; i++) most = Math.max(most, data[i]);
  if (most > UNLIKELY) session.warn(`${path}: numbers up to ${most}; pictures are numbers in [0, 1], divide bytes by 255`);
}

export function isArray(path: string): boolean {
  return path.toLowerCase().endsWith(".npy");
}

/**
 * The rows of a `.npy` file: N x D, or N x anything (the rest is one row each); a single dimension is one row.
 * @param dim the width they must have
 * @throws EngramError on damage, another width, NaN and infinities (says row and column)
 */
export async function readRows(path: string, dim?: number): Promise<RowMajor> {
  if (!isArray(path)) throw new EngramError(path, "a .npy array of rows", "a file of another kind", "Save it with numpy.save; engram recall -o NAME.npy writes recalled states.");
  const array = readNpy(await readBytes(path), path);
  const { shape } = array;
  if (shape.length === 0) throw new EngramError(path, "an array of rows", "a single number", "Save it as N x D.");
  const [rows, width] = shape.length === 1 ? [1, shape[0]] : [shape[0], shape.slice(1).reduce((product, n) => product * n, 1)];
  if (rows === 0 || width === 0) throw new EngramError(path, "at least one row of at least one number", `shape (${shape.join(", ")})`, "Save it as N x D.");
  return toRows({ rows, dim: width, data: toFloat64(array) }, path, dim);
}

/**
 * An error about row N of what a memory was given, as one about the file and row it came from: memories are fed in batches, and know
 * neither files nor options of the command line.
 * @param what as the memory calls it: `patterns` or `cue`
 * @param nameOf where row N of the batch came from
 */
export function located(error: unknown, what: string, nameOf: (row: number) => string): unknown {
  if (!(error instanceof EngramError)) return error;
  const at = new RegExp(`^${what}, row (\\d+)(, column \\d+)?`).exec(error.message);
  if (at === null) return error;
  const todo = error.todo.includes("binarize") ? "Give --binarize T to engram remember: values above T become 1, the others -1 (pixels are in [0, 1]: 0.5)." : error.todo;
  return new EngramError(nameOf(Number(at[1])) + (at[2] ?? ""), error.expected, error.got, todo);
}

/** `photos/cat.png` as `cat`. */
export function stem(name: string): string {
  return basename(name).replace(/\.[^.]*$/, "");
}
