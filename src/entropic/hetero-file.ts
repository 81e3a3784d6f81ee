/**
 * A hetero-associative memory as an `.engram` file (formats/engram-file.ts), model `entropic-hetero`.
 *
 *   table        n x p x m x q   u16; where fewer than a third of the rows (i, j, a) hold anything instead
 *   rows, cells  U; U x q        u32 numbers (i p + j) m + a, ascending, and u16 cells of those rows
 *   leftCells, leftUndefined, rightCells, rightUndefined   n x m, n, p x q, p   u16, u32: the registers of the sides
 *   left, right  N x n, N x p    u8 (m up to 255; undefined is 255) or u16; only with items
 *   labels       N               u16; only where pairs have classes
 *   keys         bytes           JSON array in UTF-8; not where there are items and the keys are 0, 1, ... N - 1
 *   parameters                   the options by name, `size` N, `nextKey`, the quantisers as JSON, shape
 *
 * Whatever is read is checked: shapes and kinds, cells against the cap, and the pairs against the tables they filled.
 */
import { type EngramFile, readEngram, tensor, type Tensor, writeEngram } from "../formats/index.ts";
import { NO_LEVEL } from "../kernels/index.ts";
import { EngramError } from "../numeric/index.ts";
import { damaged, storedKeys } from "../dense/stored.ts";
import { Pairs } from "./hetero-pairs.ts";
import { HeteroRegister, type Side } from "./hetero-register.ts";
import { Quantiser, type QuantiserData } from "./quantiser.ts";
import type { AssociativeRegister } from "./register.ts";

export const HETERO_MODEL = "entropic-hetero";
const SIDES = ["left", "right"] as const;

/** What a memory is made of once its quantisers are fitted. */
export interface HeteroParts {
  readonly quantisers: Readonly<Record<Side, Quantiser>>;
  readonly sides: Readonly<Record<Side, AssociativeRegister>>;
  readonly register: HeteroRegister;
}

export function writeHetero({ quantisers, sides, register }: HeteroParts, pairs: Pairs, parameters: Readonly<Record<string, string>>): Uint8Array {
  const { n, p, m, q } = register.shape;
  const tensors: Record<string, Tensor> = {};
  const { rows, cells } = register.table.filledRows();
  if (3 * rows.length < register.table.rows) Object.assign(tensors, { rows: tensor(rows), cells: tensor(cells, [rows.length, q]) });
  else tensors.table = tensor(register.table.toArray(), [n, p, m, q]);
  for (const side of SIDES) {
    tensors[`${side}Cells`] = tensor(sides[side].cells, [sides[side].n, m]);
    tensors[`${side}Undefined`] = tensor(sides[side].undefinedRow);
    const levels = pairs.sides[side].levels;
    if (levels !== undefined) tensors[side] = tensor(m <= 255 ? Uint8Array.from(levels, (level) => (level === NO_LEVEL ? 255 : level)) : levels, [pairs.keys.length, sides[side].n]);
  }
  if (pairs.labels !== undefined) tensors.labels = tensor(Uint16Array.from(pairs.labels));
  if (!pairs.kept || pairs.keys.some((key, at) => key !== at)) tensors.keys = tensor(new TextEncoder().encode(JSON.stringify(pairs.keys)));
  return writeEngram({
    model: HETERO_MODEL,
    parameters: {
      ...parameters, size: String(pairs.keys.length), nextKey: String(pairs.nextKey), shape: [n, p, m, q].join(" "),
      left: JSON.stringify(quantisers.left), right: JSON.stringify(quantisers.right),
    },
    tensors,
  });
}

/** What the header of a file says, checked. */
export interface HeteroHead {
  readonly n: number;
  readonly p: number;
  readonly m: number;
  readonly size: number;
  readonly parameters: Readonly<Record<string, string>>;
  readonly quantisers: Readonly<Record<Side, Quantiser>>;
  readonly file: EngramFile;
  readonly name: string;
}

/** @throws EngramError on a damaged file, another model, or a header that does not fit together */
export function readHetero(source: Uint8Array, name: string): HeteroHead {
  const file = readEngram(source, name);
  if (file.model !== HETERO_MODEL) throw new EngramError(name, `model ${HETERO_MODEL}`, file.model.slice(0, 80), "Open it with the memory class of that model.");
  const { parameters } = file;
  const [n, p, m, q] = String(parameters.shape).split(" ").map(Number);
  if (![n, p, m, q].every((value) => Number.isInteger(value) && value >= 1) || m !== q || parameters.levels !== String(m)) throw damaged(name, "a shape n p m m of the levels m", String(parameters.shape).slice(0, 80));
  const size = Number(parameters.size);
  if (!Number.isSafeInteger(size) || size < 1) throw damaged(name, "at least one pair", String(parameters.size).slice(0, 80));
  const quantiser = (side: Side, columns: number): Quantiser => {
    let data: unknown;
    try {
      data = JSON.parse(parameters[side] ?? "");
    } catch {
      throw damaged(name, "a quantiser as JSON", "something else");
    }
    const found = new Quantiser(data as QuantiserData);
    if (found.columns !== columns || found.levels !== m) throw damaged(name, `a quantiser of ${columns} columns and ${m} levels`, `${found.columns} and ${found.levels}`);
    return found;
  };
  return { n, p, m, size, parameters, quantisers: { left: quantiser("left", n), right: quantiser("right", p) }, file, name };
}

/** Fills empty registers, and says what stands beside them. @throws EngramError on contents that do not fit together */
export function fillHetero({ n, p, m, size, parameters, file, name }: HeteroHead, { sides, register }: Pick<HeteroParts, "sides" | "register">): Pairs {
  const take = (key: string, kind: string, shape: readonly number[]): Tensor => {
    const found = file.tensors.get(key);
    if (found?.dtype !== kind || String(found.shape) !== String(shape)) throw damaged(name, `tensor \`${key}\` of ${kind}, shape [${shape.join(", ")}]`, found === undefined ? "none" : `${found.dtype} of shape [${found.shape.join(", ")}]`);
    return found;
  };
  const dense = file.tensors.has("table");
  const held = file.tensors.get(dense ? "table" : "rows")?.shape[0] ?? 0;
  const rows = dense ? Uint32Array.from({ length: n * p * m }, (_, row) => row) : (take("rows", "u32", [held]).data as Uint32Array);
  for (let k = 1; k < rows.length; k++) if (rows[k] <= rows[k - 1]) throw damaged(name, "ascending rows", `${rows[k - 1]}, ${rows[k]}`);
  register.load(rows, (dense ? take("table", "u16", [n, p, m, m]) : take("cells", "u16", [held, m])).data as Uint16Array, size);
  for (const [side, columns] of [["left", n], ["right", p]] as const) {
    sides[side].load(take(`${side}Cells`, "u16", [columns, m]).data as Uint16Array, take(`${side}Undefined`, "u32", [columns]).data as Uint32Array, size);
  }
  const kept = file.tensors.has("left");
  if (!kept && !file.tensors.has("keys")) throw damaged(name, "pairs or keys", "neither");
  const pairs = new Pairs(n, p, m, kept);
  const labels = file.tensors.has("labels") ? (take("labels", "u16", [size]).data as Uint16Array) : undefined;
  pairs.add(pairs.check(size, storedKeys(file, size, name), labels));
  const nextKey = Number(parameters.nextKey);
  if (!Number.isSafeInteger(nextKey) || nextKey < size) throw damaged(name, `nextKey from ${size}`, String(parameters.nextKey).slice(0, 80));
  pairs.nextKey = nextKey;
  if (kept) {
    const levels = (side: Side, columns: number): Uint16Array => {
      const read = Uint16Array.from(take(side, m <= 255 ? "u8" : "u16", [size, columns]).data as Uint8Array, (level) => (m <= 255 && level === 255 ? NO_LEVEL : level));
      const wrong = read.find((level) => level >= m && level !== NO_LEVEL);
      if (wrong !== undefined) throw damaged(name, `levels below ${m}`, String(wrong));
      return read;
    };
    const [v, w] = [levels("left", n), levels("right", p)];
    const again = new HeteroRegister(register.shape, { cap: register.settings.cap });
    again.register(v, w);
    const [mine, theirs] = [register.table.filledRows(), again.table.filledRows()];
    if (!same(mine.rows, theirs.rows) || !same(mine.cells, theirs.cells)) throw damaged(name, "a table filled by the pairs in the file", "another table");
    for (const [side, q, columns] of [["left", v, n], ["right", w, p]] as const) {
      const marked = new Uint32Array(columns * m);
      q.forEach((level, at) => (level === NO_LEVEL ? 0 : marked[(at % columns) * m + level]++));
      if (!sides[side].cells.every((cell, at) => cell === Math.min(marked[at], register.settings.cap))) throw damaged(name, `a ${side} register filled by the pairs in the file`, "another table");
    }
    pairs.addLevels(v, w);
  }
  return pairs;
}

function same(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
