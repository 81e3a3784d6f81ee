/**
 * The baselines of `entropic-baselines` in one fold: every memory is asked with the same noisy latents, and holds the same items.
 *
 *   x~      Q x n    the cue after quantisation and jitter by a table of ones (control D3), out of range at the end level: the register's own noise, put
 *                    on the cue of everyone else, once. In units of each feature's range, as the items are
 *   s       (E37), the sd of that noise
 *
 *   nearest, class means   labels of items            LSE   DenseMemory, beta = 1 / s^2: the posterior mean of items under that noise
 *   LSE, LSR               DenseMemory                softmax   UniversalMemory as it comes: -L1, softmax, one shot
 *   items (E40)            an item by its kernel similarity in levels, then jitter
 */
import { DenseMemory } from "../dense/index.ts";
import { itemRecall } from "../entropic/index.ts";
import { Rows } from "../kernels/index.ts";
import { seeded } from "../numeric/index.ts";
import { negSqL2, UniversalMemory } from "../universal/index.ts";
import { itemsOf, noiseSd, onesLike } from "./entropic-control-trials.ts";
import type { Fold } from "./entropic-fold.ts";
import { Nearest } from "./entropic-nearest.ts";
import { type Memory, REJECTED } from "./entropic-scores.ts";
import { recallsOf } from "./entropic-shown.ts";

/** Names in the order of the table. */
export const BASELINES = [
  "register", "ones", "no memory", "1 nearest", "10 nearest", "class means", "modern Hopfield (LSE)", "softmax of L1", "LSR", "LSR, far: nearest", "items (E40)",
] as const;
export type Baseline = (typeof BASELINES)[number];

/** What one memory makes of Q cues. */
export interface Found {
  /** Q classes, REJECTED where it declined. */
  readonly classes: Uint8Array;
  /** Q x n recalled latents, zeros where declined; undefined where the answer is a class. */
  readonly state?: Float32Array;
}

export interface BaselineSetting {
  readonly m: number;
  readonly sigma: number;
  readonly seed: number;
}

/** Steps of the dynamics at most. */
const STEPS = 50;

/** Everything that holds the items of a fold. */
export class Baselines {
  readonly #fold: Fold;
  readonly #memory: Memory;
  readonly #ones: Memory;
  readonly #how: BaselineSetting;
  readonly #range: Float64Array;
  readonly #items: Uint16Array;
  readonly #near: Nearest;
  readonly #rows: Rows;
  readonly #lse: DenseMemory;
  readonly #lsr: DenseMemory;
  readonly #universal: UniversalMemory;

  constructor(fold: Fold, memory: Memory, how: BaselineSetting) {
    [this.#fold, this.#memory, this.#how, this.#ones] = [fold, memory, how, onesLike(memory)];
    this.#range = memory.quantiser.ranges();
    this.#items = itemsOf(fold, memory);
    this.#near = new Nearest(fold, memory);
    const X = this.scaled(fold.latents("fill"));
    this.#rows = new Rows(fold.n);
    this.#rows.append(X);
    const s = noiseSd(how.m, how.sigma);
    this.#lse = new DenseMemory({ energy: "lse", beta: 1 / (s * s), maxSteps: STEPS });
    this.#lsr = new DenseMemory({ energy: "lsr", maxSteps: STEPS });
    this.#universal = new UniversalMemory();
    const patterns = { rows: X.length / fold.n, dim: fold.n, data: X };
    for (const one of [this.#lse, this.#lsr, this.#universal]) one.store(patterns);
  }

  /** beta of LSE and LSR and what they were found by. */
  get parameters(): Record<string, string> {
    return { "LSE beta": this.#lse.parameters.beta, "LSR beta": this.#lsr.parameters.beta, "L1 beta": this.#universal.parameters.beta };
  }

  /** What every memory but the register is asked with: Q x n latents, and their levels. @param z Q x n latents of the cues */
  noisy(z: Float32Array): { latents: Float32Array; levels: Uint16Array } {
    const { n, m } = this.#memory.register;
    const v = Uint16Array.from(this.#memory.quantiser.transform(z), (level) => Math.min(m - 1, Math.max(0, level)));
    const { levels } = this.#ones.register.retrieve(v, { sigma: this.#how.sigma, seed: this.#how.seed, sample: this.#fold.fold, xi: n });
    return { latents: Float32Array.from(this.#memory.quantiser.inverse(levels)), levels };
  }

  /** One baseline's answers. @param z latents of the cues, for the register, whose retrieval brings its own noise @param noisy what `noisy` gave */
  answer(name: Baseline, z: Float32Array, { latents, levels }: { latents: Float32Array; levels: Uint16Array }): Found {
    const { sigma, seed, m } = this.#how;
    const fold = this.#fold;
    switch (name) {
      case "register": case "ones": {
        const found = recallsOf(fold, name === "register" ? this.#memory : this.#ones, z, { sigma, seed, judge: this.#memory.register });
        return { classes: found.classes, state: found.zhat };
      }
      case "no memory": return { classes: fold.classify(latents), state: latents };
      case "1 nearest": return { classes: this.#near.vote(latents, 1) };
      case "10 nearest": return { classes: this.#near.vote(latents, 10) };
      case "class means": return { classes: this.#near.means(latents) };
      case "modern Hopfield (LSE)": return this.#settled(this.#lse.recallMany(this.#patterns(latents), { top: 1 }));
      case "softmax of L1": return this.#settled(this.#universal.recallMany(this.#patterns(latents), { top: 1 }));
      case "LSR": return this.#settled(this.#lsr.recallMany(this.#patterns(latents), { top: 1 }));
      case "LSR, far: nearest": return this.#settled(this.#lsr.recallMany(this.#patterns(latents), { top: 1, far: "nearest" }), true);
      case "items (E40)": {
        const { n } = fold;
        const state = new Float32Array(latents.length);
        for (let c = 0; c < state.length / n; c++) {
          const { levels: drawn } = itemRecall(this.#items, m, levels.subarray(c * n, (c + 1) * n), { sigma, jitter: sigma, rng: seeded(seed).fork(c) });
          state.set(this.#memory.quantiser.inverse(drawn), c * n);
        }
        return { classes: fold.classify(state), state };
      }
    }
  }

  /** Without the register's eta: what it would recall of any cue, out of range at the end level. */
  forced(z: Float32Array): Float32Array {
    const { n, m } = this.#memory.register;
    const v = Uint16Array.from(this.#memory.quantiser.transform(z), (level) => Math.min(m - 1, Math.max(0, level)));
    const { levels } = this.#memory.register.retrieve(v, { sigma: this.#how.sigma, seed: this.#how.seed, sample: this.#fold.fold, xi: n });
    return Float32Array.from(this.#memory.quantiser.inverse(levels));
  }

  /** The place of the stored item nearest to each latent, in units of the ranges. */
  nearest(latents: Float32Array): Uint32Array {
    const { n } = this.#fold;
    const N = this.#items.length / n;
    const bound = negSqL2.bind(this.#rows);
    const out = new Uint32Array(latents.length / n);
    for (let from = 0; from < out.length; from += 100) {
      const scores = bound.scores(this.scaled(latents.subarray(from * n, (from + 100) * n)));
      for (let c = 0; c < scores.length / N; c++) {
        for (let k = 1; k < N; k++) if (scores[c * N + k] > scores[c * N + out[from + c]]) out[from + c] = k;
      }
    }
    return out;
  }

  /** In units of the ranges. */
  scaled(latents: Float32Array): Float32Array {
    const { n } = this.#fold;
    return latents.map((x, at) => (this.#range[at % n] > 0 ? x / this.#range[at % n] : 0));
  }

  dispose(): void {
    this.#near.dispose();
    for (const one of [this.#lse, this.#lsr, this.#universal, this.#rows, this.#ones.register]) one.dispose();
  }

  #patterns(latents: Float32Array): { rows: number; dim: number; data: Float32Array } {
    return { rows: latents.length / this.#fold.n, dim: this.#fold.n, data: this.scaled(latents) };
  }

  /** States back in latent units, classified. @param anyway whether what is not vouched for counts, too */
  #settled(recalls: readonly { readonly accepted: boolean; readonly state: ArrayLike<number> }[], anyway = false): Found {
    const { n } = this.#fold;
    const state = new Float32Array(recalls.length * n);
    recalls.forEach((one, c) => {
      if (one.accepted || anyway) for (let j = 0; j < n; j++) state[c * n + j] = one.state[j] * this.#range[j];
    });
    const classes = this.#fold.classify(state).map((label, c) => (recalls[c].accepted || anyway ? label : REJECTED));
    return { classes, state };
  }
}
