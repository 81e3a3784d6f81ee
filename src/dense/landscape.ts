/**
 * What the dynamics need to know of an energy, whether it stands on packed rows (continuous.ts, lsr.ts, kernel-energy.ts) or is
 * composed by the user (energy.ts): its value and fixed-point step at many states, and its gradient.
 */
import { EngramError } from "../numeric/index.ts";
import type { Rows } from "../kernels/index.ts";
import type { Nearby, RowSearch } from "./nearby.ts";

/** One evaluation at a state. */
export interface Evaluation {
  readonly energy: number;
  /** Where the fixed-point step leads; undefined off the support. */
  readonly next: Float64Array | undefined;
  /** Size of the terms the energy is computed from, at least 1/beta for Q = log: its rounding is relative to this. */
  readonly scale: number;
  /** Compact support: the share of the stored rows of which a coordinate was read. */
  readonly scanned?: number;
}

export interface Landscape {
  readonly dim: number;
  /** Of the scores: decides what counts as rounding. */
  readonly precision: "f32" | "f64";
  /** Whether equal sets give equal bits, so that the fixed point is reached exactly (LSR): then the default tolerance is 0. */
  readonly finite: boolean;
  /** At Q states (Q x D numbers): every evaluation has the bits it has alone. */
  evaluate(X: Float64Array, visible?: ArrayLike<number>): Evaluation[];
  /** grad E, D numbers; 0 at hidden coordinates and off the support. */
  gradient(x: Float64Array, visible?: ArrayLike<number>): Float64Array;
}

/** What an energy of compact support reads off the rows near a state. */
export interface Compact {
  /** No row at a larger squared distance weighs anything: 2/beta, with room for rounding. */
  readonly within: number;
  readonly search: RowSearch;
  /** LSR: the active set B(x), ascending. */
  membersOf?(near: Nearby): readonly number[];
  /** Weights over all N rows. */
  weightsOf(near: Nearby, N: number): Float64Array;
}

/** An energy over packed rows. */
export interface ContinuousEnergy {
  readonly name: string;
  readonly beta: number;
  /** See {@link Landscape}. */
  readonly finite?: boolean;
  /** Where only rows near a state count. */
  readonly compact?: Compact;
  /** At Q states (Q x D numbers): every evaluation has the bits it has alone. */
  evaluate(rows: Rows, X: Float64Array, visible?: ArrayLike<number>): Evaluation[];
  /** Weights p over the stored rows at x; all 0 off the support. */
  weights(rows: Rows, x: Float64Array, visible?: ArrayLike<number>): Float64Array;
  /** grad E; 0 at hidden coordinates, and off the support, where the energy is flat or infinite. */
  gradient(rows: Rows, x: Float64Array, visible?: ArrayLike<number>): Float64Array;
}

export function landscapeOf(rows: Rows, energy: ContinuousEnergy): Landscape {
  return {
    dim: rows.dim, precision: rows.precision, finite: energy.finite ?? false,
    evaluate: (X, visible) => energy.evaluate(rows, X, visible),
    gradient: (x, visible) => energy.gradient(rows, x, visible),
  };
}

/** @throws EngramError for a score that left the range of the stored numbers */
export function finiteScore(score: number, precision: "f32" | "f64", what: string): number {
  if (!Number.isFinite(score)) {
    throw new EngramError(what, `a number that ${precision} can hold`, String(score), `Sums of these values overflow: scale the data${precision === "f32" ? ", or store it as f64" : ""}.`);
  }
  return score;
}

/** D / V; 1 without a mask. @throws EngramError when nothing is visible */
export function visibleScale(dim: number, visible?: ArrayLike<number>): number {
  if (visible === undefined) return 1;
  let V = 0;
  for (let k = 0; k < dim; k++) if (visible[k] !== 0) V++;
  if (V === 0) throw new EngramError("visible", "at least one visible coordinate", "none", "A cue that shows nothing cannot be recalled.");
  return dim / V;
}

/** scale (W x - sum) at the visible coordinates, 0 at the hidden ones: the shape of every gradient here. */
export function visibleGradient(x: Float64Array, W: number, sum: Float64Array, scale: number, visible?: ArrayLike<number>): Float64Array {
  return x.map((value, k) => (visible !== undefined && visible[k] === 0 ? 0 : scale * (W * value - sum[k])));
}
