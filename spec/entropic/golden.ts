/** Reads fixtures/entropic/golden.json (see generate.py beside it), and the literal twin: the memory as the equations are written, slowly. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Golden {
  quantisers: { z: number[][]; fresh: number[]; cases: { m: number; kind: "local" | "global" | "percentile"; q32: number[]; q64: number[]; back: number[] }[] };
  registers: {
    n: number; m: number; cap: number; iota: number; kappa: number; xi: number; over: boolean; items: number[]; cells: number[]; undefinedRow: number[];
    H: number[]; omega: number[]; max: number; cues: number[]; rho: number[]; cases: { strict: boolean; mismatches: number[]; accepted: number[] }[];
    sigma: number; beta: number[][];
  }[];
  triangular: { a: number; b: number; mode: number; u: number[]; x: number[] }[];
  hetero: {
    n: number; p: number; m: number; q: number; iota: number; left: number[]; right: number[]; table: number[]; H: number; mean: number;
    cues: { v: number[]; w: number[]; g: number[]; P: number[]; recognised: boolean; distance: number; mismatches: number; weight: number }[];
  }[];
  tree: { n: number; m: number; items: number[]; information: number[]; edges: number[][]; sigma: number; cue: number[]; marginals: number[]; map: number[]; mapShare: number };
}

export function golden(): Golden {
  return JSON.parse(readFileSync(join(process.cwd(), "fixtures/entropic/golden.json"), "utf8")) as Golden;
}

export function worst(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Number.isNaN(a[i]) ? Infinity : Math.abs(a[i] - b[i]) / Math.max(1, Math.abs(b[i])));
  return most;
}

/** The equations one by one, on arrays of arrays. */
export class Literal {
  readonly n: number;
  readonly m: number;
  readonly C: number;
  readonly R: number[][];
  readonly none: number[];
  constructor(n: number, m: number, C: number) {
    [this.n, this.m, this.C] = [n, m, C];
    this.R = Array.from({ length: n }, () => new Array<number>(m).fill(0));
    this.none = new Array<number>(n).fill(0);
  }
  register(v: readonly number[]): void { // (E3)
    v.forEach((i, j) => {
      if (i >= 0 && i < this.m) this.R[j][i] = Math.min(this.R[j][i] + 1, this.C);
      else this.none[j] = Math.min(this.none[j] + 1, this.C);
    });
  }
  get M(): number { return Math.max(...this.R.flat()) || 1; }
  get H(): number { // (E6)
    const each = this.R.map((row) => {
      const S = row.reduce((a, b) => a + b, 0);
      return S === 0 ? 0 : -row.reduce((h, x) => h + (x === 0 ? 0 : (x / S) * Math.log2(x / S)), 0);
    });
    return each.reduce((a, b) => a + b, 0) / this.n;
  }
  rho(v: readonly number[]): number { // (E7)
    return v.reduce((sum, i, j) => sum + (i >= 0 && i < this.m ? this.R[j][i] / this.M : 0), 0) / this.n;
  }
  get Omega(): number { // (E8)
    return this.R.reduce((sum, row) => sum + row.reduce((a, b) => a + b, 0) / Math.max(1, row.filter((x) => x > 0).length) / this.M, 0) / this.n;
  }
  mismatches(v: readonly number[], iota: number, undefinedIsMismatch: boolean): number { // (E9), (E10)
    let count = 0;
    v.forEach((i, j) => {
      if (!(i >= 0 && i < this.m)) {
        if (undefinedIsMismatch) count++;
        return;
      }
      const all = [...this.R[j], this.none[j]];
      const theta = iota * all.reduce((a, b) => a + b, 0) / all.filter((x) => x > 0).length;
      const on = this.R[j][i] >= theta ? this.R[j][i] : 0;
      if (on === 0) count++;
    });
    return count;
  }
  /** (E13), normalised. */
  beta(v: readonly number[], sigma: number): number[][] {
    const s = sigma * this.m;
    return v.map((at, j) => {
      const a = this.R[j].map((r, i) => r * (at >= 0 && at < this.m ? Math.exp(-((i - at) ** 2) / (2 * s * s)) : 1));
      const sum = a.reduce((x, y) => x + y, 0);
      return a.map((x) => x / sum);
    });
  }
}

/** The chi-square statistic of counts against probabilities, cells expecting fewer than 5 pooled, and its degrees of freedom. */
export function chiSquare(counts: ArrayLike<number>, p: ArrayLike<number>, draws: number): { statistic: number; freedom: number } {
  let [statistic, freedom, restCount, restExpected] = [0, -1, 0, 0];
  for (let i = 0; i < p.length; i++) {
    const expected = p[i] * draws;
    if (expected < 5) {
      restCount += counts[i];
      restExpected += expected;
      continue;
    }
    statistic += (counts[i] - expected) ** 2 / expected;
    freedom++;
  }
  if (restExpected > 0.5) {
    statistic += (restCount - restExpected) ** 2 / restExpected;
    freedom++;
  }
  return { statistic, freedom: Math.max(freedom, 1) };
}
