/**
 * Levels as the tables take them: u16, NO_LEVEL for undefined; and what becomes of numbers outside 0 .. m - 1 (entropic-memory.md 2.6).
 *
 *   policy      v < 0 or v >= m            NaN
 *   error       refused                    refused
 *   undefined   undefined                  undefined
 *   clip        0 or m - 1                 undefined
 */
import { NO_LEVEL } from "../kernels/index.ts";
import { EngramError } from "../numeric/index.ts";
import { checkMask } from "../dense/recall-options.ts";
import type { OutsidePolicy } from "./presets.ts";

/** Rows of n levels, one after the other: u16 with NO_LEVEL for undefined, or any numbers, which the policy decides about. */
export type Levels = ArrayLike<number>;

/**
 * Checked levels, ready for a table. A Uint16Array passes as it is where every level is one.
 * @param reference under the policy `error`, a level m makes its whole cue undefined, as in the code of 2021
 * @throws EngramError on a part of a row, a fraction, and under the policy `error` anything outside 0 .. m - 1 (says where)
 */
export function levelsOf(v: Levels, n: number, m: number, outside: OutsidePolicy, reference = false): Uint16Array {
  if (typeof v !== "object" || v === null || !Number.isInteger(v.length)) throw new EngramError("levels", "an array of whole numbers", String(v), "Pass what a quantiser gave.");
  if (v.length % n !== 0) throw new EngramError("levels", `a multiple of ${n}, the columns of the register`, String(v.length), "Pass whole cues of the register's width.");
  const packed = v instanceof Uint16Array;
  if (packed && inside(v, m)) return v;
  const out = new Uint16Array(v.length);
  if (reference && outside === "error") {
    return Uint16Array.from(v, (level, at) => {
      const row = at - (at % n);
      for (let j = 0; j < n; j++) if (v[row + j] === m) return NO_LEVEL;
      return level >= 0 && level < m && Number.isInteger(level) ? level : stray(level, m, outside, at, n);
    });
  }
  for (let at = 0; at < v.length; at++) {
    const level = v[at];
    if (level >= 0 && level < m && Number.isInteger(level)) out[at] = level;
    else if (packed && level === NO_LEVEL) out[at] = NO_LEVEL;
    else out[at] = stray(level, m, outside, at, n);
  }
  return out;
}

/** `levelsOf`, with columns that `visible` hides undefined: what stands in them is not looked at. @throws EngramError as `levelsOf`, and for another number of entries, or a NaN among them */
export function visibleLevels(v: Levels, visible: ArrayLike<number>, n: number, m: number, outside: OutsidePolicy, reference: boolean): Uint16Array {
  checkMask("visible", visible, n);
  const shown = v instanceof Uint16Array ? v.slice() : Float64Array.from(v);
  for (let at = 0; at < shown.length; at++) if (visible[at % n] === 0) shown[at] = 0;
  const q = levelsOf(shown, n, m, outside, reference);
  for (let at = 0; at < q.length; at++) if (visible[at % n] === 0) q[at] = NO_LEVEL;
  return q;
}

function stray(level: number, m: number, outside: OutsidePolicy, at: number, n: number): number {
  const where = `level, row ${Math.floor(at / n)}, column ${at % n}`;
  if (outside === "error") throw new EngramError(where, `a whole number from 0 to ${m - 1}`, String(level), 'Quantise with the range of all patterns, or choose the policy "undefined" or "clip".');
  if (Number.isNaN(level)) return NO_LEVEL;
  if (!Number.isInteger(level) && Math.abs(level) !== Infinity) throw new EngramError(where, "a whole number", String(level), "Pass what a quantiser gave.");
  if (outside === "undefined") return NO_LEVEL;
  return level < 0 ? 0 : m - 1;
}

function inside(v: Uint16Array, m: number): boolean {
  for (let at = 0; at < v.length; at++) if (v[at] >= m && v[at] !== NO_LEVEL) return false;
  return true;
}

/** Unclipped counts of levels, n x m and n. */
export function countInto(counts: { cells: Uint32Array; none: Uint32Array }, q: Uint16Array, n: number, m: number): void {
  for (let at = 0; at < q.length; at++) {
    const j = at % n;
    if (q[at] === NO_LEVEL) counts.none[j]++;
    else counts.cells[j * m + q[at]]++;
  }
}
