/** The numbers of modern-methods.md chapter 12, the golden file of fixtures/hamux, and comparisons. */
import { readFileSync } from "node:fs";
import type { NdArray } from "../../src/autodiff/index.ts";

/** Element k is a sin(0.7 k + s), row-major. */
export function fill(shape: number | readonly number[], s: number, a = 1): NdArray {
  const sizes = typeof shape === "number" ? [shape] : shape;
  return { shape: sizes, data: Float64Array.from({ length: sizes.reduce((m, n) => m * n, 1) }, (_, k) => a * Math.sin(0.7 * k + s)) };
}

export interface Golden {
  lagrangians: Record<string, { L: number[]; xhat: number[]; E: number[]; Hv: number[] }>;
  synapses: Record<string, { shapes: number[][]; E: number[]; signals: number[][] }>;
  dynamics: Record<"euler" | "rk4", { energies: number[]; end: Record<string, number[]> }>;
}

export function golden(): Golden {
  return JSON.parse(readFileSync("fixtures/hamux/golden.json", "utf8")) as Golden;
}

/** Largest |a - b| / max(|b|, floor); Infinity where lengths or NaN disagree. */
export function off(a: ArrayLike<number>, b: ArrayLike<number>, floor = 1): number {
  if (a.length !== b.length) return Infinity;
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    const one = Math.abs(a[i] - b[i]) / Math.max(Math.abs(b[i]), floor);
    most = Number.isNaN(one) ? Infinity : Math.max(most, one);
  }
  return most;
}
