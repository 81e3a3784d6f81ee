/**
 * Rounding of distances, bounded: what makes the pruning of support-index.ts safe (never an approximation).
 *
 *   d^  a distance as computed, d as it is; u the unit roundoff of the arithmetic
 *
 * A squared distance is a sum of n squares of differences, none below 0, added one after the other in blocks of 256:
 *   (1 - g) d^2 - t <= d^^2 <= (1 + g) d^2 + t,   g = m u / (1 - m u), m = min(n, 256) + ceil(n / 256) + 4,   t = n times the least number
 * (each term is rounded three times and takes part in at most min(n, 256) + ceil(n / 256) additions; t is for squares that underflow).
 * Sums of terms that are not negative never fall while they are rounded: a partial sum is a lower bound as it stands, without any g.
 * The triangle inequality |d(x, c) - d(c, xi)| <= d(x, xi) holds between the numbers stored; its two sides are f64, inflated by the same g.
 */
import type { Precision } from "../numeric/index.ts";
import { BLOCK_K } from "../kernels/index.ts";

export interface Rounding {
  /** Relative error of a squared distance: g. */
  readonly g: number;
  /** Absolute error of a squared distance: t. */
  readonly t: number;
}

/** g and t for sums of n squares, in blocks or (`plain`) without. g is Infinity where nothing can be said (m beyond 1 / 2u). */
export function roundingOf(precision: Precision, n: number, plain = false): Rounding {
  const [u, least] = precision === "f32" ? [2 ** -24, 2 ** -149] : [2 ** -53, 2 ** -1074];
  const mu = ((plain ? n : Math.min(n, BLOCK_K) + Math.ceil(n / BLOCK_K)) + 4) * u;
  return { g: mu < 0.5 ? mu / (1 - mu) : Infinity, t: n * least };
}

/** No row whose computed squared distance is at most `squared` is farther than this. */
export function reach(squared: number, { g, t }: Rounding): number {
  return g < 0.5 ? Math.sqrt((squared + t) / (1 - g)) * (1 + 1e-14) : Infinity;
}

/** How far a computed distance may be off: by g / 2 of it and the root of t; twice that, to be plain. */
export function slack(distance: number, { g, t }: Rounding): number {
  return 1.01 * g * distance + 2 * Math.sqrt(t);
}
