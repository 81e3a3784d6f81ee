/**
 * eta-recognition (entropic-memory.md 2.5; arXiv 2405.12500).
 *
 *   iota, kappa, xi   cell threshold, weight threshold, mismatches that are tolerated
 *   theta_j           iota S_j / c_j, the least weight of a cell that is on (statistics.ts, leastCounts)
 *
 *   (E7)  rho(v) = (1 / n) sum over the defined columns of R[j, v_j] / M
 *   (E10) mismatches(v) = #{j defined: R[j, v_j] < theta_j or 0} + #{j undefined}, the latter where the settings say so
 *   (E11) accepted: mismatches <= xi and rho >= kappa Omega.   (E12), the boolean tolerance t, is xi = t with kappa = 0
 */
import { type Cells, NO_LEVEL } from "../kernels/index.ts";
import type { RegisterSettings } from "./presets.ts";
import { reaches, type Statistics } from "./statistics.ts";

export interface Thresholds {
  iota: number;
  kappa: number;
  xi: number;
}

export interface RecognizeOptions extends Partial<Thresholds> {
  /** n entries; 0 = the cue was not asked for this column (a hidden pixel): undefined, but no mismatch whatever the settings say. */
  visible?: ArrayLike<number>;
}

/** What a register can be asked with, by name: any question takes what retrieval takes, so that one set of options serves them all. */
export const QUESTION_OPTIONS: readonly string[] = ["visible", "iota", "kappa", "xi", "sigma", "temperature", "mode", "seed", "sample", "numbers"];

/** Of a batch of Q cues. */
export interface Recognized {
  /** 1 where accepted. */
  readonly accepted: Uint8Array;
  readonly mismatches: Int32Array;
  /** rho. */
  readonly weights: Float64Array;
}

/** One column that speaks against a cue. */
export interface Rejection {
  readonly column: number;
  /** `outside`: no level of the register; `undefined`: no level at all; `empty`: never registered; `iota`: registered, but too rarely. */
  readonly test: "outside" | "undefined" | "empty" | "iota";
  /** The level asked for, as it came. */
  readonly level: number;
  /** R[j, v_j]; 0 where there is none. */
  readonly count: number;
  /** What it would have to be. */
  readonly least: number;
}

/** Why one cue is accepted or not. */
export interface Explanation {
  readonly accepted: boolean;
  readonly mismatches: number;
  /** Mismatches that may still come (below 0: too many by so much). */
  readonly xiMargin: number;
  /** rho, and what it has to reach: kappa Omega. */
  readonly weight: number;
  readonly leastWeight: number;
  /** Which tests failed: `xi` too many mismatches, `kappa` too light. */
  readonly failed: readonly ("xi" | "kappa")[];
  /** Every mismatch, by column. */
  readonly columns: readonly Rejection[];
  /** In one sentence; undefined where accepted. */
  readonly reason?: string;
}

/** What a decision rests on. */
export interface Asked {
  readonly cells: Cells;
  readonly statistics: Statistics;
  readonly settings: RegisterSettings;
  /** n counts, (E9). */
  readonly least: Uint32Array;
  readonly visible?: ArrayLike<number>;
}

/** Columns a reason names. */
const SHOWN = 5;

/** @param v Q x n levels, undefined in every column that `visible` hides */
export function recognize({ cells, statistics, settings, least, visible }: Asked, v: Uint16Array): Recognized {
  const { n } = cells;
  const { weights: sums, misses, hidden } = cells.look(v, least);
  const M = settings.dividedByMax ? statistics.max : 1;
  const weights = sums.map((sum) => sum / n / M);
  const excused = visible === undefined ? 0 : Array.from(visible).filter((shown) => shown === 0).length;
  const mismatches = settings.undefinedIsMismatch ? misses.map((count, c) => count + hidden[c] - excused) : misses;
  const bound = settings.kappa * statistics.meanWeight;
  const accepted = Uint8Array.from(mismatches, (count, c) => (count <= settings.xi && reaches(weights[c], bound, n) ? 1 : 0));
  return { accepted, mismatches, weights };
}

/** @param raw the n levels as they came @param v the same, checked */
export function explain(asked: Asked, raw: readonly number[], v: Uint16Array): Explanation {
  const { cells, statistics, settings, least } = asked;
  const { m } = cells;
  const { accepted, mismatches, weights } = recognize(asked, v);
  const R = cells.view;
  const columns: Rejection[] = [];
  v.forEach((level, column) => {
    if (asked.visible?.[column] === 0) return;
    const came = raw[column];
    if (level === NO_LEVEL) {
      const test = came >= m && came !== NO_LEVEL || came < 0 ? "outside" : "undefined";
      if (settings.undefinedIsMismatch) columns.push({ column, test, level: came, count: 0, least: least[column] });
    } else if (R[column * m + level] < least[column]) {
      const count = R[column * m + level];
      columns.push({ column, test: count === 0 ? "empty" : "iota", level, count, least: least[column] });
    }
  });
  const leastWeight = settings.kappa * statistics.meanWeight;
  const failed: ("xi" | "kappa")[] = [];
  if (mismatches[0] > settings.xi) failed.push("xi");
  if (!reaches(weights[0], leastWeight, cells.n)) failed.push("kappa");
  const reason = accepted[0] === 1 ? undefined : failed.map((test) => (test === "xi" ? tooMany(columns, settings.xi, cells.n) : `its weight ${weights[0]} is below ${leastWeight} (kappa ${settings.kappa})`)).join("; ");
  return { accepted: accepted[0] === 1, mismatches: mismatches[0], xiMargin: settings.xi - mismatches[0], weight: weights[0], leastWeight, failed, columns, reason };
}

function tooMany(columns: readonly Rejection[], xi: number, n: number): string {
  const words = { outside: "outside the range", undefined: "undefined", empty: "never registered", iota: "registered too rarely" };
  const kinds = (["outside", "undefined", "empty", "iota"] as const).flatMap((test) => {
    const count = columns.filter((column) => column.test === test).length;
    return count === 0 ? [] : [`${count} ${words[test]}`];
  });
  const names = columns.slice(0, SHOWN).map(({ column }) => column).join(", ");
  const more = columns.length > SHOWN ? `, ... (${columns.length})` : "";
  return `${columns.length} of ${n} columns do not match (xi allows ${xi}): ${kinds.join(", ")}; columns ${names}${more}`;
}
