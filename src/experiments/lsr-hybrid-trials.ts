/**
 * The measurements of `lsr-hybrid`: what each remedy recalls from how far, how far the patterns move, which minima there are.
 *
 *   xi_mu   a stored pattern, n_mu the distance to its nearest neighbour;  cue = xi_mu + t n_mu u, u uniform on the sphere
 *   home    the answer is within n_mu / 10 of xi_mu
 */
import { betaForInteractions, betaForKeptShare, centroid, DenseMemory, type DenseOptions, descend, hybridEnergy, keptAt, minimaAt, pairDistances, softmaxEnergy, tailShift } from "../dense/index.ts";
import { Rows } from "../kernels/index.ts";
import type { Rng } from "../numeric/index.ts";

export interface World {
  readonly d: number;
  readonly M: number;
  readonly beta: number;
  readonly rows: Rows;
  readonly patterns: readonly Float64Array[];
  readonly nearest: readonly number[];
}

export type Sharpness = "kept" | "interacting";

/** Uniform patterns in the unit cube. @param sharpness every pattern a minimum with supports 10 % inside the limit, or three interacting on average (L34) */
export function world(d: number, M: number, sharpness: Sharpness, rng: Rng): World {
  const patterns = Array.from({ length: M }, () => Float64Array.from({ length: d }, () => rng.uniform()));
  const rows = new Rows(d, { precision: "f64" });
  for (const row of patterns) rows.append(row);
  const nearest = patterns.map((xi, mu) => Math.min(...patterns.filter((_, nu) => nu !== mu).map((other) => distance(xi, other))));
  const beta = sharpness === "kept" ? betaForKeptShare(rows, 1).beta / 0.81 : betaForInteractions(rows, 3).beta;
  return { d, M, beta, rows, patterns, nearest };
}

export function distance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k] - b[k]) * (a[k] - b[k]);
  return Math.sqrt(sum);
}

export interface Method {
  readonly name: string;
  readonly options: DenseOptions;
}

/** LSR, the three remedies and the step to the nearest pattern, LSE. */
export function methodsOf(lambdas: readonly number[]): Method[] {
  return [
    { name: "LSR alone", options: { energy: "lsr" } },
    { name: "nearest support", options: { energy: "lsr", far: "nearest" } },
    { name: "(a) adaptive beta", options: { energy: "lsr", far: "adaptive" } },
    { name: "(b) LSE, then LSR", options: { energy: "lsr", far: "lse" } },
    ...lambdas.map((lambda) => ({ name: `(c) hybrid, lambda ${lambda}`, options: { energy: "hybrid", lambda } })),
    { name: "LSE alone", options: { energy: "lse" } },
  ];
}

export interface Recalls {
  readonly method: string;
  readonly cues: number;
  readonly accepted: number;
  /** Answers within n_mu / 10 of the pattern the cue was made from, and answers that are it, exactly. */
  readonly home: number;
  readonly exact: number;
  /** Mean steps: of the dynamics and of what led into a support. */
  readonly steps: number;
  /** Steps at which the energy rose. */
  readonly raised: number;
}

/** Cues at the relative distance t from every pattern, some per pattern: the same for all methods. */
export function cuesAt({ patterns, nearest, d }: World, t: number, per: number, rng: Rng): { cue: Float64Array; mu: number }[] {
  return patterns.flatMap((xi, mu) => Array.from({ length: per }, () => {
    const u = Float64Array.from({ length: d }, () => rng.normal());
    const norm = Math.sqrt(u.reduce((sum, value) => sum + value * value, 0));
    return { cue: xi.map((value, k) => value + (t * nearest[mu] * u[k]) / norm), mu };
  }));
}

export function recalls(here: World, { name, options }: Method, cues: readonly { cue: Float64Array; mu: number }[]): Recalls {
  const memory = new DenseMemory({ ...options, beta: here.beta, precision: "f64" });
  memory.store(here.patterns);
  let [accepted, home, exact, steps, raised] = [0, 0, 0, 0, 0];
  memory.recallMany(cues.map(({ cue }) => cue)).forEach((one, i) => {
    const { mu } = cues[i];
    if (one.accepted) accepted++;
    const off = distance(one.state, here.patterns[mu]);
    if (one.accepted && off <= here.nearest[mu] / 10) home++;
    if (one.accepted && off === 0) exact++;
    steps += one.steps + (one.far?.reduce((sum, stage) => sum + stage.steps, -1) ?? 0);
    const { energies } = one;
    for (let k = 1; k < energies.length; k++) if (energies[k] > energies[k - 1] + 1e-12 * Math.max(1, Math.abs(energies[k]))) raised++;
  });
  memory.dispose();
  return { method: name, cues: cues.length, accepted, home, exact, steps: steps / cues.length, raised };
}

export interface Moved {
  readonly lambda: number;
  /** Over LSR's minima: the largest shift, in units of r_s, and the largest share of the proven bound where it applies. */
  readonly largest: number;
  readonly mean: number;
  readonly ofBound: number;
  /** Minima the bound protects, and those of them that were found within it. */
  readonly covered: number;
  readonly survived: number;
  /** Distinct minima of the hybrid: near a pattern, and elsewhere. */
  readonly kept: number;
  readonly novel: number;
}

/** A rest is at a pattern within this share of r_s: between what lambda moves and what a midpoint is away. */
const AT_PATTERN = 0.2;

/** Distinct points: single linkage within 1e-6. */
function distinct(points: readonly Float64Array[]): Float64Array[] {
  const found: Float64Array[] = [];
  for (const x of points) if (!found.some((y) => distance(x, y) < 1e-6)) found.push(x);
  return found;
}

function split(here: World, points: readonly Float64Array[]): { kept: number; novel: number } {
  const limit = AT_PATTERN * Math.sqrt(2 / here.beta);
  const kept = points.filter((x) => here.patterns.some((xi) => distance(x, xi) < limit)).length;
  return { kept, novel: points.length - kept };
}

export interface References {
  /** Minima of LSR: every kept pattern, and emergent ones (at most {@link FOLLOWED} of them). */
  readonly lsr: readonly { readonly c: Float64Array; readonly members: number; readonly rho: number }[];
  readonly kept: number;
  readonly novel: number;
  /** Whether `novel` is all of them. */
  readonly complete: boolean;
  readonly lse: { readonly kept: number; readonly novel: number };
  readonly starts: readonly Float64Array[];
}

/** Emergent minima that are followed as lambda grows, and sets that are tested for them: wide supports in many dimensions have millions. */
const FOLLOWED = 200;
const MOST_SETS = 300_000;

/** All minima of LSR (exact, within the budget), and those of LSE that descents from the patterns, from LSR's minima and from random starts find. */
export function references(here: World, rng: Rng): References {
  const { rows, d, beta } = here;
  const r = Math.sqrt(2 / beta);
  const D2 = pairDistances(rows.toArray(), d);
  const { minima, novel, complete } = minimaAt(D2, beta, { maxSets: MOST_SETS });
  const kept = keptAt(D2, beta);
  const emergent = minima.filter((minimum) => minimum.novel);
  const followed = emergent.filter((_, i) => i % Math.ceil(Math.max(1, emergent.length) / FOLLOWED) === 0);
  const lsr = [...kept.map((mu) => [mu]), ...followed.map(({ members }) => members)].map((members) => {
    const c = centroid(rows, members);
    const rho = here.patterns.reduce((least, xi) => Math.min(least, Math.abs(distance(c, xi) - r)), Infinity);
    return { c, members: members.length, rho };
  });
  const random = Array.from({ length: 200 }, () => Float64Array.from({ length: d }, () => rng.uniform()));
  const starts = [...here.patterns, ...lsr.map(({ c }) => c), ...random];
  const lse = split(here, distinct(settled(here, starts, 0)));
  return { lsr, novel, complete, kept: kept.length, lse, starts };
}

/** Where descents end. @param lambda 0: LSE */
function settled({ rows, beta, d }: World, starts: readonly Float64Array[], lambda: number): Float64Array[] {
  const energy = lambda === 0 ? softmaxEnergy(beta, "euclidean") : hybridEnergy(beta, lambda);
  return starts.map((x) => {
    // Off a saddle: a start that is one would rest there.
    return descend(rows, energy, x.map((value, k) => value + 1e-7 * (k % 2 === 0 ? 1 : -1) / d), { tolerance: 1e-13, maxSteps: 5000 }).state;
  });
}

/** What the tail does to the minima. */
export function moved(here: World, lambda: number, { lsr, starts }: References): Moved {
  const { beta, M } = here;
  const r = Math.sqrt(2 / beta);
  const ends = settled(here, starts, lambda);
  const shifts = lsr.map(({ c }, i) => distance(ends[M + i], c));
  const bounds = lsr.map(({ members }) => tailShift(lambda, beta, M, members));
  const covered = lsr.map(({ rho }, i) => bounds[i] < rho);
  const within = covered.map((is, i) => is && shifts[i] <= bounds[i]);
  const stays = lsr.map(({ members }, i) => ({ members, shift: shifts[i] })).filter(({ members }) => members === 1).map(({ shift }) => shift);
  const count = (flags: readonly boolean[]): number => flags.filter(Boolean).length;
  return {
    lambda, largest: Math.max(0, ...stays) / r, mean: stays.reduce((sum, s) => sum + s, 0) / Math.max(1, stays.length) / r,
    ofBound: Math.max(0, ...shifts.map((s, i) => (covered[i] ? s / bounds[i] : 0))), covered: count(covered), survived: count(within), ...split(here, distinct(ends)),
  };
}
