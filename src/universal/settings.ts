/**
 * The options of a universal memory, checked and filled with defaults; and the rule by which it chooses beta
 * (semantic-memory.md U11).
 *
 * Defaults: negL1 (the best similarity of both papers), softmax with beta from (U11) at delta = .01 and the median
 * nearest-neighbour gap of what is stored, the mean as read-out (U4), one shot.
 */
import type { Rows } from "../kernels/index.ts";
import { type Backend, checkBackend, EngramError, type Precision, unknownName } from "../numeric/index.ts";
import { betaFor } from "./beta.ts";
import { descentProjection } from "./energy.ts";
import { PROJECTION_NAMES, projectionOf, separationOf, type SeparationChoice, similarityOf } from "./names.ts";
import { mean, type Projection } from "./projection.ts";
import { type ReferenceSimilarity, referenceSimilarity, type ReferenceSeparationName, REFERENCE_SEPARATION_NAMES } from "./reference.ts";
import type { Separation } from "./separation.ts";
import { checkBeta } from "./separation.ts";
import type { Scorer, Similarity } from "./similarity.ts";

/** `stable`: signed scores, log-space softmax, finite everywhere. `reference`: the authors' pipeline (U7), quirks included. */
export type Mode = "stable" | "reference";

/** Accept a recall only when its best score, or its lead over the second, is at least `value`. */
export interface AcceptanceThreshold {
  readonly on: "score" | "margin";
  readonly value: number;
}

export interface UniversalOptions {
  /** One of SIMILARITY_NAMES, e.g. `cosine`, `rbf(0.5)`, or an object. In reference mode also the reference ids. Default `negL1`. */
  similarity?: string | Similarity;
  /** One of SEPARATION_NAMES, e.g. `softmax`, `softmax(20)`, `power(10)`, or an object. In reference mode the number is `a`. Default `softmax`. */
  separation?: string | Separation;
  /**
   * One of PROJECTION_NAMES, or `descent`: the step (U17) that never raises the energy, where the similarity has one (the values of a
   * hetero-associative memory are still read out by the mean). Default `mean`; with `iterations` > 1 `descent`, where known.
   */
  projection?: string | Projection;
  /** Inverse temperature. Default: chosen from what is stored, see `delta`; 1 in reference mode, where it cancels (B3). */
  beta?: number;
  /** Doubt allowed when beta is chosen: the best memory gets weight >= 1 - delta at the median gap. Default .01. */
  delta?: number;
  mode?: Mode;
  /**
   * Whether weights are divided by their sum before the projection. Default: where they are never negative. In reference mode the
   * authors' switch `norm`, (U7b) and (U7d), default true.
   */
  normalize?: boolean;
  /** What is done to the read-out: `sign` (of 0: 0) for bipolar patterns. Default `none`. */
  post?: "none" | "sign";
  /** Upper bound on steps of the dynamics. Default 1: one shot, as in the papers. */
  iterations?: number;
  /** Whether `energies` also holds the energy after every step, one more scoring of the store. Default: with iterations > 1. */
  trace?: boolean;
  /** Arithmetic of the stored rows. Default f32. */
  precision?: Precision;
  backend?: Backend;
  /** Rejects weak recalls. Default: none, and `criterion` says so. */
  threshold?: AcceptanceThreshold;
}

export interface Settings {
  readonly mode: Mode;
  readonly similarity: Similarity | ReferenceSimilarity;
  readonly choice: SeparationChoice;
  /** Reference mode only. */
  readonly referenceSeparation?: { readonly name: ReferenceSeparationName; readonly a: number };
  readonly projection: Projection | "descent";
  readonly beta?: number;
  readonly delta: number;
  readonly normalize?: boolean;
  readonly post: "none" | "sign";
  readonly iterations: number;
  readonly trace: boolean;
  readonly precision: Precision;
  readonly backend?: Backend;
  readonly threshold?: AcceptanceThreshold;
}

/** Which reference form stands for a similarity of the stable mode. */
const REFERENCE_FORMS: Readonly<Record<string, string>> = {
  dot: "plainDotReference", massDot: "dotReference", cosine: "cosineReference", negL1: "l1Reference", invL1: "l1Reference",
  negSqL2: "l2Reference", invSqL2: "l2Reference", negKL: "klReference", negRKL: "rklReference", negJS: "jsReference",
};

const OPTIONS: Readonly<Record<keyof UniversalOptions, true>> = {
  similarity: true, separation: true, projection: true, beta: true, delta: true, mode: true, normalize: true, post: true,
  iterations: true, trace: true, precision: true, backend: true, threshold: true,
};

/** Their names. */
export const UNIVERSAL_OPTIONS: readonly string[] = Object.keys(OPTIONS);

/** @throws EngramError for an unknown option or name (suggests the nearest), or a value outside its range */
export function settingsOf(options: UniversalOptions): Settings {
  if (typeof options !== "object" || options === null) throw new EngramError("universal memory options", "an object", String(options), "For example { similarity: \"cosine\" }.");
  for (const name of Object.keys(options)) if (!Object.hasOwn(OPTIONS, name)) throw unknownName("universal memory option", name, UNIVERSAL_OPTIONS);
  const { beta, delta = 0.01, iterations = 1, post = "none", precision = "f32", threshold } = options;
  const mode = oneOf("mode", options.mode ?? "stable", ["stable", "reference"]);
  if (beta !== undefined) checkBeta("beta", beta);
  if (typeof delta !== "number" || !(delta > 0 && delta < 1)) throw new EngramError("delta", "0 < delta < 1", String(delta), "delta = .01 gives the best memory 99 % of the weight.");
  if (!Number.isInteger(iterations) || iterations < 1) throw new EngramError("iterations", "a whole number >= 1", String(iterations), "1 is one-shot recall.");
  checkThreshold(threshold);
  checkBackend(options.backend);
  for (const name of ["normalize", "trace"] as const) {
    if (options[name] !== undefined && typeof options[name] !== "boolean") throw new EngramError(name, "true or false", String(options[name]), "Leave it out for the default.");
  }
  const rest = {
    mode, delta, iterations, beta, threshold, normalize: options.normalize, backend: options.backend, trace: options.trace ?? iterations > 1,
    post: oneOf("post", post, ["none", "sign"]), precision: oneOf("precision", precision, ["f32", "f64"]),
  } as const;
  if (mode === "reference") return { ...rest, ...referenceChoices(options) };
  const similarity = similarityOf(options.similarity ?? "negL1");
  const choice = separationOf(options.separation ?? "softmax");
  if (choice.beta !== undefined && beta !== undefined && choice.beta !== beta) {
    throw new EngramError("beta", "one inverse temperature", `${choice.beta} of the separation and the option ${beta}`, "Give it once.");
  }
  if (similarity.nonPositive === true && choice.make(choice.beta ?? 1).positive === true) {
    throw new EngramError(`separation ${choice.name}`, "a similarity with scores > 0", `${similarity.name}, whose scores are never above 0`, "Take invL1, invSqL2 or rbf, or the separation softmax.");
  }
  const step = descentProjection(similarity);
  const wanted = options.projection ?? (iterations > 1 && step !== undefined ? "descent" : "mean");
  if (wanted === "descent" && step === undefined) {
    throw new EngramError("projection descent", "a similarity with an exact step", similarity.name, "Name a projection, e.g. mean.");
  }
  return {
    ...rest, similarity, choice, projection: wanted === "descent" ? wanted : projectionOf(wanted, [...PROJECTION_NAMES, "descent"]),
  };
}

/** @throws EngramError unless it is undefined or a finite value on `score` or `margin` */
export function checkThreshold(threshold: AcceptanceThreshold | undefined): void {
  if (threshold === undefined) return;
  oneOf("threshold.on", threshold?.on, ["score", "margin"]);
  if (!Number.isFinite(threshold.value)) throw new EngramError("threshold", "a finite value", String(threshold.value), "Calibrate one on cues that should and should not be known.");
}

function referenceChoices(options: UniversalOptions): Pick<Settings, "similarity" | "choice" | "referenceSeparation" | "projection"> {
  const { similarity = "negL1", separation = "softmax(1)", projection = "mean" } = options;
  if (typeof similarity !== "string" || typeof separation !== "string") {
    throw new EngramError("mode reference", "similarity and separation by name", "an object", "The reference pipeline has its own forms, listed in REFERENCE_SIMILARITIES.");
  }
  if (projection === "descent" || projectionOf(projection) !== mean || (options.iterations ?? 1) !== 1) {
    throw new EngramError("mode reference", "projection mean and one iteration", `${typeof projection === "string" ? projection : projection.name}, ${options.iterations ?? 1}`,
      "The authors' pipeline is one shot and reads out the mean; use mode \"stable\".");
  }
  const [, name, a] = /^([A-Za-z]+)(?:\((.*)\))?$/.exec(separation) ?? [undefined, separation];
  if (a !== undefined && !Number.isFinite(Number(a))) throw new EngramError("reference separation", "a number in the brackets", `"${a}"`, "For example softmax(1000).");
  const known = oneOf("reference separation", name as ReferenceSeparationName, REFERENCE_SEPARATION_NAMES);
  const parameter = a === undefined ? 1 : Number(a);
  return {
    similarity: referenceSimilarity(REFERENCE_FORMS[similarity] ?? similarity),
    choice: { name: a === undefined ? known : `${known}(${parameter})`, tempered: false, make: () => separationOf("max").make(1) },
    referenceSeparation: { name: known, a: parameter },
    projection: mean,
  };
}

/** The inverse temperature a memory works with, and why. */
export interface ChosenBeta {
  readonly beta: number;
  /** In words, for `parameters`. */
  readonly rule: string;
}

/** Beta for N stored rows: the one given, or by the rule of the separation from the median nearest-neighbour gap. */
export function chooseBeta(settings: Settings, scorer: Scorer, rows: Rows): ChosenBeta {
  const { choice, delta } = settings;
  const given = choice.beta ?? settings.beta;
  if (given !== undefined) return { beta: given, rule: "given" };
  if (!choice.tempered) return { beta: 1, rule: "unused" };
  const { onDistribution, lead: half } = settings.similarity as Similarity; // reference mode has no beta to choose
  // exp and lsr look at each score alone: exp must hold that of an exact match
  const lead = choice.make(1).kind === "elementwise" ? undefined : half;
  const gap = medianGap(scorer, rows, onDistribution === true ? GAP_SAMPLE_SLOW : GAP_SAMPLE, lead);
  if (gap === undefined) return { beta: 1, rule: "1, since no stored pattern leads another under this similarity" };
  const wanted = choice.decisive === undefined ? betaFor(delta, rows.count, gap) : choice.decisive / gap;
  const measured = `median ${lead === undefined ? "nearest-neighbour gap" : "gap half way to the nearest neighbour"} ${gap}`;
  const rule = choice.decisive === undefined ? `(U11) delta ${delta}, ${measured}` : `${choice.decisive} / gap, ${measured}`;
  return wanted > 0 && wanted < Infinity ? { beta: wanted, rule } : { beta: 1, rule: "1, since any beta will do" };
}

/** At most this many rows are asked for their gap. */
export const GAP_SAMPLE = 1000;
/** The same for the divergences, which cost 10 to 100 times as much: negJS on 1,000 rows of 3,072 would take a minute. */
export const GAP_SAMPLE_SLOW = 64;

/**
 * Median over the stored rows of the gap S(xi_mu, xi_mu) - max_{nu != mu} S(xi_nu, xi_mu): how far a clean cue leads. Above `most` rows
 * the rows floor(j N / most) stand for all, each against all. Gaps that are not positive (duplicates; brighter rivals under dot) are left
 * out; undefined when none is positive. The median of an even number is the lower middle.
 * @param lead see `Similarity`: stands for the gap of a clean cue
 */
export function medianGap(scorer: Scorer, rows: Rows, most: number = GAP_SAMPLE, lead?: (rival: number) => number): number | undefined {
  const N = rows.count;
  const sample = Math.min(N, most);
  const gaps: number[] = [];
  const chunk = Math.max(1, Math.min(64, sample));
  for (let start = 0; start < sample; start += chunk) {
    const picked = Array.from({ length: Math.min(chunk, sample - start) }, (_, j) => Math.floor(((start + j) * N) / sample));
    const cues = new Float64Array(picked.length * rows.dim);
    picked.forEach((mu, j) => cues.set(rows.row(mu), j * rows.dim));
    const S = scorer.scores(cues);
    picked.forEach((mu, j) => {
      let rival = -Infinity;
      for (let nu = 0; nu < N; nu++) if (nu !== mu) rival = Math.max(rival, S[j * N + nu]);
      const clean = S[j * N + mu] - rival;
      const gap = clean > 0 && lead !== undefined ? lead(rival) : clean;
      if (gap > 0 && gap < Infinity) gaps.push(gap);
    });
  }
  gaps.sort((a, b) => a - b);
  return gaps[Math.floor((gaps.length - 1) / 2)];
}

function oneOf<T extends string>(what: string, value: T, names: readonly T[]): T {
  if (!names.includes(value)) throw unknownName(what, String(value), names);
  return value;
}
