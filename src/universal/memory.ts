/**
 * The universal Hopfield network as a memory: z = P^T sep(sim(M, q)) (U1), auto- and hetero-associative (U6).
 *
 * Universal Hopfield Networks (Millidge et al., ICML 2022, arXiv 2202.04557); semantic-memory.md sections 2-8 and 16.
 *
 *   M   N x D      stored patterns, in the kernels' `Rows`
 *   P   N x Dout   values; the patterns themselves unless `values` are given
 *   S   Q x N      scores;  w  N  weights;  z  Dout  recalled pattern
 *
 * Deviations: one shot by default as in the paper; `iterations` > 1 repeats the retrieval on its own result (U17 where the similarity
 * has an exact step). Beta is chosen from what is stored (U11). See similarity.ts, separation.ts, projection.ts for the parts and
 * reference.ts for the authors' pipeline.
 */
import {
  type Backend, EngramError, type Key, type Memory, type Pattern, type Patterns, type RecallOptions, type Recognition, type StoreOptions, toRow, toRows, refuseCloning,
} from "../numeric/index.ts";
import { Contents } from "../dense/contents.ts";
import { checkNames, checkRecallOptions, hides, seen } from "../dense/recall-options.ts";
import { readUniversal, writeUniversal } from "./file.ts";
import { checkScores, energyFromScores, indexOf, recognition, retrieve, type Store, type UniversalRecall, weightsOf } from "./recall.ts";
import { checkBeta } from "./separation.ts";
import { type AcceptanceThreshold, checkThreshold, chooseBeta, type ChosenBeta, type Settings, settingsOf, type UniversalOptions } from "./settings.ts";
import type { Scorer } from "./similarity.ts";

/** Most scores held at once by `recallMany`. */
const SCORES_AT_ONCE = 2 ** 22;
/** A step that moves no coordinate by more than this share of the cue's largest (or of 1) has settled: just above the rounding of f32. */
const TOLERANCE = 1e-6;

/** What is derived from the stored rows and made anew when they change. */
interface Bound {
  readonly scorer: Scorer;
  readonly chosen: ChosenBeta;
  readonly store: Store;
}

export class UniversalMemory implements Memory {
  #settings: Settings;
  readonly #contents: Contents;
  #bound?: Bound;

  /** @throws EngramError for unknown options or names (suggests the nearest) and values outside their range */
  constructor(options: UniversalOptions = {}) {
    refuseCloning(this, "UniversalMemory");
    this.#settings = settingsOf(options);
    this.#contents = new Contents(this.#settings.precision, this.#settings.backend);
  }

  get size(): number { return this.#contents.size; }
  get dim(): number { return this.#contents.dim; }
  /** Numbers per value: `dim`, unless the memory is hetero-associative. */
  get valueDim(): number { return this.#contents.values?.dim ?? this.dim; }
  get keys(): readonly Key[] { return this.#contents.keys.slice(); }
  /** A copy of what is stored, in the store's precision. @throws EngramError on an empty memory */
  patterns(): { rows: number; dim: number; data: Float32Array | Float64Array } { return { rows: this.size, dim: this.dim, data: this.#contents.rows.toArray() }; }
  /** Which twin runs; before the first store, the one asked for. */
  get backend(): Backend { return this.#contents.backend; }

  /** What the memory is and what it chose, as strings; `beta` stands there once something is stored. */
  get parameters(): Readonly<Record<string, string>> {
    const { similarity, choice, projection, threshold, ...s } = this.#settings;
    const chosen = this.size > 0 ? this.#bind().chosen : undefined;
    return {
      similarity: similarity.name, separation: choice.name, projection: typeof projection === "string" ? projection : projection.name,
      mode: s.mode, post: s.post, iterations: String(s.iterations), trace: String(s.trace), precision: s.precision, delta: String(s.delta),
      ...(s.normalize === undefined ? {} : { normalize: String(s.normalize) }),
      ...(threshold === undefined ? {} : { threshold: `${threshold.on} ${threshold.value}` }),
      ...(chosen === undefined ? {} : { beta: String(chosen.beta), betaRule: chosen.rule }),
    };
  }

  /**
   * Adds patterns. All or nothing: an error leaves the memory as it was.
   * @param patterns n rows of `dim` numbers (the first store sets `dim`)
   * @param options keys (default: running row numbers), values (n rows; either every store has them or none)
   * @throws EngramError on ragged rows, a wrong width, NaN or infinities (says where), duplicate keys, missing or surplus values
   */
  store(patterns: Patterns, options: StoreOptions = {}): void {
    checkNames("store option", options, ["keys", "values"]);
    if (this.#contents.add(patterns, options)) this.#bound = undefined;
  }

  /**
   * z = P^T sep(sim(M, q)) (U1).
   * @param cue dim numbers, or an image (its hidden pixels count as unknown) @param options `visible` restricts the similarity to the known coordinates (stable mode)
   * @throws EngramError on an empty memory, a wrong dimension, NaN or infinities (says where), scores outside the separation's domain
   */
  recall(cue: Pattern, options: RecallOptions = {}): UniversalRecall {
    this.#bind();
    const asked = seen(cue, checkRecallOptions(options));
    const q = toRow(cue, "cue", this.dim);
    return this.#answer(q, this.#score(q, asked), asked);
  }

  /** One recall per cue, the bits of `recall`; scored in batches. */
  recallMany(cues: Patterns, options: RecallOptions = {}): UniversalRecall[] {
    return this.#many(cues, options, (q, s, asked) => this.#answer(q, s, asked));
  }

  /** Whether the cue is known; the acceptance half of recall, on the cue's own scores. */
  recognize(cue: Pattern, options: RecallOptions = {}): Recognition {
    const { store } = this.#bind();
    const s = this.#score(toRow(cue, "cue", this.dim), seen(cue, checkRecallOptions(options)));
    const { accepted, criterion, reason, key, ranking } = recognition(store, s, weightsOf(store, s), options.top ?? 5);
    return { accepted, criterion, reason, key, ranking };
  }

  /**
   * From now on accepts only what reaches `threshold` (calibrated on cues that should and should not be known); undefined: everything again.
   * @throws EngramError for a value that is no number
   */
  acceptAbove(threshold: AcceptanceThreshold | undefined): void {
    this.#contents.alive();
    checkThreshold(threshold);
    this.#settings = { ...this.#settings, threshold };
    if (this.#bound !== undefined) this.#bind(this.#bound.chosen);
  }

  /** Q x N scores, row-major per cue (in reference mode the raw similarities before (U7a)). */
  scores(cues: Patterns, options: RecallOptions = {}): Float64Array {
    this.#bind();
    checkRecallOptions(options);
    if (hides(cues, options)) return Float64Array.from(cues.flatMap((cue) => Array.from(this.scores([cue], seen(cue, options)))));
    return this.#score(toRows(cues, "cues", this.dim).data, options);
  }

  /** The row each cue stands for by its own scores, without building answers: the `index` of a one-shot `recallMany`, much faster. */
  indices(cues: Patterns, options: RecallOptions = {}): Int32Array {
    const { store } = this.#bind();
    return Int32Array.from(this.#many(cues, options, (_, s) => indexOf(store, s)));
  }

  /** (U16) E(q) = R(q) - L_h(S(q)). @throws EngramError in reference mode, which has no energy */
  energy(state: Pattern): number {
    const { store } = this.#bind();
    const q = toRow(state, "state", this.dim);
    const E = energyFromScores(store, q, this.#score(q, {}));
    if (E === undefined) throw new EngramError("energy", "mode stable", "mode reference", "The authors' pipeline has no energy (its weights are normalised by sums).");
    return E;
  }

  /** Removes one pattern, exactly: what remains is as if it had never been stored. @throws EngramError for an unknown key */
  forget(key: Key): void {
    this.#contents.remove(key);
    this.#bound = undefined;
  }

  /** The memory as an `.engram` file. @throws EngramError for parts that have no name (user-made objects) */
  toBytes(): Uint8Array {
    const { rows, values, keys, nextKey } = this.#contents;
    return writeUniversal({ settings: this.#settings, parameters: this.parameters, rows, values, keys, nextKey });
  }

  /**
   * @param source an `.engram` file @param options the twin to run on
   * @throws EngramError on a damaged file, another version or another model
   */
  static fromBytes(source: Uint8Array, options: { backend?: Backend; name?: string } = {}): UniversalMemory {
    checkNames("fromBytes option", options, ["backend", "name"]);
    const file = readUniversal(source, options.name);
    const memory = new UniversalMemory({ ...file.options, backend: options.backend });
    const { rows, values, keys } = file;
    memory.store(rows, { keys, values });
    memory.#contents.nextKey = file.nextKey;
    if (file.chosen !== undefined) {
      const { beta, rule } = file.chosen;
      memory.#bind({ beta: checkBeta("memory file, parameter beta", beta), rule });
    }
    return memory;
  }

  dispose(): void {
    this.#contents.dispose();
    this.#bound = undefined;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The dynamics from a cue whose scores are known. */
  #answer(cue: Float64Array, cueScores: Float64Array, options: RecallOptions): UniversalRecall {
    const { store } = this.#bind();
    const { iterations, trace } = this.#settings;
    const { top = 5, tolerance = TOLERANCE * cue.reduce((most, x) => Math.max(most, Math.abs(x)), 1) } = options;
    const energies: number[] = [];
    const note = (q: Float64Array, s: Float64Array): void => {
      const E = energyFromScores(store, q, s);
      if (E !== undefined) energies.push(E);
    };
    note(cue, cueScores);
    if (iterations === 1) {
      const { w, z } = retrieve(store, cue, cueScores, true);
      if (trace && store.values === undefined && this.#settings.mode === "stable") note(z, this.#score(z, options));
      const verdict = recognition(store, cueScores, w, top);
      return { ...verdict, state: z, weights: w, scores: cueScores, energies: Float64Array.from(energies), steps: 1, converged: true };
    }
    const verdict = recognition(store, cueScores, weightsOf(store, cueScores), 0);
    const limit = Math.min(iterations, options.maxSteps ?? iterations);
    let q = cue;
    let s = cueScores;
    let steps = 0;
    let converged = false;
    while (!converged && steps < limit) {
      const { z, empty } = retrieve(store, q, s, false);
      converged = empty || largestMove(q, z) <= tolerance;
      q = z;
      s = this.#score(q, options);
      steps++;
      if (trace) note(q, s);
    }
    // scores, weights and ranking are those of the settled state; the values, if any, are read out from it
    const state = store.values === undefined ? q : retrieve(store, q, s, true).z;
    const weights = weightsOf(store, s);
    const { accepted, criterion, reason } = verdict;
    return {
      ...recognition(store, s, weights, top), state, weights, scores: s, energies: Float64Array.from(energies), steps, converged, criterion,
      accepted: accepted && converged, reason: reason ?? (converged ? undefined : `still moving after ${steps} steps`),
    };
  }

  #many<T>(cues: Patterns, options: RecallOptions, f: (q: Float64Array, s: Float64Array, asked: RecallOptions) => T): T[] {
    this.#bind();
    checkRecallOptions(options);
    if (hides(cues, options)) return cues.flatMap((cue) => this.#many([cue], seen(cue, options), f));
    const { rows: Q, dim, data } = toRows(cues, "cues", this.dim);
    const N = this.size;
    const chunk = Math.max(1, Math.floor(SCORES_AT_ONCE / N));
    const results: T[] = [];
    for (let start = 0; start < Q; start += chunk) {
      const batch = data.subarray(start * dim, Math.min(start + chunk, Q) * dim);
      const S = this.#score(batch, options);
      for (let c = 0; c * dim < batch.length; c++) results.push(f(batch.slice(c * dim, (c + 1) * dim), S.slice(c * N, (c + 1) * N), options));
    }
    return results;
  }

  #score(cues: Float64Array, options: RecallOptions): Float64Array {
    this.#contents.fits(cues, this.dim, "cue");
    const S = this.#bind().scorer.scores(cues, options.visible);
    return this.#settings.mode === "reference" ? S : checkScores(S, this.#settings.precision);
  }

  /** Scorer, beta and separation for what is stored now. @param known beta read from a file */
  #bind(known?: ChosenBeta): Bound {
    const { rows, values, keys } = this.#contents;
    if (this.#bound === undefined || known !== undefined) {
      const scorer = this.#settings.similarity.bind(rows);
      const chosen = known ?? chooseBeta(this.#settings, scorer, rows);
      const separation = this.#settings.choice.make(chosen.beta);
      this.#bound = { scorer, chosen, store: { settings: this.#settings, separation, rows, values, keys } };
    }
    return this.#bound;
  }
}

/** Largest change of a coordinate. */
function largestMove(a: Float64Array, b: Float64Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}
