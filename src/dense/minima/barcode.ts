/**
 * The barcode of memories over beta as a thing to keep and to ask (arXiv 2506.10801; (L19), (L37) of the notes): at which beta is which set
 * of patterns a memory, how many are there at once, which beta gives a wanted number.
 *
 * Between two neighbouring ends of windows nothing changes: `spans` lists these stretches. File: windows as tensors, see toBytes.
 */
import { readEngram, type Tensor, tensor, writeEngram } from "../../formats/index.ts";
import { EngramError } from "../../numeric/index.ts";
import { checkBeta } from "../parameters.ts";
import { asPairs, type Pairs } from "./pairs.ts";
import { countsOf, type Counts, type Window, type WindowOptions, windows } from "./windows.ts";

/** A stretch of beta with the same minima all along. */
export interface Span {
  readonly low: number;
  readonly high: number;
  readonly kept: number;
  readonly novel: number;
}

/** A beta and the number of minima there. */
export interface ChosenSpan extends Span {
  readonly beta: number;
  /** Whether the wanted number is met. */
  readonly met: boolean;
}

const MODEL = "barcode";

export class Barcode {
  /** M, the number of patterns. */
  readonly patterns: number;
  /** Windows that end at or below this were not looked for. */
  readonly minBeta: number;
  /** Whether these are all windows above `minBeta`. */
  readonly complete: boolean;
  /** By lower end, then upper end, then members. */
  readonly windows: readonly Window[];

  constructor(bars: readonly Window[], about: { patterns: number; minBeta: number; complete: boolean }) {
    ({ patterns: this.patterns, minBeta: this.minBeta, complete: this.complete } = about);
    this.windows = [...bars].sort((a, b) => a.low - b.low || (a.high === b.high ? 0 : a.high - b.high) || lexicographic(a.members, b.members));
  }

  /** Searches. @throws EngramError for options out of range */
  static of(pairs: Pairs | Float64Array, options: WindowOptions = {}): Barcode {
    const from = asPairs(pairs);
    const { windows: found, complete } = windows(from, options);
    return new Barcode(found, { patterns: from.count, minBeta: options.minBeta ?? 0, complete });
  }

  /** The windows open at beta: its minima. @throws EngramError at or below minBeta, where some are missing */
  at(beta: number): Window[] {
    this.#covers(checkBeta(beta));
    return this.windows.filter(({ low, high }) => low < beta && beta < high);
  }

  /** Kept and novel minima at each beta, ascending. */
  counts(betas: ArrayLike<number>): Counts {
    if (betas.length > 0) this.#covers(betas[0]);
    return countsOf(this.windows, betas);
  }

  /** The stretches from minBeta to infinity. */
  spans(): Span[] {
    const ends = [...new Set([this.minBeta, ...this.windows.flatMap(({ low, high }) => [low, high])])].filter((end) => end >= this.minBeta).sort((a, b) => a - b);
    if (ends.at(-1) !== Infinity) ends.push(Infinity);
    const place = new Map(ends.map((end, i) => [end, i]));
    const change = { kept: new Int32Array(ends.length), novel: new Int32Array(ends.length) };
    for (const { low, high, novel } of this.windows) {
      const line = novel ? change.novel : change.kept;
      line[place.get(Math.max(low, this.minBeta))!]++;
      line[place.get(high)!]--;
    }
    let [kept, novel] = [0, 0];
    return ends.slice(0, -1).map((low, i) => ({ low, high: ends[i + 1], kept: (kept += change.kept[i]), novel: (novel += change.novel[i]) }));
  }

  /** The stretch with the most novel minima at once; the widest (by ratio) of several. */
  peak(): Span {
    return this.spans().reduce((best, span) => (span.novel > best.novel || (span.novel === best.novel && share(span) > share(best)) ? span : best));
  }

  /**
   * The beta for a wanted number of minima: the middle of the widest stretch (by ratio) that has it, or that comes nearest to it.
   * @param what all minima, or the novel ones @throws EngramError unless wanted is a whole number, 0 or above
   */
  betaFor(wanted: number, what: "all" | "novel" = "all"): ChosenSpan {
    if (!Number.isInteger(wanted) || wanted < 0) throw new EngramError("minima wanted", "a whole number, 0 or above", String(wanted), "Ask for a number of memories.");
    const off = ({ kept, novel }: Span): number => Math.abs((what === "all" ? kept : 0) + novel - wanted);
    const best = this.spans().reduce((a, b) => (off(b) < off(a) || (off(b) === off(a) && share(b) > share(a)) ? b : a));
    const beta = best.high === Infinity ? (best.low === 0 ? 1 : 2 * best.low) : (best.low + best.high) / 2;
    return { ...best, beta, met: off(best) === 0 };
  }

  /**
   * As an `.engram` file: `low`, `high` (f64) and `novel` (u8), one per window; `members` (u32) of all windows in a row, `ends` (u32) where
   * each window's members end.
   */
  toBytes(): Uint8Array {
    const ends = new Uint32Array(this.windows.length);
    this.windows.reduce((sum, { members }, i) => (ends[i] = sum + members.length), 0);
    return writeEngram({
      model: MODEL, parameters: { patterns: String(this.patterns), minBeta: String(this.minBeta), complete: String(this.complete) },
      tensors: {
        low: tensor(Float64Array.from(this.windows, ({ low }) => low)), high: tensor(Float64Array.from(this.windows, ({ high }) => high)),
        novel: tensor(Uint8Array.from(this.windows, ({ novel }) => Number(novel))), ends: tensor(ends),
        members: tensor(Uint32Array.from(this.windows.flatMap(({ members }) => members))),
      },
    });
  }

  /** @throws EngramError on a damaged file, another model, or windows no search could have found */
  static fromBytes(source: Uint8Array, name = "barcode file"): Barcode {
    const file = readEngram(source, name);
    const damaged = (expected: string, got: string): EngramError => new EngramError(name, expected, got.slice(0, 80), "Write it again with Barcode.toBytes.");
    if (file.model !== MODEL) throw damaged(`model ${MODEL}`, file.model);
    const read = (key: string, dtype: string): Tensor["data"] => {
      const found = file.tensors.get(key);
      if (found === undefined || found.dtype !== dtype || found.shape.length !== 1) throw damaged(`a vector ${key} of ${dtype}`, found === undefined ? "none" : found.dtype);
      return found.data;
    };
    const [low, high, novel, ends, members] = [read("low", "f64"), read("high", "f64"), read("novel", "u8"), read("ends", "u32"), read("members", "u32")] as (Float64Array | Uint8Array | Uint32Array)[];
    const patterns = Number(file.parameters.patterns);
    const minBeta = Number(file.parameters.minBeta);
    if (!Number.isSafeInteger(patterns) || patterns < 1 || !(minBeta >= 0 && minBeta < Infinity)) throw damaged("a number of patterns and a smallest beta", `${file.parameters.patterns}, ${file.parameters.minBeta}`);
    if ([high, novel, ends].some(({ length }) => length !== low.length) || (ends.at(-1) ?? 0) !== members.length) throw damaged("tensors of one length", "several");
    const bars = Array.from(low, (from, i): Window => {
      const own = Array.from(members.subarray(i === 0 ? 0 : ends[i - 1], ends[i]));
      const good = own.length > 0 && own.every((mu, k) => mu < patterns && (k === 0 || mu > own[k - 1])) && from >= 0 && from < high[i];
      if (!good) throw damaged(`window ${i}: members ascending below ${patterns}, low < high`, `[${own.join(", ")}], ${from}..${high[i]}`);
      return { members: own, low: from, high: high[i], novel: novel[i] !== 0 };
    });
    return new Barcode(bars, { patterns, minBeta, complete: file.parameters.complete === "true" });
  }

  #covers(beta: number): void {
    if (!(beta > this.minBeta)) throw new EngramError("beta", `above minBeta = ${this.minBeta}`, String(beta), "Make the barcode with a smaller minBeta.");
  }
}

/** How wide a stretch is, by the ratio of its ends: 0..1. */
function share({ low, high }: Span): number {
  return high === Infinity ? 1 : (high - low) / (high + low);
}

function lexicographic(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}
