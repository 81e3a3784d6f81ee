/** Reads fixtures/universal/golden.json (see generate.py beside it) and compares numbers. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

type Plain = number | string;

export interface Golden {
  similarities: {
    name: string; Xi: number[][]; cues: number[][]; visible: number[];
    scores: Record<string, number[][]>; masked: Record<string, number[][]>;
  }[];
  separations: { name: string; s: number[]; beta: number; weights: Record<string, number[]> }[];
  projections: { P: number[][]; w: number[]; q: number[]; bipolar: number[][]; z: Record<string, number[]> };
  reference: {
    name: string; M: number[][]; Q: number[][]; similarity: Record<string, Plain[][]>;
    weights: { similarity: string; separation: string; a: number; w: Plain[][]; argmax: number[] }[];
  }[];
}

export function golden(): Golden {
  return JSON.parse(readFileSync(join(process.cwd(), "fixtures/universal/golden.json"), "utf8")) as Golden;
}

/** Largest |a - b| / max(|b|, floor); Infinity when lengths, NaN or infinities disagree. */
export function worst(a: ArrayLike<number>, b: ArrayLike<number | string>, floor = 1): number {
  if (a.length !== b.length) return Infinity;
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    const wanted = Number(b[i]);
    if (Number.isFinite(wanted) && Number.isFinite(a[i])) most = Math.max(most, Math.abs(a[i] - wanted) / Math.max(Math.abs(wanted), floor));
    else if (!Object.is(a[i], wanted)) return Infinity;
  }
  return most;
}

/** A small seeded generator (mulberry32) for test data, independent of the library's own. */
export function random(seed: number): { uniform(): number; normal(): number; integer(n: number): number } {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    integer: (n) => Math.floor(uniform() * n),
  };
}

export function matrix(N: number, D: number, value: () => number): number[][] {
  return Array.from({ length: N }, () => Array.from({ length: D }, value));
}
