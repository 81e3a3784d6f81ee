/**
 * An entropic memory as an `.engram` file (formats/engram-file.ts), model `entropic`.
 *
 *   cells          n x m   u8 (cap up to 255), u16 or u32
 *   undefinedRow   n       u32
 *   lo, hi         n, or 1 of a global quantiser, f64
 *   counts         n x m   u32, unclipped; only with exactCounts
 *   undefinedCounts   n    u32, the same of the undefined row
 *   items          N x n   u8 (m up to 255; undefined is 255) or u16 (undefined is 65535); only with items
 *   keys           bytes   JSON array in UTF-8; not where there are items and the keys are 0, 1, ... N - 1
 *   parameters             the options by name, `size` N, `nextKey`
 *
 * Whatever is read is checked: shapes and kinds, cells against the cap, levels against m, and the items against the table they filled.
 */
import { tensor, readEngram, writeEngram } from "../formats/index.ts";
import type { EngramFile, NumericArray, Tensor } from "../formats/index.ts";
import { NO_LEVEL } from "../kernels/index.ts";
import { type Backend, EngramError } from "../numeric/index.ts";
import { damaged, storedKeys } from "../dense/stored.ts";
import { Items } from "./items.ts";
import type { EntropicOptions } from "./memory.ts";
import { type OutsidePolicy, type PresetName, presetOf, type RegisterSettings, settingsOf } from "./presets.ts";
import { Quantiser, type QuantiserKind } from "./quantiser.ts";
import { AssociativeRegister } from "./register.ts";

interface Written {
  preset: PresetName;
  parameters: Readonly<Record<string, string>>;
  register: AssociativeRegister;
  quantiser: Quantiser;
  items: Items;
}

interface Read {
  options: EntropicOptions;
  register: AssociativeRegister;
  quantiser: Quantiser;
  items: Items;
}

const MODEL = "entropic";

export function writeEntropic({ preset, parameters, register, quantiser, items }: Written): Uint8Array {
  const { n, m, settings, counts, undefinedCounts } = register;
  const { cap } = settings;
  const { lo, hi, kind, precision, constantColumns, fittedOn, reference } = quantiser.data;
  const cells = cap <= 255 ? Uint8Array.from(register.cells) : register.cells;
  const tensors: Record<string, Tensor> = {
    cells: tensor(cells, [n, m]), undefinedRow: tensor(register.undefinedRow), lo: tensor(Float64Array.from(lo)), hi: tensor(Float64Array.from(hi)),
  };
  if (counts !== undefined) tensors.counts = tensor(counts, [n, m]);
  if (undefinedCounts !== undefined) tensors.undefinedCounts = tensor(undefinedCounts);
  const { levels, keys } = items;
  if (levels !== undefined) tensors.items = tensor(m <= 255 ? Uint8Array.from(levels, (level) => (level === NO_LEVEL ? 255 : level)) : levels, [keys.length, n]);
  if (levels === undefined || keys.some((key, mu) => key !== mu)) tensors.keys = tensor(new TextEncoder().encode(JSON.stringify(keys)));
  const text = Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)]));
  return writeEngram({
    model: MODEL,
    parameters: {
      ...parameters, ...text, preset, quantiser: kind, quantiserPrecision: precision, quantiserReference: String(reference), constantColumns, quantiserFittedOn: fittedOn,
      size: String(register.size), nextKey: String(items.nextKey),
    },
    tensors,
  });
}

/** @throws EngramError on a damaged file, another version or model, or contents that do not fit together */
export function readEntropic(source: Uint8Array, name = "memory file", backend?: Backend): Read {
  const file = readEngram(source, name);
  if (file.model !== MODEL) throw new EngramError(name, `model ${MODEL}`, file.model.slice(0, 80), "Open it with the memory class of that model.");
  const p = file.parameters;
  const cells = typed(file, "cells", 2, ["u8", "u16", "u32"], name);
  const [n, m] = cells.shape;
  if (n === 0 || m === 0) throw damaged(name, "a table of at least one cell", `${n} x ${m}`);
  const preset = presetOf(p.preset);
  const settings = settingsFrom(p, name);
  const register = new AssociativeRegister(n, m, { ...settings, preset: preset.name, exactCounts: file.tensors.has("counts"), backend });
  try {
    const size = wholeNumber(p, "size", name);
    const none = shaped(typed(file, "undefinedRow", 1, ["u32"], name), [n], "undefinedRow", name);
    const counts = file.tensors.has("counts") ? shaped(typed(file, "counts", 2, ["u32"], name), [n, m], "counts", name) : undefined;
    const noneCounts = counts === undefined ? undefined : shaped(typed(file, "undefinedCounts", 1, ["u32"], name), [n], "undefinedCounts", name);
    checkCounts(cells.data, counts, settings.cap, name);
    checkCounts(none, noneCounts, settings.cap, name);
    register.load(numbers(cells.data), numbers(none), size, counts && numbers(counts), noneCounts && numbers(noneCounts));
    const quantiser = quantiserFrom(file, n, m, name);
    const items = itemsFrom(file, register, name);
    const options: EntropicOptions = { ...settings, preset: preset.name, levels: m, quantiser, items: items.kept, exactCounts: counts !== undefined, backend };
    return { options, register, quantiser, items };
  } catch (error) {
    register.dispose();
    throw error;
  }
}

function settingsFrom(p: Readonly<Record<string, string>>, name: string): RegisterSettings {
  const flag = (key: string): boolean => {
    if (p[key] !== "true" && p[key] !== "false") throw damaged(name, `${key} true or false`, String(p[key]).slice(0, 80));
    return p[key] === "true";
  };
  const number = (key: string): number => {
    if (p[key] === undefined || p[key].trim() === "") throw damaged(name, `a number ${key}`, "none");
    return Number(p[key]);
  };
  return settingsOf({
    preset: presetOf(p.preset).name, cap: number("cap"), outside: p.outside as OutsidePolicy, retrieval: p.retrieval as "kernel",
    iota: number("iota"), kappa: number("kappa"), xi: number("xi"), sigma: number("sigma"),
    undefinedIsMismatch: flag("undefinedIsMismatch"), iotaOverUndefined: flag("iotaOverUndefined"), dividedByMax: flag("dividedByMax"), reference: flag("reference"),
  });
}

function quantiserFrom(file: EngramFile, n: number, m: number, name: string): Quantiser {
  const p = file.parameters;
  const [lo, hi] = (["lo", "hi"] as const).map((key) => [...numbers(typed(file, key, 1, ["f64"], name).data)]);
  return new Quantiser({
    kind: p.quantiser as QuantiserKind, levels: m, columns: n, lo, hi, precision: p.quantiserPrecision as "f32", fittedOn: String(p.quantiserFittedOn ?? "unknown").slice(0, 200),
    constantColumns: p.constantColumns as "level0", reference: p.quantiserReference === "true",
  });
}

function itemsFrom(file: EngramFile, register: AssociativeRegister, name: string): Items {
  const { n, m, size } = register;
  const kept = file.tensors.has("items");
  const N = kept ? typed(file, "items", 2, [m <= 255 ? "u8" : "u16"], name).shape[0] : size;
  if (N !== size || N === 0) throw damaged(name, `${size} stored patterns, at least one`, `${N}`);
  const items = new Items(n, m, kept);
  // Without both the size would be only a number, not to be trusted with an array of that length.
  if (!kept && !file.tensors.has("keys")) throw damaged(name, "items or keys", "neither");
  items.addKeys(items.newKeys(N, storedKeys(file, N, name)));
  items.nextKey = wholeNumber(file.parameters, "nextKey", name);
  if (items.nextKey < N) throw damaged(name, `nextKey >= ${N}`, String(items.nextKey));
  if (!kept) return items;
  const none = m <= 255 ? 255 : NO_LEVEL;
  const held = shaped(file.tensors.get("items")!, [N, n], "items", name);
  const q = Uint16Array.from(numbers(held), (level) => (level === none ? NO_LEVEL : level));
  const wrong = q.findIndex((level) => level >= m && level !== NO_LEVEL);
  if (wrong >= 0) throw damaged(name, `levels below ${m} in items`, `${q[wrong]} at item ${Math.floor(wrong / n)}, column ${wrong % n}`);
  const { settings, backend } = register;
  const again = new AssociativeRegister(n, m, { ...settings, exactCounts: register.exactCounts, backend });
  again.register(q);
  const same = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => a.length === b.length && Array.from(a).every((x, i) => x === b[i]);
  const fits = same(again.cells, register.cells) && same(again.undefinedRow, register.undefinedRow)
    && same(again.counts ?? [], register.counts ?? []) && same(again.undefinedCounts ?? [], register.undefinedCounts ?? []);
  again.dispose();
  if (!fits) throw damaged(name, "a table filled by the items in the file", "another table");
  items.addLevels(q);
  return items;
}

function checkCounts(cells: NumericArray, counts: NumericArray | undefined, cap: number, name: string): void {
  if (counts === undefined) return;
  for (let i = 0; i < counts.length; i++) {
    if (Math.min(Number(counts[i]), cap) !== Number(cells[i])) throw damaged(name, "cells that are the clipped counts", `${cells[i]} and ${counts[i]} at cell ${i}`);
  }
}

function typed(file: EngramFile, key: string, rank: number, kinds: readonly string[], name: string): Tensor {
  const found = file.tensors.get(key);
  if (found === undefined) throw damaged(name, `a tensor \`${key}\``, "none");
  if (found.shape.length !== rank || !kinds.includes(found.dtype)) throw damaged(name, `tensor \`${key}\` of ${rank} dimensions, ${kinds.join(" or ")}`, `${found.dtype} of shape [${found.shape.join(", ")}]`);
  return found;
}

function shaped({ shape, data }: Tensor, wanted: readonly number[], key: string, name: string): NumericArray {
  if (shape.length !== wanted.length || shape.some((size, i) => size !== wanted[i])) throw damaged(name, `tensor \`${key}\` of shape [${wanted.join(", ")}]`, `[${shape.join(", ")}]`);
  return data;
}

/** Kinds with 64-bit integers were refused before. */
function numbers(data: NumericArray): Exclude<NumericArray, BigInt64Array | BigUint64Array> {
  return data as Exclude<NumericArray, BigInt64Array | BigUint64Array>;
}

function wholeNumber(p: Readonly<Record<string, string>>, key: string, name: string): number {
  const value = Number(p[key]);
  if (p[key] === undefined || !Number.isSafeInteger(value) || value < 0) throw damaged(name, `a whole number ${key}`, String(p[key]).slice(0, 80));
  return value;
}
