/**
 * One retrieval from the scores of one cue: separation, projection, acceptance (semantic-memory.md U1-U7). Pure functions over a
 * `Store`; the memory's single, batch and iterated recalls all come through here, so that they give the same bits.
 */
import type { Rows } from "../kernels/index.ts";
import { highestFew } from "../numeric/highest.ts";
import { EngramError, type Key, type Precision, type Ranked, type Recall, type Recognition } from "../numeric/index.ts";
import { descentStep, energyOf, regulariserOf } from "./energy.ts";
import { finishShards, folds, partial } from "./fold.ts";
import { mean } from "./projection.ts";
import { torchArgmax } from "./reference-quirks.ts";
import { referenceWeights } from "./reference.ts";
import type { Separation } from "./separation.ts";
import type { Settings } from "./settings.ts";
import type { Similarity } from "./similarity.ts";
import { margin } from "./success.ts";
import { foldSum, highest, weightedSumOf } from "../dense/sums.ts";

/** What a universal memory's recall knows beyond the common contract. In reference mode numbers may be NaN, as the authors' are (B8). */
export interface UniversalRecall extends Recall {
  /** N scores of the cue (of the last state, when iterated). */
  scores: Float64Array;
  /** Row of the memory the answer stands for: arg max, the lowest on a tie. */
  index: number;
  /** Best minus second-best score; Infinity with a single memory. */
  margin: number;
}

/** What retrieval reads. */
export interface Store {
  readonly settings: Settings;
  readonly separation: Separation;
  readonly rows: Rows;
  /** The values, where they are not the patterns themselves. */
  readonly values?: Rows;
  readonly keys: readonly Key[];
}

interface Retrieved {
  readonly w: Float64Array;
  readonly z: Float64Array;
  /** No memory has any weight (threshold, lsr): z is the state itself, or 0 for hetero-association. */
  readonly empty: boolean;
}

/** (U3) the weights as the projection uses them. */
export function weightsOf(store: Store, s: Float64Array): Float64Array {
  const { settings, separation } = store;
  const { referenceSeparation: reference } = settings;
  if (reference !== undefined) {
    return referenceWeights(s, { separation: reference.name, a: reference.a, beta: settings.beta, norm: settings.normalize });
  }
  const w = separation.weights(s);
  if (!normalises(store)) return w;
  const W = foldSum(w);
  if (!Number.isFinite(W)) throw overflow("sum of the weights", W);
  return W === 0 ? w : w.map((weight) => weight / W);
}

/** The row an answer stands for. Ties and NaN as the mode has them. */
export function indexOf(store: Store, s: Float64Array): number {
  return store.settings.mode === "reference" ? torchArgmax(weightsOf(store, s)) : highest(s);
}

/** (U3), (U4). @param last whether the read-out goes to the values */
export function retrieve(store: Store, q: Float64Array, s: Float64Array, last: boolean): Retrieved {
  const { settings, separation } = store;
  const hetero = last && store.values !== undefined;
  const P = hetero ? store.values! : store.rows;
  const w = weightsOf(store, s);
  if (settings.mode === "reference") {
    // (U7e); a NaN weight makes every coordinate NaN
    const z = w.some(Number.isNaN) ? new Float64Array(P.dim).fill(NaN) : P.weightedSum(w).map(Math.fround);
    return { w, z: finished(settings, z), empty: false };
  }
  const empty = separation.nonNegative && w.every((weight) => weight === 0);
  if (empty) return { w, empty, z: hetero ? new Float64Array(P.dim) : q.slice() };
  // (U17)
  if (settings.projection === "descent" && !hetero) {
    return { w, empty, z: finished(settings, descentStep(settings.similarity as Similarity, separation, s, P, q)) };
  }
  const projection = settings.projection === "descent" ? mean : settings.projection;
  if (projection !== mean || !folds(separation)) {
    const state = hetero ? weightedSumOf(P, w) : q;
    return { w, empty, z: finished(settings, projection.project(w, P, state)) };
  }
  const { z, W } = finishShards(separation, partial(separation, s, P));
  return { w, empty, z: finished(settings, normalises(store) && W !== 0 ? z.map((value) => value / W) : z) };
}

/** (U16) where there is one. @throws EngramError where it overflows */
export function energyFromScores(store: Store, q: Float64Array, s: Float64Array): number | undefined {
  const { settings, separation } = store;
  if (settings.mode === "reference") return undefined;
  const E = energyOf(q, s, separation, regulariserOf(settings.similarity as Similarity));
  if (!Number.isFinite(E)) throw overflow("energy", E);
  return E;
}

/** Acceptance and ranking of a cue by its scores; no state is built. */
export function recognition(store: Store, s: Float64Array, w: Float64Array, top: number): Recognition & { index: number; margin: number } {
  const { settings, separation, keys } = store;
  const { threshold } = settings;
  const index = settings.mode === "reference" ? torchArgmax(w) : highest(s);
  const lead = margin(s);
  const order = settings.mode === "reference" ? w.map((weight) => (Number.isNaN(weight) ? Infinity : weight)) : s;
  const ranking: Ranked[] = highestFew(order, top).map((mu) => ({ key: keys[mu], score: s[mu], weight: w[mu] }));
  const common = { key: keys[index], ranking, index, margin: lead };
  if (w.some(Number.isNaN)) {
    return { ...common, accepted: false, criterion: "none", reason: "the reference pipeline gave NaN weights" };
  }
  if (settings.mode === "stable" && separation.nonNegative && w.every((weight) => weight === 0)) {
    return { ...common, key: undefined, accepted: false, criterion: "support", reason: "no stored pattern is near enough to have any weight" };
  }
  if (threshold === undefined) return { ...common, accepted: true, criterion: "none" };
  const measured = threshold.on === "score" ? s[index] : lead;
  return measured >= threshold.value
    ? { ...common, accepted: true, criterion: "threshold" }
    : { ...common, accepted: false, criterion: "threshold", reason: `${threshold.on} ${measured} is below the threshold ${threshold.value}` };
}

/** @throws EngramError when scores left the range of numbers */
export function checkScores(S: Float64Array, precision: Precision): Float64Array {
  for (let i = 0; i < S.length; i++) {
    if (!Number.isFinite(S[i])) {
      throw new EngramError("similarity", "finite scores", String(S[i]), `Sums of these values overflow ${precision}; scale the data${precision === "f32" ? " or use precision \"f64\"" : ""}.`);
    }
  }
  return S;
}

function overflow(what: string, value: number): EngramError {
  return new EngramError(what, "a finite value", String(value), "Weights or sums overflow: scale the data, use softmax, or, where an iterated state grows without bound, post: \"sign\".");
}

function normalises({ settings, separation }: Store): boolean {
  return !separation.normalised && (settings.normalize ?? separation.nonNegative);
}

function finished(settings: Settings, z: Float64Array): Float64Array {
  const wild = settings.mode === "reference" ? undefined : z.find((value) => !Number.isFinite(value));
  if (wild !== undefined) throw overflow("recall", wild);
  return settings.post === "sign" ? z.map(Math.sign) : z;
}
