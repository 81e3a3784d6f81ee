/**
 * The pipeline of the authors' code (BerenMillidge/Theory_Associative_Memory; semantic-memory.md U7, sections 3 and 5), quirks
 * included, for comparing curves. Never the default: see `UniversalMemory` with mode "stable".
 *
 *   (U7a) s <- beta sim_ref(M, q)   (U7b) s <- s / sum s   (U7c) w <- sep_ref(s, a)   (U7d) w <- w / sum w   (U7e) z <- P^T w
 *
 * Similarities, larger meant to be better:
 *   plainDotReference  xi.q                                    dotReference   xihat.qhat, the figures' "Dot Product", then s / sum s
 *   cosineReference    xi.q / (|M|_F |q|), a rescaled dot (B9)
 *   l1Reference        1 / D1                                  l2Reference    1 / D2, no root (B9)
 *   klReference        1 / sum xihat (log(xihat + eps) - log(qhat + eps)), eps = 1e-4 inside the logs only: may be negative (B12)
 *   rklReference       1 / sum qhat (log(qhat + eps) - log(xihat + eps))
 *   jsReference        1 / (1/2 1/KL + 1/2 1/RKL), a distance: arg max finds the most dissimilar memory (B1)
 *
 * Numbers are rounded to float32 wherever the authors' tensors are; sums run in f64 and are rounded once (within 1e-6 of theirs).
 * Zero rows, exact matches and bipolar masses give NaN, and NaN spreads through (U7b), as theirs do (B4, B8, B14).
 */
import { mapInto, type Rows } from "../kernels/index.ts";
import { EngramError, exp, filled, log, pow, unknownName } from "../numeric/index.ts";
import { crossings, type Distributions } from "./crossings.ts";
import { perCue } from "./products.ts";
import type { Scorer } from "./similarity.ts";
import { torchArgmax } from "./reference-quirks.ts";

/** The separations of the authors' code; `a` is their parameter (exponent of power, factor of softmax). */
export type ReferenceSeparationName = "identity" | "power" | "log" | "softmax" | "max";

export const REFERENCE_SEPARATION_NAMES: readonly ReferenceSeparationName[] = ["identity", "power", "log", "softmax", "max"];

export interface ReferenceOptions {
  separation: ReferenceSeparationName;
  /** Separation parameter. Default 1. */
  a?: number;
  /** (U7a); cancels in (U7b) (B3). Default 1. */
  beta?: number;
  /** Steps (U7b) and (U7d), one switch, on in every run of theirs. Off, B2 and B3 vanish. Default true. */
  norm?: boolean;
}

/** A similarity of the authors' code; some look at the whole store, so there is no pair form. */
export interface ReferenceSimilarity {
  readonly name: string;
  /** @returns a scorer that knows no visible mask (throws on one) */
  bind(rows: Rows): Scorer;
}

const EPSILON = Math.fround(1e-4);

export const REFERENCE_SIMILARITIES: readonly ReferenceSimilarity[] = [
  form("plainDotReference", (rows) => (cues) => raw(rows, "dot", cues)),
  form("dotReference", (rows) => (cues) => {
    const sums = rows.sums();
    const masses = filled(new Float64Array(sums.length), (mu) => Math.fround(sums[mu]));
    const cueMasses = perCue(cues, rows.dim, (q) => Math.fround(sum(q)));
    const s = over(raw(rows, "dot", cues), masses, cueMasses);
    // a mass of 0 (B4, B14): infinities and NaN as they meet in the sum, coordinate by coordinate
    perCue(cues, rows.dim, (q, c) => {
      masses.forEach((mass, mu) => {
        if (mass === 0 || cueMasses[c] === 0) s[c * rows.count + mu] = rows.row(mu).reduce((t, x, i) => t + (x / mass) * (q[i] / cueMasses[c]), 0);
      });
      return 0;
    });
    return eachCue(s, rows.count, normalised);
  }),
  form("cosineReference", (rows) => (cues) => {
    // |M|_F, one number for the whole store (B9)
    const frobenius = new Float64Array(rows.count).fill(Math.fround(Math.sqrt(sum(rows.squaredNorms()))));
    return over(raw(rows, "dot", cues), frobenius, perCue(cues, rows.dim, (q) => Math.fround(Math.sqrt(q.reduce((t, x) => t + x * x, 0)))));
  }),
  form("l1Reference", (rows) => (cues) => reciprocal(raw(rows, "l1", cues))),
  form("l2Reference", (rows) => (cues) => reciprocal(raw(rows, "squaredL2", cues))),
  form("klReference", (rows) => {
    const stored = distributions(rows.toArray(), rows.dim);
    return (cues) => reciprocal(crossings(stored, distributions(cues, rows.dim), "rowFirst"));
  }),
  form("rklReference", (rows) => {
    const stored = distributions(rows.toArray(), rows.dim);
    return (cues) => reciprocal(crossings(stored, distributions(cues, rows.dim), "cueFirst"));
  }),
  form("jsReference", (rows) => {
    const stored = distributions(rows.toArray(), rows.dim);
    return (cues) => {
      const q = distributions(cues, rows.dim);
      return jensenShannonReference(reciprocal(crossings(stored, q, "rowFirst")), reciprocal(crossings(stored, q, "cueFirst")));
    };
  }),
];

/** @throws EngramError for a name that is none of REFERENCE_SIMILARITIES (suggests the nearest) */
export function referenceSimilarity(name: string): ReferenceSimilarity {
  const found = REFERENCE_SIMILARITIES.find((similarity) => similarity.name === name);
  if (found === undefined) throw unknownName("reference similarity", name, REFERENCE_SIMILARITIES.map((similarity) => similarity.name));
  return found;
}

/** (B1) from the *reciprocals* of KL and RKL, as coded: lets one pass over the data serve klReference, rklReference and jsReference. */
export function jensenShannonReference(invKL: Float64Array, invRKL: Float64Array): Float64Array {
  return invKL.map((kl, i) => Math.fround(1 / Math.fround(Math.fround(0.5 * kl) + Math.fround(0.5 * invRKL[i]))));
}

/**
 * (U7a)-(U7d): the weights of one cue from its N raw similarities, rounded to float32 at every step. May hold NaN.
 * @throws EngramError for an unknown separation
 */
export function referenceWeights(similarities: Float64Array, options: ReferenceOptions): Float64Array {
  const { a = 1, beta = 1, norm = true } = options;
  // (U7a)
  let s: Float64Array = similarities.map((score) => Math.fround(beta * score));
  // (U7b)
  if (norm) s = normalised(s);
  // (U7c)
  const w = referenceSeparation(options.separation, a, s);
  // (U7d)
  return norm ? normalised(w) : w;
}

function referenceSeparation(name: ReferenceSeparationName, a: number, s: Float64Array): Float64Array {
  switch (name) {
    case "identity": return s;
    case "power": return s.map((score) => Math.fround(pow(score, a)));
    case "log": return s.map((score) => Math.fround(log(score)));
    case "softmax": {
      const u = s.map((score) => Math.fround(a * score));
      const top = u.reduce((highest, value) => (value > highest || Number.isNaN(value) ? value : highest), -Infinity);
      return normalised(u.map((value) => Math.fround(exp(Math.fround(value - top)))));
    }
    case "max": {
      const w = new Float64Array(s.length);
      if (s.length > 0) w[torchArgmax(s)] = 1;
      return w;
    }
    default: throw unknownName("reference separation", name, REFERENCE_SEPARATION_NAMES);
  }
}

function form(name: string, bind: (rows: Rows) => (cues: ArrayLike<number>) => Float64Array): ReferenceSimilarity {
  return {
    name,
    bind: (rows) => {
      const scores = bind(rows);
      return {
        scores: (cues, visible) => {
          if (visible !== undefined) throw new EngramError(name, "no visible mask", "one", "The reference pipeline knows no masks; use mode \"stable\".");
          return scores(cues);
        },
      };
    },
  };
}

/** Distributions without smoothing and their logarithms with eps inside, in float32. An all-zero row is NaN (B4). */
function distributions(data: ArrayLike<number>, dim: number): Distributions {
  const p = new Float64Array(data.length);
  perCue(data, dim, (x, n) => {
    const mass = Math.fround(sum(x));
    for (let i = 0; i < dim; i++) p[n * dim + i] = Math.fround(Math.fround(x[i]) / mass);
    return mass;
  });
  return { count: dim === 0 ? 0 : data.length / dim, dim, p, log: mapInto("log", p.map((value) => Math.fround(value + EPSILON))).map(Math.fround) };
}

function raw(rows: Rows, op: "dot" | "l1" | "squaredL2", cues: ArrayLike<number>): Float64Array {
  const raw = rows.scores(op, cues);
  return filled(new Float64Array(raw.length), (i) => Math.fround(raw[i]));
}

/** raw / (a_mu b_c), NaN and infinities as they come. */
function over(raws: Float64Array, a: Float64Array, b: Float64Array): Float64Array {
  return raws.map((value, i) => Math.fround(value / (a[i % a.length] * b[Math.floor(i / a.length)])));
}

function reciprocal(values: Float64Array): Float64Array {
  return values.map((value) => Math.fround(1 / Math.fround(value)));
}

function normalised(s: Float64Array): Float64Array {
  const total = Math.fround(sum(s));
  return s.map((score) => Math.fround(score / total));
}

function eachCue(s: Float64Array, N: number, f: (one: Float64Array) => Float64Array): Float64Array {
  for (let at = 0; N > 0 && at < s.length; at += N) s.set(f(s.subarray(at, at + N)), at);
  return s;
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}
