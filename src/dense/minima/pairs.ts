/**
 * Squared distances between patterns, asked as the enumeration of minima needs them (arXiv 2506.10801; (L18), (L24) of the notes):
 * the neighbours of one pattern, then distances among these neighbours alone. Only `tablePairs` ever holds M x M numbers.
 *
 *   D2      M x M      squared pair distances, f64, by direct differences
 *   near    n          the patterns closer to mu than a radius, mu included
 *   row     n          squared distances of one of them to all of them
 */
import { ByteRows } from "../../kernels/index.ts";
import { EngramError } from "../../numeric/index.ts";

/** Squared distances: of floats, or whole numbers. */
export type Distances = Float64Array | Int32Array;

/** Where distances come from. */
export interface Pairs {
  /** M. */
  readonly count: number;
  /** What a squared distance of 1 is here: 255^2 for pictures in bytes whose beta is meant for values in [0, 1]. */
  readonly unit: number;
  /** Patterns whose squared distance to mu is below `squared` (in units), and mu, ascending. */
  near(mu: number, squared: number): Int32Array;
  /** Distances among chosen patterns: i -> those of the i-th to all of them. */
  among(chosen: Int32Array): (i: number) => Distances;
  /** Squared distance (times |K|^2) of the centroid of K to the nearest pattern outside K; only where that is cheap. */
  outside?(members: readonly number[], size: number, pairs: number): number;
}

/** M x M squared distances, direct differences. @param Xi M x D numbers, row-major @throws EngramError where Xi is not whole rows */
export function pairDistances(Xi: ArrayLike<number>, dim: number): Float64Array {
  const M = wholeRows(Xi, dim);
  const D2 = new Float64Array(M * M);
  for (let mu = 0; mu < M; mu++) {
    for (let nu = 0; nu < mu; nu++) D2[mu * M + nu] = D2[nu * M + mu] = squared(Xi, mu * dim, nu * dim, dim);
  }
  return D2;
}

/** All distances in a table. @param D2 from {@link pairDistances} @throws EngramError where it is no square table of distances */
export function tablePairs(D2: Float64Array): Pairs {
  const M = Math.sqrt(D2.length);
  if (!Number.isInteger(M)) throw new EngramError("pair distances", "a square table", `${D2.length} numbers`, "Use pairDistances(patterns, dim).");
  for (let i = 0; i < D2.length; i++) {
    if (!(D2[i] >= 0 && D2[i] < Infinity)) throw notFinite(Math.floor(i / M), i % M, D2[i]);
  }
  return {
    count: M, unit: 1,
    near: (mu, limit) => within(D2.subarray(mu * M, mu * M + M), mu, limit),
    among: (chosen) => (i) => {
      const row = D2.subarray(chosen[i] * M, chosen[i] * M + M);
      return chosen.length === M && chosen[0] === 0 ? row : Float64Array.from(chosen, (nu) => row[nu]);
    },
    outside: (members, size, pairs) => {
      const inside = new Set(members);
      let least = Infinity;
      for (let nu = 0; nu < M; nu++) {
        if (inside.has(nu)) continue;
        let sum = 0;
        for (const mu of members) sum += D2[mu * M + nu];
        least = Math.min(least, size * sum - pairs);
      }
      return Math.max(0, least);
    },
  };
}

/** Distances computed row by row when asked, in f64: M D work for the neighbours of a pattern, no table. @param Xi M x D numbers */
export function rowPairs(Xi: ArrayLike<number>, dim: number): Pairs {
  const M = wholeRows(Xi, dim);
  const row = (mu: number, to: Int32Array): Float64Array => {
    const out = new Float64Array(to.length);
    for (let i = 0; i < to.length; i++) {
      out[i] = squared(Xi, mu * dim, to[i] * dim, dim);
      if (!(out[i] < Infinity)) throw notFinite(mu, to[i], out[i]);
    }
    return out;
  };
  const everyone = Int32Array.from({ length: M }, (_, mu) => mu);
  return { count: M, unit: 1, near: (mu, limit) => within(row(mu, everyone), mu, limit), among: (chosen) => (i) => row(chosen[i], chosen) };
}

/**
 * Rows of bytes: whole-numbered distances by the 16-bit kernel, so that every comparison but that with 2/beta is exact.
 * The chosen neighbours of one pattern are packed anew, once each: distances among n of them cost n D a row, whatever M is.
 * @param bytes M x D @param unit see {@link Pairs}
 */
export function bytePairs(bytes: Uint8Array, dim: number, unit = 1): Pairs & { dispose(): void } {
  const all = new ByteRows(bytes, dim);
  let some: ByteRows | undefined;
  return {
    count: all.count, unit,
    near: (mu, limit) => within(all.distances(bytes.subarray(mu * dim, mu * dim + dim)), mu, limit),
    among: (chosen) => {
      const packed = new Uint8Array(chosen.length * dim);
      chosen.forEach((mu, i) => packed.set(bytes.subarray(mu * dim, mu * dim + dim), i * dim));
      some?.dispose(); // the walk looks at one neighbourhood at a time
      const own = new ByteRows(packed, dim);
      some = own;
      // The walk asks for one row after the other, and eight cost what one does.
      let [first, rows] = [0, [] as Int32Array[]];
      return (i) => {
        if (i < first || i >= first + rows.length) [first, rows] = [i - (i % 8), own.distancesOf(i - (i % 8), Math.min(own.count, i - (i % 8) + 8))];
        return rows[i - first];
      };
    },
    dispose: () => {
      all.dispose();
      some?.dispose();
    },
  };
}

/** A table of distances as it is, anything else as given. */
export function asPairs(pairs: Pairs | Float64Array): Pairs {
  return pairs instanceof Float64Array ? tablePairs(pairs) : pairs;
}

function notFinite(mu: number, nu: number, d2: number): EngramError {
  return new EngramError(`squared distance of patterns ${mu} and ${nu}`, "a finite number, 0 or above", String(d2), "Scale the patterns, or clean them of NaN.");
}

function wholeRows(Xi: ArrayLike<number>, dim: number): number {
  const M = Xi.length / dim;
  if (!Number.isInteger(M) || !(dim >= 1)) throw new EngramError("pair distances", `rows of ${dim} numbers`, `${Xi.length} numbers`, "Pass whole rows and their dimension.");
  return M;
}

function squared(Xi: ArrayLike<number>, a: number, b: number, dim: number): number {
  let sum = 0;
  for (let k = 0; k < dim; k++) {
    const d = Xi[a + k] - Xi[b + k];
    sum += d * d;
  }
  return sum;
}

function within(row: ArrayLike<number>, mu: number, limit: number): Int32Array {
  const found: number[] = [];
  for (let nu = 0; nu < row.length; nu++) if (nu === mu || row[nu] < limit) found.push(nu);
  return Int32Array.from(found);
}

/** Up to this many patterns all pair distances are held (32 MB). */
const TABLE = 2048;

/** A table where it fits, distances on demand where not. @param Xi M x D numbers, row-major @throws EngramError where Xi is not whole rows */
export function pairsOf(Xi: Float32Array | Float64Array, dim: number): Pairs {
  return wholeRows(Xi, dim) <= TABLE ? tablePairs(pairDistances(Xi, dim)) : rowPairs(Xi, dim);
}
