/**
 * The minima of a memory that changes (arXiv 2506.10801; section 13 of the notes, "Local edits"): what is stored or forgotten touches the
 * minima near it, and only these are searched anew.
 *
 *   store xi    destroys exactly the minima with ||c_K - xi|| <= r_s; creates only sets that contain xi
 *   forget xi   destroys the minima that contain xi; creates only sets whose centroid it had blocked: ||c_K - xi|| <= r_s
 *
 * Both searches stay within 2 r_s of xi (L24). The list is that of a rebuild, set for set.
 */
import { EngramError } from "../../numeric/index.ts";
import { checkBeta } from "../parameters.ts";
import { basinOf } from "./certificate.ts";
import { collect, type Minimum, streamMinima } from "./minima.ts";
import { type Pairs, rowPairs } from "./pairs.ts";

/** What an edit did. */
export interface Edit {
  readonly created: number;
  readonly destroyed: number;
}

/** A minimum and P, the sum over pairs of its members of their squared distances: for (L18), which is exact for whole numbers. */
interface Entry {
  readonly minimum: Minimum;
  readonly P: number;
}

export class LiveMinima {
  readonly dim: number;
  readonly beta: number;
  readonly eps: number;
  #Xi: Float64Array;
  #entries: Entry[] = [];

  /** @param Xi M x D numbers, M >= 0 @throws EngramError for NaN or infinities, or rows that are not whole */
  constructor(Xi: ArrayLike<number>, dim: number, beta: number, eps = 0) {
    this.dim = dim;
    this.beta = checkBeta(beta);
    this.eps = eps;
    this.#Xi = Float64Array.from(Xi);
    finite(this.#Xi);
    if (Xi.length > 0) this.#search(rowPairs(this.#Xi, dim), {}, (minimum) => this.#add(minimum));
  }

  get size(): number {
    return this.#Xi.length / this.dim;
  }

  /** The minima, ordered by their members. */
  get minima(): Minimum[] {
    return this.#entries.map(({ minimum }) => minimum).sort((a, b) => byMembers(a.members, b.members));
  }

  /** Adds a pattern, numbered `size`. @throws EngramError for another dimension, NaN or infinities */
  store(xi: ArrayLike<number>): Edit {
    if (xi.length !== this.dim) throw new EngramError("pattern", `${this.dim} numbers`, String(xi.length), "Patterns of a memory have one dimension.");
    finite(xi);
    const mu = this.size;
    const grown = new Float64Array(this.#Xi.length + this.dim);
    grown.set(this.#Xi);
    grown.set(xi, this.#Xi.length);
    this.#Xi = grown;
    const before = this.#entries.length;
    this.#entries = this.#entries.flatMap((entry) => {
      const squared = this.#toCentroid(entry, mu);
      if (squared <= 2 / this.beta) return [];
      return [squared < entry.minimum.out2 ? { ...entry, minimum: this.#with(entry.minimum, squared) } : entry];
    });
    const remaining = this.#entries.length;
    this.#search(rowPairs(grown, this.dim), { containing: mu }, (minimum) => this.#add(minimum));
    return { created: this.#entries.length - remaining, destroyed: before - remaining };
  }

  /** Removes pattern mu; later ones move up. @throws EngramError for a number that is no pattern */
  forget(mu: number): Edit {
    if (!Number.isInteger(mu) || mu < 0 || mu >= this.size) throw new EngramError("forget", `a pattern number below ${this.size}`, String(mu), "Patterns are numbered from 0.");
    const r2 = 2 / this.beta;
    const pairs = rowPairs(this.#Xi, this.dim);
    const near = pairs.near(mu, 4 * r2 * (1 + 1e-11)).filter((nu) => nu !== mu);
    const before = this.#entries.length;
    this.#entries = this.#entries.filter(({ minimum }) => !minimum.members.includes(mu));
    const remaining = this.#entries.length;
    // Where the forgotten pattern was the nearest outside, the others have to be asked again.
    const stale = new Set(this.#entries.filter((entry) => this.#toCentroid(entry, mu) <= entry.minimum.out2 * (1 + 1e-9)));
    if (near.length > 0) {
      this.#search(among(pairs, near), {}, (minimum) => {
        const entry = this.#entryOf({ ...minimum, members: minimum.members.map((i) => near[i]), at: minimum.at.map((i) => near[i]) });
        if (this.#toCentroid(entry, mu) > r2) return; // it was a minimum before, or is none for another's sake
        this.#entries.push(entry);
        stale.add(entry);
      });
    }
    const left = new Float64Array(this.#Xi.length - this.dim);
    left.set(this.#Xi.subarray(0, mu * this.dim));
    left.set(this.#Xi.subarray((mu + 1) * this.dim), mu * this.dim);
    this.#Xi = left;
    const down = (nu: number): number => (nu > mu ? nu - 1 : nu);
    this.#entries = this.#entries.map((entry) => {
      const moved = { P: entry.P, minimum: { ...entry.minimum, members: entry.minimum.members.map(down), at: entry.minimum.at.map(down) } };
      return { ...moved, minimum: this.#with(moved.minimum, stale.has(entry) ? this.#outside(moved) : moved.minimum.out2) };
    });
    return { created: this.#entries.length - remaining, destroyed: before - remaining };
  }

  #search(pairs: Pairs, options: { containing?: number }, found: (minimum: Minimum) => void): void {
    collect(streamMinima(pairs, this.beta, { ...options, eps: this.eps, maxSets: Infinity }), found);
  }

  #add(minimum: Minimum): void {
    this.#entries.push(this.#entryOf(minimum));
  }

  #entryOf(minimum: Minimum): Entry {
    let P = 0;
    for (const mu of minimum.members) for (const nu of minimum.members) if (nu < mu) P += this.#squared(mu, nu);
    return { minimum, P };
  }

  #squared(mu: number, nu: number): number {
    let sum = 0;
    for (let k = 0; k < this.dim; k++) {
      const d = this.#Xi[mu * this.dim + k] - this.#Xi[nu * this.dim + k];
      sum += d * d;
    }
    return sum;
  }

  /** ||c_K - xi_nu||^2 by (L18). */
  #toCentroid({ minimum: { members }, P }: Entry, nu: number): number {
    let sum = 0;
    for (const mu of members) sum += this.#squared(mu, nu);
    return Math.max(0, members.length * sum - P) / (members.length * members.length);
  }

  #outside(entry: Entry): number {
    const inside = new Set(entry.minimum.members);
    let least = Infinity;
    for (let nu = 0; nu < this.size; nu++) if (!inside.has(nu)) least = Math.min(least, this.#toCentroid(entry, nu));
    return least;
  }

  /** With another nearest pattern outside; out2 as `Minimum` has it: at most (2 r_s - in)^2, unless K is everything. */
  #with(minimum: Minimum, out2: number): Minimum {
    const r = Math.sqrt(2 / this.beta);
    const far = 2 * r - Math.sqrt(minimum.in2);
    const bound = minimum.members.length === this.size ? Infinity : Math.min(out2, far * far);
    return { ...minimum, out2: bound, basin: basinOf(minimum.in2, bound, this.beta) };
  }
}

/** Some of the patterns as if there were no others. */
function among(pairs: Pairs, chosen: Int32Array): Pairs {
  const row = pairs.among(chosen);
  return {
    count: chosen.length, unit: pairs.unit,
    near: (i, squared) => Int32Array.from(Array.from(row(i)).flatMap((d2, j) => (d2 < squared || j === i ? [j] : []))),
    among: (some) => (i) => {
      const all = row(some[i]);
      return Float64Array.from(some, (j) => all[j]);
    },
  };
}

function byMembers(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}

function finite(xi: ArrayLike<number>): void {
  for (let k = 0; k < xi.length; k++) if (!Number.isFinite(xi[k])) throw new EngramError(`pattern, number ${k}`, "a finite number", String(xi[k]), "Clean the data first.");
}
