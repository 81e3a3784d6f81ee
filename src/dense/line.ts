/**
 * Energies on a line: what a row of samples holds of minima, flat stretches, ridges and shoulders, and two patterns at -1 and +1 under any
 * kernel (arXiv 2506.10801, Figures 1 and 6; sections 4.3 and 7.1 of the notes).
 *
 *   t_c = (x - c)^2 / h^2, c = -1, +1;  f(x) = sum_c kappa(t_c);  E(x) = -log(f / h + eps), no 1/beta (authors' code)
 *   force  F(x) = sum_c -kappa'(t_c) (x - c); E falls where F < 0 as x grows
 *
 * Deviation: the authors' detector calls a point a minimum if neither neighbour is lower, so that ridges and shoulders pass too. Here equal
 * neighbours are one stretch, and what lies on its two sides says what it is.
 */
import { EngramError, log } from "../numeric/index.ts";
import type { Kernel } from "./kernel.ts";

export interface Stretch {
  /** Minimum: a point, or two equal neighbours around it. Flat minimum, ridge, shoulder: three samples or more of one energy. */
  readonly kind: "minimum" | "flat minimum" | "ridge" | "shoulder";
  /** First and last sample. */
  readonly from: number;
  readonly to: number;
}

export interface StretchOptions {
  /** Samples at or above it count as off the support: they are no stretch, and higher than any other. Default Infinity. */
  ceiling?: number;
  /** Neighbours that differ by no more are equal. Default 1e-12: the rounding of energies near 1. */
  tolerance?: number;
}

/** The stretches of a row of energies, in order; beyond its ends the energy counts as higher. @throws EngramError on a NaN */
export function stretches(energies: ArrayLike<number>, { ceiling = Infinity, tolerance = 1e-12 }: StretchOptions = {}): Stretch[] {
  const n = energies.length;
  for (let i = 0; i < n; i++) if (Number.isNaN(energies[i])) throw new EngramError(`energies, sample ${i}`, "a number or Infinity", "NaN", "Find where it arose.");
  const at = (i: number): number => (i < 0 || i >= n || energies[i] >= ceiling ? Infinity : energies[i]);
  const found: Stretch[] = [];
  for (let from = 0, to = 0; from < n; from = to + 1) {
    to = from;
    if (at(from) === Infinity) continue;
    while (to + 1 < n && Math.abs(at(to + 1) - at(to)) <= tolerance) to++;
    const higher = [at(from - 1) > at(from), at(to + 1) > at(to)];
    const flat = to - from >= 2;
    if (higher[0] && higher[1]) found.push({ kind: flat ? "flat minimum" : "minimum", from, to });
    else if (flat) found.push({ kind: higher[0] || higher[1] ? "shoulder" : "ridge", from, to });
  }
  return found;
}

/** E of two patterns at -1 and +1 at bandwidth h. @param norm what the kernel is divided by besides h @throws EngramError unless h is above 0 */
export function pairEnergy(kernel: Kernel, h: number, eps = 0, norm = 1): (x: number) => number {
  checkBandwidth(h);
  return (x) => 0 - log((kernel.kappa(((x - 1) / h) ** 2) + kernel.kappa(((x + 1) / h) ** 2)) / (h * norm) + eps);
}

/** F of the same two patterns. */
export function pairForce(kernel: Kernel, h: number): (x: number) => number {
  checkBandwidth(h);
  return (x) => [-1, 1].reduce((sum, c) => sum + kernel.weight(((x - c) / h) ** 2) * (x - c), 0);
}

function checkBandwidth(h: number): void {
  if (!(h > 0 && h < Infinity)) throw new EngramError("bandwidth", "a finite number above 0", String(h), "It is the kernel's radius.");
}

/** An interval of bandwidths, both ends open. */
export interface Bandwidths {
  readonly low: number;
  readonly high: number;
}

/**
 * u* where the kernel's profile K(u) turns from hollow-down to hollow-up: K''(u) < 0 for u < u*. The edge of the support where it never
 * turns; undefined where K'' is not negative at the centre's side at all (triangle, uniform). By bisection on the slope of u (-kappa'(u^2)),
 * which is -K'/2, to 1e-9.
 */
export function inflection(kernel: Kernel): number | undefined {
  const step = 1e-5; // a central difference: error step^2, rounding 1e-16 / step
  const slope = (u: number): number => ((u + step) * kernel.weight((u + step) ** 2) - (u - step) * kernel.weight((u - step) ** 2)) / (2 * step);
  const edge = Math.min(Math.sqrt(kernel.support), 10);
  let [low, high] = [edge / 100, edge - 2 * step];
  if (!(slope(low) > 1e-9)) return undefined;
  if (slope(high) > 1e-9) return edge;
  while (high - low > 1e-10) {
    const middle = (low + high) / 2;
    if (slope(middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * The bandwidths at which this pair has both: minima exactly at the patterns, and a minimum midway between them. Undefined where none has.
 *
 *   a pattern is exact iff it does not feel the other:        1 <= 2/h, i.e. h <= 2 (kernels on [-1, 1]); never for the Gaussian
 *   the middle is a minimum iff K''(1/h) < 0 in the support:  1/h < u*, i.e. h > 1/u*
 *
 * u* solves (u kappa'(u^2))' = 0: (1 - u^2)^n has u* = 1/sqrt(2 n - 1), the tricube 4^{-1/3}, the cosine and Epanechnikov (n = 1) the edge.
 * The triangle (K'' = 0) and the uniform (K' = 0) have stretches only.
 */
export function pairWindow(kernel: Kernel): Bandwidths | undefined {
  const turn = inflection(kernel);
  if (turn === undefined || kernel.support === Infinity || 1 / turn >= 2) return undefined;
  return { low: 1 / turn, high: 2 };
}
