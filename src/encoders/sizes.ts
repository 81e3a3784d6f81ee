/** The numbers of a layer, checked when it is added to a graph: the error names the layer and the option. */
import type { Pair } from "../kernels/index.ts";
import { EngramError } from "../numeric/index.ts";

/** One number stands for rows and columns alike. */
export type Size = number | Pair;

/** Far above any network, and small enough that places stay whole numbers of 32 bits. */
const LARGEST = 2 ** 20;

/** @throws EngramError unless n is a whole number from `least` to 2^20 */
export function whole(layer: string, option: string, n: number, least: number): number {
  if (!Number.isInteger(n) || n < least || n > LARGEST) throw new EngramError(`layer ${layer}, ${option}`, `a whole number from ${least} to ${LARGEST}`, String(n), "Check the architecture.");
  return n;
}

/** Rows and columns. @throws EngramError where there are not two */
export function both(layer: string, option: string, size: Size): Pair {
  const two = typeof size === "number" ? [size, size] as const : size;
  if (!Array.isArray(two) || two.length !== 2) throw new EngramError(`layer ${layer}, ${option}`, "one number, or rows and columns", String(size), "Check the architecture.");
  return two as Pair;
}

/** The same, each checked as `whole` does. */
export function pair(layer: string, option: string, size: Size, least: number): Pair {
  const [down, across] = both(layer, option, size);
  return [whole(layer, option, down, least), whole(layer, option, across, least)];
}

/** @throws EngramError where an axis is above its limit */
export function within(layer: string, option: string, size: Pair, limits: Pair, why: string): void {
  if (size.some((n, d) => n > limits[d])) throw new EngramError(`layer ${layer}, ${option}`, `at most ${limits.join(" x ")}`, size.join(" x "), why);
}

/** @throws EngramError unless x is finite and `fits` */
export function number(layer: string, option: string, x: number, fits: boolean, expected: string): number {
  if (!Number.isFinite(x) || !fits) throw new EngramError(`layer ${layer}, ${option}`, expected, String(x), "Check the architecture.");
  return x;
}
