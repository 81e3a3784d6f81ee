/**
 * A memory of one fold, what it answers to test cues, and what of that is right (arXiv 2405.12500; entropic-memory.md section 7).
 *
 *   z    Q x n    latents of the cues              v, v'   Q x n   levels, recalled levels
 *   zhat Q x n    what is classified: Q^-1(v'), in f32
 *
 *   (E23) response = accepted; correct = accepted and arg max F(zhat) = label
 *         precision P = correct / accepted (0 if none),  recall R = correct / Q,  rejected = 1 - accepted / Q
 *   over folds: mean, population sd (divided by their number, as the authors do), 95 % t-interval of the mean (sample sd)
 */
import { AssociativeRegister, fitQuantiser, Quantiser, type QuantiserKind, type RegisterOptions, type RetrieveOptions } from "../entropic/index.ts";
import { EngramError, quantile, roundHalfEven, seeded } from "../numeric/index.ts";
import { type Fold, pickRows } from "./entropic-fold.ts";

/** The class of a rejected cue. */
export const REJECTED = 255;

export interface Memory {
  readonly quantiser: Quantiser;
  readonly register: AssociativeRegister;
}

export interface MemoryChoice extends RegisterOptions {
  readonly kind?: QuantiserKind;
  /** Percent of the filling corpus that is registered, from its start. Default 100; the quantiser is fitted on all of it anyway. */
  readonly percent?: number;
  /** Which items are registered at all, by place in the corpus. Default all. */
  readonly keep?: (place: number) => boolean;
}

/** How many items a percentage of a corpus is. */
export function filled(count: number, percent: number): number {
  return roundHalfEven((count * percent) / 100);
}

/** Ranges of a fold's filling corpus, found once. */
const ranges = new WeakMap<Fold, Map<QuantiserKind, Quantiser>>();

/** The quantiser of a fold, fitted on the whole filling corpus. */
export function quantiserOf(fold: Fold, m: number, kind: QuantiserKind = "local"): Quantiser {
  const kinds = ranges.get(fold) ?? new Map<QuantiserKind, Quantiser>();
  ranges.set(fold, kinds);
  if (!kinds.has(kind)) {
    const data = fold.latents("fill");
    kinds.set(kind, fitQuantiser({ rows: data.length / fold.n, dim: fold.n, data }, { kind, levels: 2 }));
  }
  return new Quantiser({ ...kinds.get(kind)!.data, levels: m });
}

/** Rows quantised at once. */
const BATCH = 1000;

/** The paper's memory of a fold, m levels. The caller disposes of the register. */
export function memoryOf(fold: Fold, m: number, { kind, percent = 100, keep = () => true, ...options }: MemoryChoice = {}): Memory {
  const { n } = fold;
  const quantiser = quantiserOf(fold, m, kind);
  const register = new AssociativeRegister(n, m, options);
  const all = fold.latents("fill");
  const count = filled(all.length / n, percent);
  for (let from = 0; from < count; from += BATCH) {
    const places = Array.from({ length: Math.min(BATCH, count - from) }, (_, k) => from + k).filter(keep);
    if (places.length > 0) register.register(quantiser.transform(pickRows(all, n, places)));
  }
  return { quantiser, register };
}

/** What became of each cue. */
export interface Answers {
  /** Q classes, REJECTED where the cue was. */
  readonly classes: Uint8Array;
  /** Columns where all weights underflowed. */
  readonly underflows: number;
}

export interface AnswerOptions extends Pick<RetrieveOptions, "sigma" | "mode" | "seed"> {
  /** Whose eta decides. Default: the memory's own register. */
  readonly judge?: AssociativeRegister;
  /** Which cues are asked, by place; the others count as rejected. Default all. */
  readonly only?: (place: number) => boolean;
  /** Instead of beta: values in levels, n for each of the accepted cues v. */
  readonly recall?: (v: Uint16Array) => ArrayLike<number>;
  /** Instead of the fold's classifier: a class for each recalled latent. */
  readonly classify?: (zhat: Float32Array) => Uint8Array;
}

/**
 * eta, beta, dequantise, classify. Draws are keyed by (seed, fold; cue, column): the same numbers for every memory and m, so differences are paired.
 * @param z Q x n latents
 */
export function answersOf(fold: Fold, { quantiser, register }: Memory, z: Float32Array, how: AnswerOptions = {}): Answers {
  const { judge = register, only = () => true, recall, classify = (zhat) => fold.classify(zhat), ...options } = how;
  const { n } = fold;
  const Q = z.length / n;
  const classes = new Uint8Array(Q).fill(REJECTED);
  let underflows = 0;
  for (let from = 0; from < Q; from += BATCH) {
    const v = register.levels(quantiser.transform(z.subarray(from * n, Math.min(from + BATCH, Q) * n)));
    const { accepted } = judge.recognize(v);
    const kept = Uint32Array.from([...accepted.keys()].filter((c) => accepted[c] === 1 && only(from + c)));
    if (kept.length === 0) continue;
    const cues = new Uint16Array(kept.length * n);
    kept.forEach((c, k) => cues.set(v.subarray(c * n, (c + 1) * n), k * n));
    // It is decided already: a substitute for the register answers whatever it lacks.
    const found = recall === undefined ? register.retrieve(cues, { sample: fold.fold, ...options, numbers: kept.map((c) => from + c), iota: 0, kappa: 0, xi: n }) : undefined;
    underflows += found?.underflows ?? 0;
    const zhat = Float32Array.from(quantiser.inverse(found?.values ?? recall!(cues)));
    classify(zhat).forEach((label, k) => (classes[from + kept[k]] = label));
  }
  return { classes, underflows };
}

export interface Score {
  readonly precision: number;
  readonly recall: number;
  readonly rejected: number;
}

/** (E23), in percent. */
export function scoreOf(classes: Uint8Array, labels: Uint8Array): Score {
  let [accepted, correct] = [0, 0];
  classes.forEach((label, i) => {
    if (label === REJECTED) return;
    accepted++;
    if (label === labels[i]) correct++;
  });
  const Q = classes.length;
  return { precision: accepted === 0 ? 0 : (100 * correct) / accepted, recall: (100 * correct) / Q, rejected: 100 - (100 * accepted) / Q };
}

/** Two-sided 95 % points of Student's t for 1 .. 9 degrees of freedom (any table of it). */
const T95 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

export interface OverFolds {
  readonly mean: number;
  /** Population sd. */
  readonly sd: number;
  /** Half the width of the 95 % t-interval; NaN with one fold. */
  readonly half: number;
}

/** @throws EngramError for more than 10 folds or none */
export function overFolds(values: readonly number[]): OverFolds {
  const k = values.length;
  if (k < 1 || k > 10) throw new EngramError("folds", "1 to 10", String(k), "The protocol has ten.");
  const mean = values.reduce((a, b) => a + b, 0) / k;
  const squares = values.reduce((sum, x) => sum + (x - mean) * (x - mean), 0);
  return { mean, sd: Math.sqrt(squares / k), half: k === 1 ? NaN : T95[k - 2] * Math.sqrt(squares / (k - 1) / k) };
}

/** A difference a - b of precision or recall, in points. */
export interface Paired {
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  readonly method: "paired t over folds" | "bootstrap over cues";
  /** Whether 0 lies outside the interval. */
  readonly differs: boolean;
}

/** One side of a comparison in one fold. */
export interface Graded { readonly classes: Uint8Array; readonly labels: Uint8Array }

const RESAMPLES = 1000;
/** Fewer folds say too little of their own scatter. */
const FOLDS_FOR_T = 3;

/** 95 % interval of a - b on the same cues: over folds where there are three, else over cues within each fold. @param seed of the resampling */
export function pairedDifference(a: readonly Graded[], b: readonly Graded[], what: "precision" | "recall", seed: number): Paired {
  const differences = a.map((one, f) => scoreOf(one.classes, one.labels)[what] - scoreOf(b[f].classes, b[f].labels)[what]);
  const { mean: difference, half } = overFolds(differences);
  const interval = (low: number, high: number, method: Paired["method"]): Paired => ({ difference, low, high, method, differs: low > 0 || high < 0 });
  if (a.length >= FOLDS_FOR_T) return interval(difference - half, difference + half, "paired t over folds");
  const rng = seeded(seed);
  const means = Float64Array.from({ length: RESAMPLES }, () => a.reduce((sum, one, f) => {
    const Q = one.labels.length;
    const [said, right] = [[0, 0], [0, 0]];
    for (let k = 0; k < Q; k++) {
      const i = rng.integer(Q);
      [one.classes[i], b[f].classes[i]].forEach((label, side) => {
        if (label === REJECTED) return;
        said[side]++;
        if (label === one.labels[i]) right[side]++;
      });
    }
    const share = (side: number): number => (what === "recall" ? right[side] / Q : said[side] === 0 ? 0 : right[side] / said[side]);
    return sum + (100 * (share(0) - share(1))) / a.length;
  }, 0));
  return interval(quantile(means, 0.025), quantile(means, 0.975), "bootstrap over cues");
}
