/**
 * D12 of entropic-memory.md section 11: what knows the stored items themselves, asked with the cues that the memory was asked with.
 * Distances are in units of each feature's range.
 */
import { Rows } from "../kernels/index.ts";
import { exp, topIndices } from "../numeric/index.ts";
import { negSqL2 } from "../universal/index.ts";
import type { Fold } from "./entropic-fold.ts";
import type { Memory } from "./entropic-scores.ts";

export class Nearest {
  readonly #rows: Rows;
  readonly #range: Float64Array;
  readonly #latents: Float32Array;
  readonly #labels: Uint8Array;
  readonly #fold: Fold;

  constructor(fold: Fold, { quantiser }: Memory) {
    [this.#fold, this.#latents, this.#labels, this.#range] = [fold, fold.latents("fill"), fold.labels("fill"), quantiser.ranges()];
    this.#rows = new Rows(fold.n);
    this.#rows.append(this.#scaled(this.#latents));
  }

  /**
   * Both in one pass over the stored items.
   *   votes      for each k the class most of the k nearest items have, ties to the nearer one
   *   recalled   sum_k w_k x_k, w = softmax(-d_k^2 / (2 s^2)): the mean of what noise of sd s on a stored item leaves possible (E40), Q x n
   */
  ask(z: Float32Array, ks: readonly number[], s: number): { votes: Uint8Array[]; recalled: Float32Array } {
    const { n } = this.#fold;
    const votes = ks.map(() => new Uint8Array(z.length / n));
    const recalled = new Float32Array(z.length);
    this.#each(z, (scores, c) => {
      const best = topIndices(scores, Math.max(...ks));
      ks.forEach((k, i) => (votes[i][c] = this.#majority(best.slice(0, k))));
      const mean = new Float64Array(n);
      let sum = 0;
      scores.forEach((score, k) => {
        const w = exp((score - scores[best[0]]) / (2 * s * s));
        // Less than f32 can show.
        if (w < 1e-12) return;
        sum += w;
        for (let j = 0; j < n; j++) mean[j] += w * this.#latents[k * n + j];
      });
      for (let j = 0; j < n; j++) recalled[c * n + j] = mean[j] / sum;
    });
    return { votes, recalled };
  }

  /** The class most of the k nearest items have, ties to the nearer one. */
  vote(z: Float32Array, k: number): Uint8Array {
    const votes = new Uint8Array(z.length / this.#fold.n);
    this.#each(z, (scores, c) => (votes[c] = this.#majority(topIndices(scores, k))));
    return votes;
  }

  /** The class whose stored items' mean is nearest. */
  means(z: Float32Array): Uint8Array {
    const { n } = this.#fold;
    const scaled = this.#scaled(this.#latents);
    const [sums, counts] = [new Map<number, Float64Array>(), new Map<number, number>()];
    this.#labels.forEach((label, i) => {
      const sum = sums.get(label) ?? new Float64Array(n);
      for (let j = 0; j < n; j++) sum[j] += scaled[i * n + j];
      sums.set(label, sum);
      counts.set(label, (counts.get(label) ?? 0) + 1);
    });
    const asked = this.#scaled(z);
    return Uint8Array.from({ length: z.length / n }, (_, c) => {
      let [best, least] = [0, Infinity];
      for (const [label, sum] of sums) {
        let d = 0;
        for (let j = 0; j < n; j++) d += (asked[c * n + j] - sum[j] / counts.get(label)!) ** 2;
        if (d < least) [best, least] = [label, d];
      }
      return best;
    });
  }

  dispose(): void {
    this.#rows.dispose();
  }

  #scaled(z: Float32Array): Float32Array {
    const { n } = this.#fold;
    return z.map((x, at) => (this.#range[at % n] > 0 ? x / this.#range[at % n] : 0));
  }

  #majority(items: readonly number[]): number {
    const votes = new Map<number, number>();
    items.forEach((i) => votes.set(this.#labels[i], (votes.get(this.#labels[i]) ?? 0) + 1));
    return [...votes].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
  }

  /** Calls back with -d^2 to every stored item for each cue. */
  #each(z: Float32Array, one: (scores: Float64Array, cue: number) => void): void {
    const { n } = this.#fold;
    const N = this.#labels.length;
    const bound = negSqL2.bind(this.#rows);
    for (let from = 0; from * n < z.length; from += 100) {
      const asked = this.#scaled(z.subarray(from * n, (from + 100) * n));
      const scores = bound.scores(asked);
      for (let c = 0; c < asked.length / n; c++) one(Float64Array.from(scores.subarray(c * N, (c + 1) * N)), from + c);
    }
  }
}
