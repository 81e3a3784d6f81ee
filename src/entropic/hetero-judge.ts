/**
 * (E31) for many objects of one cue (entropic-memory.md section 10; arXiv 2411.02438): how far w, projected back, lies from the cue v.
 *
 *   d = sum over the defined i of sum_a (a - v_i)^2 pi_i(a) / #defined, pi_i ~ A[i] where Z = 0; A[i,a] = sum_j h_j T_iota[i,j,a,w_j], h_j = P[j,w_j]
 *
 * Whatever a column of w has nothing in is out (Z > 0): after a few columns little is left, and the rest are read there alone.
 */
import { NO_LEVEL } from "../kernels/index.ts";
import type { HeteroRegister, Projection, Side } from "./hetero-register.ts";
import type { Levels } from "./levels.ts";

/** Rows of the table that candidates of one cue need, each fetched once: they lie scattered, and 128 candidates share them. */
export class BackRows {
  readonly #register: HeteroRegister;
  readonly #side: Side;
  readonly #rows = new Map<number, Uint16Array>();

  /** @param side the side that is recalled */
  constructor(register: HeteroRegister, side: Side) {
    this.#register = register;
    this.#side = side;
  }

  /** What meets level b of column j. */
  of(j: number, b: number): Uint16Array {
    const { q, m } = this.#register.shape;
    const name = j * (this.#side === "right" ? q : m) + b;
    let row = this.#rows.get(name);
    if (row === undefined) this.#rows.set(name, (row = this.#register.rowOf(this.#side, j, b)));
    return row;
  }
}

/** P over its common factor n / (number of defined columns): whole numbers. */
export function wholeWeights({ P }: Projection, defined: number, own: number): Float64Array {
  return P.map((weight) => Math.round((weight * defined) / own));
}

/** Judges objects of one cue, one after the other: the bits of `Candidate.distance`. */
export class Judge {
  readonly #rows: BackRows;
  readonly #v: Uint16Array;
  readonly #m: number;
  readonly #other: number;
  readonly #counts: Float64Array;
  readonly #alive: Int32Array;
  readonly #A: Float64Array;

  constructor(register: HeteroRegister, side: Side, v: Levels, projection: Projection, rows: BackRows) {
    const { n, m, p, q } = register.shape;
    const [own, levels] = side === "left" ? [n, m] : [p, q];
    this.#rows = rows;
    this.#v = register.levels(side, v);
    [this.#m, this.#other] = [levels, projection.levels];
    this.#counts = wholeWeights(projection, this.#v.filter((level) => level !== NO_LEVEL).length, own);
    [this.#alive, this.#A] = [new Int32Array(own * levels), new Float64Array(own * levels)];
  }

  distance(w: Uint16Array): number {
    const [alive, A] = [this.#alive, this.#A];
    let count = -1;
    w.forEach((b, j) => {
      if (b === NO_LEVEL) return;
      const row = this.#rows.of(j, b);
      const weight = this.#counts[j * this.#other + b];
      const before = count < 0 ? row.length : count;
      let kept = 0;
      for (let k = 0; k < before; k++) {
        const at = count < 0 ? k : alive[k];
        const held = row[at];
        if (held === 0) continue;
        A[kept] = (count < 0 ? 0 : A[k]) + weight * held;
        alive[kept++] = at;
      }
      count = kept;
    });
    const m = this.#m;
    let [sum, k] = [0, 0];
    let defined = 0;
    for (let i = 0; i < this.#v.length; i++) {
      const wanted = this.#v[i];
      if (wanted !== NO_LEVEL) defined++;
      let [mass, spread] = [0, 0];
      for (; k < count && alive[k] < (i + 1) * m; k++) {
        const away = alive[k] - i * m - wanted;
        mass += A[k];
        spread += A[k] * away * away;
      }
      if (mass > 0 && wanted !== NO_LEVEL) sum += spread / mass;
    }
    return defined === 0 ? 0 : sum / defined;
  }
}
