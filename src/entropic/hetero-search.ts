/**
 * Retrieval from a projection (entropic-memory.md section 10; arXiv 2411.02438): there is no cue on the side that is recalled, so objects
 * are drawn from P and judged by how well they project back onto the cue.
 *
 *   v        n        the cue, on its side              P      p x q   its projection to the other side
 *   w, h     p        a candidate, h_j = P[j, w_j]      A, Z   n x m   A[i,a] = sum_j h_j T_iota[i,j,a,w_j], Z[i,a] = #{j: T_iota = 0}
 *
 *   (E30) random: w_j ~ P[j]           (E31) d = sum over the defined i of sum_a (a - v_i)^2 pi_i(a) / #defined, pi_i ~ A[i] where Z = 0
 *   (E32) sample and test: the first draw and up to 127 distinct others, 127 redraws for each; the smallest d
 *   (E33) sample, then search: from there +-1 moves onto cells of P that are not empty, in random order, the first that lowers d, until none does
 *   (E35) cue, an oracle: P modulated by the true partner, one draw
 *   (E36) a move on column j changes A and Z by the rows of w_j alone; counts are whole numbers, so this is exact
 *
 * Quirk kept: a column i that nothing projects back to adds nothing to d.
 */
import { NO_LEVEL } from "../kernels/index.ts";
import { EngramError } from "../numeric/index.ts";
import type { Rng } from "../numeric/index.ts";
import type { HeteroRegister, Projection, Side } from "./hetero-register.ts";
import type { Levels } from "./levels.ts";
import { BackRows, Judge, wholeWeights } from "./hetero-judge.ts";
import { gaussianKernel } from "./retrieval.ts";

/** Objects drawn in all, and redraws for each to get one not seen before: 2 * 64 of the paper's 64 columns. */
const SAMPLES = 128;

export interface HeteroDrawOptions {
  rng: Rng;
  /** How many objects sample-and-test draws. Default 128. */
  samples?: number;
}

export interface HeteroRetrieved {
  /** Whether the projection was recognised. */
  readonly accepted: boolean;
  /** Levels of the other side; all NO_LEVEL where rejected. */
  readonly levels: Uint16Array;
  /** (E31); Infinity where rejected, NaN-free. */
  readonly distance: number;
  /** Candidates that were judged. */
  readonly judged: number;
  /** Whether the answer was used to find the answer. */
  readonly oracle: boolean;
  readonly reason?: string;
}

/** One object of the other side, with what (E31) needs kept up to date. */
export class Candidate {
  readonly w: Uint16Array;
  readonly #rows: BackRows;
  readonly #projection: Projection;
  readonly #v: Uint16Array;
  readonly #A: Float64Array;
  readonly #Z: Uint32Array;
  readonly #levels: number;
  /** P over its common factor: whole numbers. */
  readonly #counts: Float64Array;

  /** @param side of the cue v @param projection of v @param rows shared by the candidates of a cue */
  constructor(register: HeteroRegister, side: Side, v: Levels, projection: Projection, w: ArrayLike<number>, rows: BackRows = new BackRows(register, projection.side)) {
    const { n, m, p, q } = register.shape;
    const [own, levels] = side === "left" ? [n, m] : [p, q];
    this.#rows = rows;
    this.#projection = projection;
    this.#v = register.levels(side, v);
    this.#levels = levels;
    this.#A = new Float64Array(own * levels);
    this.#Z = new Uint32Array(own * levels);
    const defined = this.#v.filter((level) => level !== NO_LEVEL).length;
    this.#counts = wholeWeights(projection, defined, own);
    this.w = Uint16Array.from(w);
    this.w.forEach((b, j) => this.#put(j, b, 1));
  }

  /** Column j at level b instead. */
  move(j: number, b: number): void {
    this.#put(j, this.w[j], -1);
    this.w[j] = b;
    this.#put(j, b, 1);
  }

  /** (E31). */
  get distance(): number {
    const m = this.#levels;
    let [sum, defined] = [0, 0];
    for (let i = 0; i < this.#v.length; i++) {
      if (this.#v[i] === NO_LEVEL) continue;
      defined++;
      let [mass, spread] = [0, 0];
      for (let a = 0; a < m; a++) {
        if (this.#Z[i * m + a] > 0) continue;
        const weight = this.#A[i * m + a];
        mass += weight;
        spread += weight * (a - this.#v[i]) * (a - this.#v[i]);
      }
      if (mass > 0) sum += spread / mass;
    }
    return defined === 0 ? 0 : sum / defined;
  }

  #put(j: number, b: number, sign: 1 | -1): void {
    if (b === NO_LEVEL) return;
    const [row, A, Z] = [this.#rows.of(j, b), this.#A, this.#Z];
    const weight = sign * this.#counts[j * this.#projection.levels + b];
    for (let at = 0; at < row.length; at++) {
      A[at] += weight * row[at];
      Z[at] += row[at] === 0 ? sign : 0;
    }
  }
}

/** (E30) A level per column with probability proportional to P[j]; NO_LEVEL of an empty column. */
export function drawFrom(P: Float64Array, levels: number, rng: Rng): Uint16Array {
  return Uint16Array.from({ length: P.length / levels }, (_, j) => {
    let sum = 0;
    for (let b = 0; b < levels; b++) sum += P[j * levels + b];
    const t = rng.uniform() * sum;
    if (sum === 0) return NO_LEVEL;
    let running = 0;
    for (let b = 0; b < levels; b++) {
      running += P[j * levels + b];
      if (running > t) return b;
    }
    return levels - 1;
  });
}

/** P[j,b] K(b - w_j): what lies near an object w (undefined columns as they were). @param sigma width as a fraction of the levels */
export function modulated({ P, levels }: Pick<Projection, "P" | "levels">, w: ArrayLike<number>, sigma: number): Float64Array {
  const K = gaussianKernel(levels, sigma * levels);
  return P.map((weight, at) => weight * K[Math.min(w[Math.floor(at / levels)], levels) * levels + (at % levels)]);
}

/** (E30) One draw. */
export function randomRetrieval(register: HeteroRegister, side: Side, v: Levels, { rng }: HeteroDrawOptions): HeteroRetrieved {
  const projection = register.project(side, v);
  if (!projection.recognised) return rejected(projection);
  return answer(new Candidate(register, side, v, projection, drawFrom(projection.P, projection.levels, rng)), 1);
}

/** (E32). @param P drawn from instead of the projection itself, e.g. modulated by a prototype */
export function sampleAndTest(register: HeteroRegister, side: Side, v: Levels, options: HeteroDrawOptions, P?: Float64Array): HeteroRetrieved {
  const projection = register.project(side, v);
  if (!projection.recognised) return rejected(projection);
  return answer(...best(register, side, v, projection, options, P));
}

/** (E33). */
export function searchAndTest(register: HeteroRegister, side: Side, v: Levels, options: HeteroDrawOptions): HeteroRetrieved {
  const projection = register.project(side, v);
  if (!projection.recognised) return rejected(projection);
  const { P, levels } = projection;
  let [current, judged] = best(register, side, v, projection, options);
  let distance = current.distance;
  const seen = new Set<string>([String(current.w)]);
  for (let improved = true; improved; ) {
    improved = false;
    const moves: [number, number][] = [];
    current.w.forEach((b, j) => {
      for (const to of [b - 1, b + 1]) if (to >= 0 && to < levels && P[j * levels + to] > 0) moves.push([j, to]);
    });
    options.rng.shuffle(moves);
    for (const [j, to] of moves) {
      const from = current.w[j];
      current.move(j, to);
      const name = String(current.w);
      if (!seen.has(name)) {
        seen.add(name);
        judged++;
        const d = current.distance;
        if (d < distance) {
          distance = d;
          improved = true;
          break;
        }
      }
      current.move(j, from);
    }
  }
  return answer(current, judged);
}

/** (E35) with the true partner: an upper bound, not a recall. */
export function cueOracle(register: HeteroRegister, side: Side, v: Levels, partner: Levels, options: HeteroDrawOptions & { sigma?: number }): HeteroRetrieved {
  const projection = register.project(side, v);
  if (!projection.recognised) return { ...rejected(projection), oracle: true };
  const w = register.levels(projection.side, partner);
  const P = modulated(projection, w, options.sigma ?? register.settings.sigma);
  return { ...answer(new Candidate(register, side, v, projection, drawFrom(P, projection.levels, options.rng)), 1), oracle: true };
}

/** The candidate of (E32) with the smallest distance, and how many were judged. */
function best(register: HeteroRegister, side: Side, v: Levels, projection: Projection, options: HeteroDrawOptions, P = projection.P): [Candidate, number] {
  const { rng, samples = SAMPLES } = options;
  if (!Number.isInteger(samples) || samples < 1) throw new EngramError("samples", "a whole number from 1", String(samples), "The paper draws 128.");
  const seen = new Set<string>();
  const rows = new BackRows(register, projection.side);
  const judge = new Judge(register, side, v, projection, rows);
  let found: Uint16Array | undefined;
  let distance = Infinity;
  for (let k = 0; k < samples; k++) {
    let w = drawFrom(P, projection.levels, rng);
    for (let redraw = 1; redraw < SAMPLES && seen.has(String(w)); redraw++) w = drawFrom(P, projection.levels, rng);
    if (seen.has(String(w))) break;
    seen.add(String(w));
    const d = judge.distance(w);
    if (found === undefined || d < distance) [found, distance] = [w, d];
  }
  return [new Candidate(register, side, v, projection, found!, rows), seen.size];
}

function answer(candidate: Candidate, judged: number): HeteroRetrieved {
  return { accepted: true, levels: candidate.w.slice(), distance: candidate.distance, judged, oracle: false };
}

/** What a projection that is not recognised gives. */
export function rejected({ columns, empty }: Projection): HeteroRetrieved {
  const reason = `${empty.length} of ${columns} columns of the projection are empty: ${empty.slice(0, 5).join(", ")}${empty.length > 5 ? `, ... (${empty.length})` : ""}`;
  return { accepted: false, levels: new Uint16Array(columns).fill(NO_LEVEL), distance: Infinity, judged: 0, oracle: false, reason };
}
